"""What document routes read and answer, for requests and for the OpenAPI schema."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.pass_payments.documents.recu import Papier
from apps.pass_payments.models import OperateurPaiement, TypePaiement
from apps.pass_payments.serializers import (
    CONTRAT,
    COTISATION,
    PAIEMENT,
    TELEPHONE,
    ClientSerializer,
    ContratSoldeSerializer,
    CotisationSerializer,
    FiltresSerializer,
    PaiementSerializer,
    TotauxSerializer,
)
from apps.pass_products.models import Periodicite

ATTESTATION = {
    "code": "7F3K-9QRT-2HBX",
    "adresse": "https://pass.exemple.cg/verifier/7F3K-9QRT-2HBX/",
    "qr": ["111111101011001111111"],
    "emis_le": "2026-11-21T09:15:00+01:00",
    "police": "CG-2026-VIE-001",
    "nom_produit": "PASS KIMIA",
    "nom": "KONGO",
    "prenom": "Jean Baptiste",
    "date_debut": "2026-08-13",
    "date_fin": "2027-08-13",
    "dernier_jour_couvert": "2027-08-12",
    "prime": 1_200,
    "periodicite": "mensuelle",
    "nombre_beneficiaires": 1,
    "garanties": ["Capital décès accidentel"],
    "assures": [],
    "conditions": "Elle vaut pour les dates ci-dessus, tant que les cotisations sont payées à leur échéance.",
}
_TOTAUX = {"nombre": 1, "montant": 100, "montant_paye": 50, "reste_a_payer": 50}
RELEVE = {
    "date": "2026-11-21",
    "du": None,
    "au": None,
    "client": {"nom": "KONGO", "prenom": "Jean Baptiste", "telephone": TELEPHONE},
    "solde_global": 350,
    "totaux": _TOTAUX,
    "total_recu": 150,
    "contrats": [
        {**CONTRAT, "totaux": _TOTAUX, "total_recu": 150, "cotisations": [COTISATION], "paiements": [PAIEMENT]}
    ],
}
RECU = {
    "code": "7F3K-9QRT-2HBX",
    "adresse": "https://pass.exemple.cg/verifier/7F3K-9QRT-2HBX/",
    "qr": ["111111101011001111111"],
    "emis_le": "2026-11-21T09:15:00+01:00",
    "numero_transaction": "PAY-20261020-7F3K9Q",
    "numero_recu": "",
    "police": "CG-2026-VIE-001",
    "code_produit": "KIMIA",
    "nom_produit": "PASS KIMIA",
    "nom": "KONGO",
    "prenom": "Jean Baptiste",
    "telephone": TELEPHONE,
    "type_paiement": "cotisation",
    "operateur": OperateurPaiement.MTN.value,
    "mode_paiement": "MTN Mobile Money",
    "numero_payeur": TELEPHONE,
    "code_confirmation": "363440463",
    "date_confirmation": "2026-10-20T09:12:41+01:00",
    "montant": 150,
    "frais": 0,
    "montant_net": 150,
    "devise": "XAF",
    "quittances": [
        {
            "numero_quittance": "QT-PASS-KIMIA-2026-000001-1-01",
            "date_debut": "2026-08-13",
            "date_fin": "2026-09-12",
            "dernier_jour_couvert": "2026-09-11",
            "date_echeance": "2026-08-13",
            "montant": 100,
            "montant_regle": 100,
            "reste_a_payer": 0,
        },
        {
            "numero_quittance": "QT-PASS-KIMIA-2026-000001-1-02",
            "date_debut": "2026-09-12",
            "date_fin": "2026-10-12",
            "dernier_jour_couvert": "2026-10-11",
            "date_echeance": "2026-09-12",
            "montant": 100,
            "montant_regle": 50,
            "reste_a_payer": 50,
        },
    ],
    "avoir": 0,
}


class FiltresReleveSerializer(FiltresSerializer):
    format = serializers.ChoiceField(
        choices=["json", "pdf"], default="json", help_text="`pdf` : le document à imprimer, avec son code."
    )

    def get_fields(self) -> dict[str, Any]:
        champs = super().get_fields()
        del champs["statut"]
        return champs


class ChoixRecuSerializer(serializers.Serializer[Any]):
    format = serializers.ChoiceField(
        choices=["pdf", "json"], default="pdf", help_text="`json` : les mêmes données, pour une mise en page propre."
    )
    papier = serializers.ChoiceField(
        choices=Papier.choices, default=Papier.ROULEAU_80, help_text="Rouleau de 58 ou 80 mm, ou feuille A4."
    )


class ChoixAttestationSerializer(serializers.Serializer[Any]):
    format = serializers.ChoiceField(
        choices=["pdf", "json"], default="pdf", help_text="`json` : les mêmes données, pour une mise en page propre."
    )


@extend_schema_serializer(examples=[OpenApiExample("Attestation", ATTESTATION, response_only=True)])
class AttestationSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Code de vérification, nouveau à chaque fois.")
    adresse = serializers.URLField(help_text="Ce que le QR code contient.")
    qr = serializers.ListField(
        child=serializers.CharField(),
        help_text="Le QR code à dessiner, rangée par rangée, 1 pour un module noir ; laissez autour 4 modules blancs.",
    )
    emis_le = serializers.DateTimeField()
    police = serializers.CharField()
    nom_produit = serializers.CharField()
    nom = serializers.CharField()
    prenom = serializers.CharField()
    date_debut = serializers.DateField(help_text="Premier jour couvert.")
    date_fin = serializers.DateField(help_text="Premier jour qui n'est plus couvert.")
    dernier_jour_couvert = serializers.DateField(help_text="Dernier jour couvert, à montrer : la veille de `date_fin`.")
    prime = serializers.IntegerField(help_text="De la période, en XAF.")
    periodicite = serializers.ChoiceField(choices=Periodicite.choices)
    nombre_beneficiaires = serializers.IntegerField()
    garanties = serializers.ListField(child=serializers.CharField(), help_text="Libellés.")
    assures = serializers.ListField(child=serializers.CharField(), help_text="Prénoms et noms, sans le titulaire.")
    conditions = serializers.CharField(help_text="Ce que vaut l'attestation, à imprimer avec elle.")


class ContratReleveSerializer(ContratSoldeSerializer):
    totaux = TotauxSerializer(help_text="Des échéances retenues.")
    total_recu = serializers.IntegerField(
        help_text="Somme nette des paiements confirmés retenus, remboursés exclus, en XAF."
    )
    cotisations = CotisationSerializer(many=True)
    paiements = PaiementSerializer(many=True, help_text="Confirmés ou remboursés, du plus ancien au plus récent.")


@extend_schema_serializer(examples=[OpenApiExample("Relevé", RELEVE, response_only=True)])
class ReleveSerializer(serializers.Serializer[Any]):
    date = serializers.DateField(help_text="Le jour auquel les soldes sont calculés.")
    du = serializers.DateField(allow_null=True, help_text="Premier jour retenu ; null : depuis le début.")
    au = serializers.DateField(allow_null=True, help_text="Dernier jour retenu, compris ; null : jusqu'à la fin.")
    client = ClientSerializer()
    solde_global = serializers.IntegerField(help_text="Somme des soldes des contrats du relevé, en XAF.")
    totaux = TotauxSerializer(help_text="Des échéances retenues de tous les contrats du relevé.")
    total_recu = serializers.IntegerField(
        help_text="Somme nette des paiements confirmés retenus, remboursés exclus, en XAF."
    )
    contrats = ContratReleveSerializer(many=True)


class QuittanceRegleeSerializer(serializers.Serializer[Any]):
    numero_quittance = serializers.CharField()
    date_debut = serializers.DateField(help_text="Premier jour couvert.")
    date_fin = serializers.DateField(help_text="Premier jour qui n'est plus couvert.")
    dernier_jour_couvert = serializers.DateField(help_text="Dernier jour couvert, à montrer : la veille de `date_fin`.")
    date_echeance = serializers.DateField()
    montant = serializers.IntegerField(help_text="De la quittance entière, en XAF.")
    montant_regle = serializers.IntegerField(help_text="Ce que ce paiement en a réglé, en XAF.")
    reste_a_payer = serializers.IntegerField(help_text="Juste après ce paiement, en XAF.")


@extend_schema_serializer(examples=[OpenApiExample("Reçu", RECU, response_only=True)])
class RecuSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Code de vérification, le même à chaque impression.")
    adresse = serializers.URLField(help_text="Ce que le QR code contient.")
    qr = serializers.ListField(
        child=serializers.CharField(),
        help_text="Le QR code à dessiner, rangée par rangée, 1 pour un module noir ; laissez autour 4 modules blancs.",
    )
    emis_le = serializers.DateTimeField(help_text="Première impression.")
    numero_transaction = serializers.CharField()
    numero_recu = serializers.CharField(allow_blank=True, help_text="Numéro de reçu d'agence ; vide s'il n'y en a pas.")
    police = serializers.CharField(allow_blank=True, help_text="Vide tant qu'elle n'est pas attribuée.")
    code_produit = serializers.CharField()
    nom_produit = serializers.CharField()
    nom = serializers.CharField()
    prenom = serializers.CharField()
    telephone = serializers.CharField(help_text="Masqué.")
    type_paiement = serializers.ChoiceField(choices=TypePaiement.choices)
    operateur = serializers.ChoiceField(choices=OperateurPaiement.choices)
    mode_paiement = serializers.CharField(help_text="Pour l'affichage.")
    numero_payeur = serializers.CharField(allow_blank=True, help_text="Masqué ; vide s'il n'y en a pas.")
    code_confirmation = serializers.CharField(allow_blank=True, help_text="Référence de l'opérateur.")
    date_confirmation = serializers.DateTimeField()
    montant = serializers.IntegerField(help_text="En XAF.")
    frais = serializers.IntegerField(help_text="En XAF.")
    montant_net = serializers.IntegerField(help_text="Ce qui compte pour le contrat, en XAF.")
    devise = serializers.ChoiceField(choices=["XAF"])
    quittances = QuittanceRegleeSerializer(many=True, help_text="Ce que ce paiement a réglé, de la plus ancienne.")
    avoir = serializers.IntegerField(help_text="Ce qui reste de ce paiement au-delà des quittances, en XAF.")
