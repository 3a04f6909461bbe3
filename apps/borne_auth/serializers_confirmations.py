"""What a client changes with a code: her beneficiaries, her Mobile Money number."""

from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.borne_auth.models import ActeSensible
from apps.borne_auth.serializers import TexteField
from apps.pass_clients.models import NOMBRE_BENEFICIAIRES_MAX, BeneficiairePass, OperateurMobile
from apps.pass_payments.serializers_paiements import BeneficiaireDemandeSerializer
from nsia_pass_api.telephones import TelephoneField, masquer

BENEFICIAIRE = {
    "id": 12,
    "nom": "KONGO",
    "prenom": "Grâce",
    "telephone": "+242\u00a006\u00a0•••\u00a0••\u00a067",
    "relation": "enfant",
    "relation_affichee": "Enfant",
    "role": "beneficiaire",
    "role_affiche": "Bénéficiaire",
    "date_naissance": "2015-05-17",
    "ordre_priorite": 1,
}
BENEFICIAIRES = {
    "numero_souscription": "PASS-KIMIA-2026-000001",
    "nom_produit": "PASS KIMIA",
    "maximum": 6,
    "places_libres": 5,
    "modifiable": True,
    "date_naissance_requise": True,
    "beneficiaires": [BENEFICIAIRE],
}
DEMANDE = {
    "demande": "3f0c5a52-8f5e-4a53-9d4c-0f8f0a4f2b11",
    "acte": "beneficiaire_ajouter",
    "objet": "ajouter un bénéficiaire à PASS KIMIA",
    "telephone": "+242\u00a006\u00a0•••\u00a0••\u00a067",
    "expire_le": "2026-11-21T10:35:00+01:00",
    "renvoi_possible_le": "2026-11-21T10:30:30+01:00",
    "essais_restants": 3,
    "message": (
        "Un code à six chiffres part par SMS vers le +242\u00a006\u00a0•••\u00a0••\u00a067. Tapez-le ici dans les 5 minutes."
    ),
}


class BeneficiaireDuContratSerializer(serializers.ModelSerializer[BeneficiairePass]):
    telephone = serializers.SerializerMethodField(help_text="Masqué ; vide s'il n'y en a pas.")
    relation_affichee = serializers.CharField(source="get_relation_display")
    role_affiche = serializers.CharField(source="get_role_display")

    class Meta:
        model = BeneficiairePass
        fields = list(BENEFICIAIRE)
        read_only_fields = fields

    def get_telephone(self, beneficiaire: BeneficiairePass) -> str:
        return masquer(beneficiaire.telephone) if beneficiaire.telephone else ""


@extend_schema_serializer(examples=[OpenApiExample("Un bénéficiaire", BENEFICIAIRES, response_only=True)])
class BeneficiairesSerializer(serializers.Serializer[Any]):
    numero_souscription = serializers.CharField()
    nom_produit = serializers.CharField()
    maximum = serializers.IntegerField(help_text="Ce que le produit permet.")
    places_libres = serializers.IntegerField()
    modifiable = serializers.BooleanField(help_text="Faux pour un contrat terminé.")
    date_naissance_requise = serializers.BooleanField(
        help_text="Vrai si la date de naissance d'un assuré est exigée : une garantie a une limite d'âge."
    )
    beneficiaires = BeneficiaireDuContratSerializer(many=True, help_text="Par rang.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Une fille",
            {"nom": "KONGO", "prenom": "Grâce", "relation": "enfant", "date_naissance": "2015-05-17"},
            request_only=True,
        )
    ]
)
class NouveauBeneficiaireSerializer(BeneficiaireDemandeSerializer):
    pass


@extend_schema_serializer(
    examples=[
        OpenApiExample("Un autre téléphone", {"telephone": "06 512 34 56"}, request_only=True),
        OpenApiExample("Au premier rang", {"ordre_priorite": 1}, request_only=True),
    ]
)
class ChangementBeneficiaireSerializer(BeneficiaireDemandeSerializer):
    """Only what is given changes."""

    ordre_priorite = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=NOMBRE_BENEFICIAIRES_MAX,
        help_text="Rang d'un autre bénéficiaire : les deux échangent leurs places.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Indiquez ce qui change.")
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Un numéro de MTN",
            {
                "telephone": "+242\u00a006\u00a0•••\u00a0••\u00a067",
                "operateur": OperateurMobile.MTN.value,
                "operateur_affiche": OperateurMobile.MTN.label,
            },
            response_only=True,
        )
    ]
)
class MobileMoneySerializer(serializers.Serializer[Any]):
    telephone = serializers.CharField(allow_blank=True, help_text="Masqué ; vide si le client n'en a pas donné.")
    operateur = serializers.ChoiceField(choices=OperateurMobile.choices, allow_blank=True)
    operateur_affiche = serializers.CharField(allow_blank=True)


@extend_schema_serializer(
    examples=[OpenApiExample("Un autre numéro", {"telephone": "06 512 34 56"}, request_only=True)]
)
class ChangementMobileMoneySerializer(serializers.Serializer[Any]):
    telephone = TelephoneField(help_text="Numéro qui recevra l'argent et paiera par défaut.")
    operateur = serializers.ChoiceField(
        required=False, choices=OperateurMobile.choices, help_text="Deviné d'après le numéro s'il n'est pas donné."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("Un code est parti", DEMANDE, response_only=True, status_codes=["202"])]
)
class DemandeSerializer(serializers.Serializer[Any]):
    demande = serializers.UUIDField(help_text="À rendre avec le code.")
    acte = serializers.ChoiceField(choices=ActeSensible.choices)
    objet = serializers.CharField(help_text="Ce que le code permettra, après « pour ».")
    telephone = serializers.CharField(help_text="Où part le code : le téléphone connu de NSIA, masqué.")
    expire_le = serializers.DateTimeField(help_text="Fin de validité du code.")
    renvoi_possible_le = serializers.DateTimeField(
        help_text="À partir d'alors, la même demande envoie un nouveau code ; avant, elle redonne celle-ci."
    )
    essais_restants = serializers.IntegerField()
    message = serializers.CharField(help_text="À montrer au client.")


@extend_schema_serializer(examples=[OpenApiExample("Le code reçu", {"code": "483920"}, request_only=True)])
class CodeSerializer(serializers.Serializer[Any]):
    code = TexteField(
        min_length=6,
        max_length=6,
        validators=[RegexValidator(r"^[0-9]{6}$", "Le code a six chiffres.")],
        help_text="Les six chiffres du SMS.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample("Le code reçu", {"demande": DEMANDE["demande"], "code": "483920"}, request_only=True),
    ]
)
class CodeDeDemandeSerializer(CodeSerializer):
    demande = serializers.UUIDField(help_text="`demande`, de la réponse 202.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "C'est fait",
            {
                "demande": DEMANDE["demande"],
                "acte": "beneficiaire_ajouter",
                "confirmee_le": "2026-11-21T10:31:12+01:00",
                "message": "Le bénéficiaire est ajouté.",
            },
            response_only=True,
        )
    ]
)
class ConfirmationSerializer(serializers.Serializer[Any]):
    demande = serializers.UUIDField()
    acte = serializers.ChoiceField(choices=ActeSensible.choices)
    confirmee_le = serializers.DateTimeField()
    message = serializers.CharField(help_text="À montrer au client.")
