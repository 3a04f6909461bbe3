"""What the catalogue says and is asked."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.pass_products import ages
from apps.pass_products.models import Garantie, Periodicite, ProduitPass
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.money import MontantField

DEVIS_JOURS_A_L_AVANCE = 365
NOMBRE_ASSURES_MAX = 6

GARANTIE = {
    "code": "DECES_ACCIDENTEL",
    "libelle": "Décès accidentel",
    "type": "capital",
    "montant": 500_000,
    "plafond": None,
    "franchise": None,
    "taux": None,
    "delai_carence_jours": 0,
    "age_min": 18,
    "age_max": 65,
    "a_confirmer": True,
}
PRODUIT = {
    "code_pass": "KIMIA",
    "nom_pass": "PASS KIMIA",
    "description": "Accident et frais d'obsèques (mosungui).",
    "categorie": "accident",
    "prix_minimum": 100,
    "prix_maximum": 10_000,
    "duree_validite_jours": 365,
    "nombre_beneficiaires_max": 6,
    "taux_epargne": None,
    "periodicites": ["mensuelle", "annuelle"],
    "delai_grace_jours": 30,
    "code_ussd": "*128*6*6*1#",
    "date_naissance_requise": True,
    "age_min": 18,
    "age_max": 65,
    "age_min_assure": 18,
    "age_max_assure": 70,
    "garanties": [GARANTIE],
}
DEVIS = {
    "produit": "KIMIA",
    "prime": 1_000,
    "periodicite": "semestrielle",
    "nombre_echeances": 2,
    "date_debut": "2026-11-21",
    "date_fin": "2027-11-21",
    "dernier_jour_couvert": "2027-11-20",
    "echeances": [
        {
            "numero": 1,
            "date_debut": "2026-11-21",
            "date_fin": "2027-05-22",
            "dernier_jour_couvert": "2027-05-21",
            "date_echeance": "2026-11-21",
            "montant": 500,
        },
        {
            "numero": 2,
            "date_debut": "2027-05-22",
            "date_fin": "2027-11-21",
            "dernier_jour_couvert": "2027-11-20",
            "date_echeance": "2027-05-22",
            "montant": 500,
        },
    ],
    "avertissements": [],
    "date_naissance_requise": True,
    "age_min": 18,
    "age_max": 65,
}


class GarantieSerializer(serializers.ModelSerializer[Garantie]):
    class Meta:
        model = Garantie
        fields = list(GARANTIE)
        read_only_fields = fields
        extra_kwargs = {
            "code": {"help_text": "Code stable de la garantie dans son produit."},
            "libelle": {"help_text": "Ce que la garantie couvre, pour l'affichage."},
            "montant": {"help_text": "Montant versé, en XAF."},
            "plafond": {"help_text": "Montant le plus élevé qui puisse être versé, en XAF."},
            "franchise": {"help_text": "Part qui reste à la charge de l'assuré, en XAF."},
            "taux": {"help_text": "Taux en pour cent."},
            "delai_carence_jours": {"help_text": "Jours d'attente avant que la garantie joue."},
            "age_min": {"help_text": "Âge à partir duquel la garantie joue."},
            "age_max": {"help_text": "Âge jusqu'auquel la garantie joue."},
            "a_confirmer": {"help_text": "Vrai tant que NSIA n'a pas confirmé ces valeurs."},
        }


@extend_schema_serializer(examples=[OpenApiExample("PASS KIMIA", PRODUIT, response_only=True)])
class ProduitSerializer(serializers.ModelSerializer[ProduitPass]):
    periodicites = serializers.ListField(
        child=serializers.ChoiceField(choices=Periodicite.choices),
        read_only=True,
        help_text="Périodicités entre lesquelles le client choisit.",
    )
    garanties = GarantieSerializer(many=True, read_only=True, help_text="Ce que le produit couvre.")
    date_naissance_requise = serializers.SerializerMethodField(
        help_text="Vrai si une garantie a une limite d'âge : la date du souscripteur et des assurés est exigée."
    )
    age_min = serializers.SerializerMethodField(help_text="Âge du souscripteur, au moins.")
    age_max = serializers.SerializerMethodField(help_text="Âge du souscripteur, au plus, toute l'année de cet âge.")
    age_min_assure = serializers.SerializerMethodField(help_text="Âge d'un assuré à ses côtés, au moins.")
    age_max_assure = serializers.SerializerMethodField(help_text="Âge d'un assuré à ses côtés, au plus.")

    class Meta:
        model = ProduitPass
        fields = list(PRODUIT)
        read_only_fields = fields
        extra_kwargs = {
            "code_pass": {"help_text": "Code du produit, celui des adresses de l'API."},
            "prix_minimum": {"help_text": "Prime la plus basse d'une période, en XAF."},
            "prix_maximum": {"help_text": "Prime la plus haute d'une période, en XAF."},
            "duree_validite_jours": {"help_text": "Durée d'une période de couverture."},
            "taux_epargne": {"help_text": "Taux annuel servi sur l'épargne, en pour cent."},
            "delai_grace_jours": {"help_text": "Jours de retard au-delà desquels le contrat est suspendu."},
            "code_ussd": {"help_text": "Code à composer pour souscrire par téléphone."},
        }

    def get_date_naissance_requise(self, produit: ProduitPass) -> bool:
        return ages.date_requise(produit.garanties.all())

    def get_age_min(self, produit: ProduitPass) -> int | None:
        return ages.du_souscripteur(produit.garanties.all()).minimum

    def get_age_max(self, produit: ProduitPass) -> int | None:
        return ages.du_souscripteur(produit.garanties.all()).maximum

    def get_age_min_assure(self, produit: ProduitPass) -> int | None:
        plages = ages.des_assures(produit.garanties.all())
        return plages[0].minimum if plages else None

    def get_age_max_assure(self, produit: ProduitPass) -> int | None:
        plages = ages.des_assures(produit.garanties.all())
        return plages[-1].maximum if plages else None


@extend_schema_serializer(
    examples=[OpenApiExample("1 000 FCFA en deux fois", {"montant": 1_000, "periodicite": "semestrielle"})]
)
class DemandeDevisSerializer(serializers.Serializer[Any]):
    montant = MontantField(help_text="Prime d'une période, en XAF.")
    periodicite = serializers.ChoiceField(choices=Periodicite.choices, help_text="Rythme des échéances.")
    date_debut = serializers.DateField(required=False, help_text="Premier jour de couverture ; aujourd'hui par défaut.")

    date_naissance = serializers.DateField(
        required=False, allow_null=True, help_text="Du souscripteur ; celle que NSIA connaît, pour un client connecté."
    )
    assures = serializers.ListField(
        child=serializers.DateField(),
        required=False,
        max_length=NOMBRE_ASSURES_MAX,
        help_text="Dates de naissance de ceux qui sont assurés à ses côtés.",
    )

    def validate_date_debut(self, value: Any) -> Any:
        jour = aujourdhui()
        if value < jour:
            raise serializers.ValidationError("La date de début ne peut pas être passée.")
        if value > jour + timedelta(days=DEVIS_JOURS_A_L_AVANCE):
            raise serializers.ValidationError("La date de début doit être dans l'année qui vient.")
        return value


class EcheanceSerializer(serializers.Serializer[Any]):
    numero = serializers.IntegerField(help_text="Rang de l'échéance, à partir de 1.")
    date_debut = serializers.DateField(help_text="Premier jour couvert.")
    date_fin = serializers.DateField(help_text="Premier jour qui n'est plus couvert.")
    dernier_jour_couvert = serializers.DateField(help_text="Dernier jour couvert, à montrer : la veille de `date_fin`.")
    date_echeance = serializers.DateField(help_text="Jour où l'échéance est due.")
    montant = serializers.IntegerField(help_text="Montant en XAF.")


@extend_schema_serializer(examples=[OpenApiExample("1 000 FCFA en deux fois", DEVIS, response_only=True)])
class DevisSerializer(serializers.Serializer[Any]):
    produit = serializers.CharField(help_text="Code du produit.")
    prime = serializers.IntegerField(help_text="Total des échéances, en XAF.")
    periodicite = serializers.ChoiceField(choices=Periodicite.choices)
    nombre_echeances = serializers.IntegerField()
    date_debut = serializers.DateField(help_text="Premier jour couvert.")
    date_fin = serializers.DateField(help_text="Premier jour qui n'est plus couvert.")
    dernier_jour_couvert = serializers.DateField(help_text="Dernier jour couvert, à montrer : la veille de `date_fin`.")
    echeances = EcheanceSerializer(many=True)
    avertissements = serializers.ListField(
        child=serializers.CharField(), help_text="Phrases à montrer au client avant qu'il choisisse."
    )
    date_naissance_requise = serializers.BooleanField(help_text="Vrai si celle du souscripteur reste à demander.")
    age_min = serializers.IntegerField(allow_null=True, help_text="Âge du souscripteur, au moins.")
    age_max = serializers.IntegerField(allow_null=True, help_text="Âge du souscripteur, au plus.")
