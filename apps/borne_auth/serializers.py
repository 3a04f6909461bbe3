"""What the doors are told and answer."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.borne_auth.models import Agent, Borne
from apps.pass_clients.errors import PoliceIllisible
from apps.pass_clients.models import ClientPass, Contrat
from apps.pass_clients.polices import lire_police
from nsia_pass_api.telephones import TelephoneField, masquer

POLICE_PARTIE = "Si ce téléphone est celui d'un client de NSIA, un SMS y arrive dans une minute."
CONNEXION = {"police": "CG-2026-VIE-001", "telephone": "+242061234567"}
TOKENS = {"access": "eyJhbGciOiJIUzI1NiIs…", "refresh": "eyJhbGciOiJIUzI1NiIs…"}
RAFRAICHI = {"tokens": TOKENS, "expires_at": "2026-11-21T10:30:00+01:00"}
CLIENT = {"nom": "KONGO", "prenom": "Jean Baptiste", "telephone": "+242\u00a006\u00a0•••\u00a0••\u00a067"}
CONTRAT = {
    "police": "CG-2026-VIE-001",
    "numero_souscription": "PASS-KIMIA-2026-000001",
    "code_produit": "KIMIA",
    "nom_produit": "PASS KIMIA",
    "categorie": "accident",
    "etat_du_contrat": "Actif",
    "date_effet": "2026-03-01",
    "date_expiration": "2027-03-01",
    "prime": 1_200,
    "periodicite": "mensuelle",
}
AGENT = {
    "matricule": "AG0001",
    "email": "mireille.loemba@nsia.cg",
    "first_name": "Mireille",
    "last_name": "LOEMBA",
    "telephone": "+242066543210",
    "agence": "Brazzaville Centre",
    "poste": "Agent de guichet",
    "statut": "actif",
}


class TexteField(serializers.CharField):
    """A JSON text: REST framework would also take a number for one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field(
    {
        "type": "string",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9-]{2,29}$",
        "example": "CG-2026-VIE-001",
        "description": (
            "Numéro de police. Majuscules, espaces et tirets sont indifférents ; O vaut 0 et I vaut 1. "
            "Ce qu'aucune police ne peut être est refusé (400) sans compter pour un essai."
        ),
    }
)
class PoliceField(TexteField):
    """A police number as people type it, in capitals and without spaces (`polices.lire_police`). What no police could be is
    refused here: that tells the form of polices and nothing of those that exist, so it is no guess."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        try:
            return lire_police(super().to_internal_value(data))
        except PoliceIllisible as error:
            raise serializers.ValidationError(error.detail, code=error.code) from error


@extend_schema_serializer(examples=[OpenApiExample("Connexion", CONNEXION, request_only=True)])
class ConnexionSerializer(serializers.Serializer[Any]):
    police = PoliceField()
    telephone = TelephoneField()


@extend_schema_serializer(examples=[OpenApiExample("Rappel", {"telephone": CONNEXION["telephone"]}, request_only=True)])
class RappelPoliceSerializer(serializers.Serializer[Any]):
    telephone = TelephoneField()


@extend_schema_serializer(
    examples=[OpenApiExample("C'est demandé", {"message": POLICE_PARTIE}, response_only=True, status_codes=["202"])]
)
class RappelDemandeSerializer(serializers.Serializer[Any]):
    message = serializers.CharField(help_text="Ce qu'il faut dire à la personne ; le même pour tous les numéros.")


@extend_schema_serializer(examples=[OpenApiExample("Code", {"code": "48392017"}, request_only=True)])
class CodeMaintenanceSerializer(serializers.Serializer[Any]):
    code = serializers.RegexField(
        r"^[0-9]{8}$",
        help_text="Les huit chiffres que le back-office a donnés.",
        error_messages={"invalid": "Le code a huit chiffres."},
    )


@extend_schema_serializer(examples=[OpenApiExample("Rafraîchissement", {"refresh": "eyJhbGc…"}, request_only=True)])
class RafraichissementSerializer(serializers.Serializer[Any]):
    refresh = TexteField(help_text="Le dernier jeton de rafraîchissement reçu ; il ne sert qu'une fois.")


class TokensSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="À porter dans `Authorization: Bearer …` ; vaut quelques minutes.")
    refresh = serializers.CharField(help_text="Donne une fois de nouveaux jetons, jusqu'à la fin de la session.")


class ClientConnexionSerializer(serializers.ModelSerializer[ClientPass]):
    telephone = serializers.SerializerMethodField(help_text="Masqué.")

    class Meta:
        model = ClientPass
        fields = list(CLIENT)
        read_only_fields = fields

    def get_telephone(self, client: ClientPass) -> str:
        return masquer(client.telephone)


class ContratConnexionSerializer(serializers.ModelSerializer[Contrat]):
    class Meta:
        model = Contrat
        fields = list(CONTRAT)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("Rafraîchie", RAFRAICHI, response_only=True)])
class SessionRafraichieSerializer(serializers.Serializer[Any]):
    tokens = TokensSerializer()
    expires_at = serializers.DateTimeField(help_text="Fin de la session ; rien ne la prolonge.")


@extend_schema_serializer(
    examples=[OpenApiExample("Connectée", {**RAFRAICHI, "client": CLIENT, "contrat": CONTRAT}, response_only=True)]
)
class SessionOuverteSerializer(SessionRafraichieSerializer):
    client = ClientConnexionSerializer()
    contrat = ContratConnexionSerializer()


@extend_schema_serializer(
    examples=[OpenApiExample("Borne", {"code": "BZV-CENTRE-01", "agence": "Brazzaville Centre"}, response_only=True)]
)
class BorneMoiSerializer(serializers.ModelSerializer[Borne]):
    agence = serializers.CharField(source="agence.nom", read_only=True)

    class Meta:
        model = Borne
        fields = ["code", "agence"]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample("Connexion", {"email": AGENT["email"], "password": "une phrase de passe"}, request_only=True),
        OpenApiExample(
            "Avec second facteur",
            {"email": AGENT["email"], "password": "une phrase de passe", "code": "492 039"},
            request_only=True,
        ),
    ]
)
class ConnexionAgentSerializer(serializers.Serializer[Any]):
    email = TexteField(max_length=254)
    password = TexteField(max_length=128, trim_whitespace=False)
    code = TexteField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Six chiffres du téléphone ou code de secours, si ce compte a un second facteur.",
    )


@extend_schema_serializer(examples=[OpenApiExample("Agent", AGENT, response_only=True)])
class AgentSerializer(serializers.ModelSerializer[Agent]):
    agence = serializers.CharField(source="nom_agence", read_only=True)

    class Meta:
        model = Agent
        fields = list(AGENT)
        read_only_fields = fields


class TokenAgentSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="À porter dans `Authorization: Bearer …`.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Agent connecté",
            {"tokens": {"access": TOKENS["access"]}, "expires_at": RAFRAICHI["expires_at"], "agent": AGENT},
            response_only=True,
        )
    ]
)
class AgentConnecteSerializer(serializers.Serializer[Any]):
    tokens = TokenAgentSerializer()
    expires_at = serializers.DateTimeField(help_text="Fin de validité du jeton ; il ne se rafraîchit pas.")
    agent = AgentSerializer()
