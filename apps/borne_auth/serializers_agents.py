"""What the team's API is told and answers."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.borne_auth.models import Agent, RoleAgent, StatutAgent
from apps.borne_auth.serializers import AGENT, TexteField
from nsia_pass_api.telephones import TelephoneField

MEMBRE = {"id": 12, **AGENT, "adresse": "Avenue de la Paix", "date_embauche": "2024-02-01", "role": "agent"}
DEMANDE = {champ: MEMBRE[champ] for champ in MEMBRE if champ not in ("id", "statut")} | {
    "password": "une phrase de passe"
}


@extend_schema_serializer(examples=[OpenApiExample("Membre", MEMBRE, response_only=True)])
class MembreSerializer(serializers.ModelSerializer[Agent]):
    agence = serializers.CharField(source="nom_agence", read_only=True)
    role = serializers.ChoiceField(
        choices=RoleAgent.choices, allow_null=True, help_text="Ce qu'il peut faire ; `null` : rien."
    )

    class Meta:
        model = Agent
        fields = list(MEMBRE)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("Membre", DEMANDE, request_only=True)])
class EcrireMembreSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    matricule = TexteField(max_length=20)
    first_name = TexteField(max_length=150)
    last_name = TexteField(max_length=150)
    telephone = TelephoneField(required=False, allow_blank=True)
    agence = TexteField(
        max_length=80,
        required=False,
        allow_blank=True,
        help_text="Nom d'une agence ouverte, écrit comme on veut ; vide : aucune.",
    )
    poste = TexteField(max_length=80, required=False, allow_blank=True)
    adresse = TexteField(max_length=200, required=False, allow_blank=True)
    date_embauche = serializers.DateField(required=False, allow_null=True)
    statut = serializers.ChoiceField(choices=StatutAgent.choices, required=False)
    role = serializers.ChoiceField(
        choices=RoleAgent.choices,
        required=False,
        allow_blank=True,
        help_text="Un seul ; vide : aucun. Un rôle qui décide se donne à deux, au back-office.",
    )
    password = TexteField(
        max_length=128,
        required=False,
        trim_whitespace=False,
        write_only=True,
        help_text="Sans lui, un nouveau compte ne peut pas se connecter ; un ancien garde le sien.",
    )
