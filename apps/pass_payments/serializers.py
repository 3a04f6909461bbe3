"""The shape of what a client reads, for the OpenAPI schema: selectors give rows with these very names and types.

Only `FiltresSerializer` reads a request. A test compares every answer with these shapes.
"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.pass_clients.models import EtatContrat, RelationBeneficiaire, RoleBeneficiaire
from apps.pass_payments.models import OperateurPaiement, StatutCotisation, StatutPaiement, TypePaiement
from apps.pass_payments.situation import CodeSituation, Niveau, TypeActe
from apps.pass_products.models import CategorieProduit, Periodicite
from apps.pass_products.serializers import GARANTIE, GarantieSerializer

TELEPHONE = "+242\u00a006\u00a0•••\u00a0••\u00a067"
SITUATION = {
    "type": "paiement",
    "code": "cotisation_en_retard",
    "niveau": "attention",
    "message": "PASS KIMIA : 50 FCFA en retard depuis 9 jours. Payez maintenant pour garder votre couverture.",
    "montant": 50,
    "date": "2026-11-12",
}
CONTRAT = {
    "police": "CG-2026-VIE-001",
    "numero_souscription": "PASS-KIMIA-2026-000001",
    "code_produit": "KIMIA",
    "nom_produit": "PASS KIMIA",
    "categorie": "accident",
    "etat_du_contrat": "Actif",
    "date_effet": "2026-08-13",
    "date_expiration": "2027-08-13",
    "dernier_jour_couvert": "2027-08-12",
    "prime": 1_200,
    "periodicite": "mensuelle",
    "du_a_ce_jour": 400,
    "total_paye": 350,
    "reste_a_payer": 850,
    "montant_en_retard": 50,
    "jours_de_retard": 9,
    "avoir": 0,
    "prochaine_echeance_date": "2026-12-12",
    "prochaine_echeance_montant": 100,
    "solde_epargne": None,
    "solde": 350,
    "situation": SITUATION,
}
BENEFICIAIRE = {
    "nom": "KONGO",
    "prenom": "Grâce",
    "telephone": TELEPHONE,
    "relation": "enfant",
    "role": "beneficiaire",
    "ordre_priorite": 1,
}
COTISATION = {
    "police": "CG-2026-VIE-001",
    "numero_quittance": "QT-PASS-KIMIA-2026-000001-1-04",
    "periode": 1,
    "numero": 4,
    "date_debut": "2026-11-12",
    "date_fin": "2026-12-12",
    "dernier_jour_couvert": "2026-12-11",
    "date_echeance": "2026-11-12",
    "montant": 100,
    "montant_paye": 50,
    "reste_a_payer": 50,
    "statut": "en_retard",
}
PAIEMENT = {
    "police": "CG-2026-VIE-001",
    "numero_transaction": "PAY-20261020-7F3K9Q",
    "montant": 150,
    "frais": 0,
    "montant_net": 150,
    "devise": "XAF",
    "operateur": OperateurPaiement.MTN.value,
    "mode_paiement": "MTN Mobile Money",
    "numero_payeur": TELEPHONE,
    "type_paiement": "cotisation",
    "statut": "succes",
    "statut_affiche": "Confirmé",
    "motif_affiche": "",
    "date_demande": "2026-10-20T09:12:00+01:00",
    "date_confirmation": "2026-10-20T09:12:41+01:00",
}
ALERTE = {**SITUATION, "police": "CG-2026-VIE-001"}
CONTRAT_COMPLET = {**CONTRAT, "garanties": [GARANTIE], "beneficiaires": [BENEFICIAIRE]}
TABLEAU_DE_BORD = {
    "date": "2026-11-21",
    "client": {"nom": "KONGO", "prenom": "Jean Baptiste", "telephone": TELEPHONE},
    "solde_global": 350,
    "contrats": [CONTRAT],
    "cotisations": [COTISATION],
    "derniers_paiements": [PAIEMENT],
    "alertes": [ALERTE],
}
RELEVE = {
    "totaux": {"nombre": 1, "montant": 100, "montant_paye": 50, "reste_a_payer": 50},
    "next": None,
    "previous": None,
    "results": [COTISATION],
    "paiements": {"next": None, "previous": None, "results": [PAIEMENT]},
}


class SituationSerializer(serializers.Serializer[Any]):
    """What the state of a contract asks of its client."""

    type = serializers.ChoiceField(choices=TypeActe.choices, help_text="Ce que le client peut faire.")
    code = serializers.ChoiceField(choices=CodeSituation.choices)
    niveau = serializers.ChoiceField(choices=Niveau.choices)
    message = serializers.CharField(help_text="Phrase pour le client, la même partout.")
    montant = serializers.IntegerField(allow_null=True, help_text="Ce que la phrase demande, en XAF.")
    date = serializers.DateField(
        allow_null=True, help_text="Le jour qu'elle nomme : dernier jour couvert, début du retard, de la suspension."
    )


class ContratSoldeSerializer(serializers.Serializer[Any]):
    police = serializers.CharField(help_text="Numéro de police.")
    numero_souscription = serializers.CharField()
    code_produit = serializers.CharField(help_text="Code du produit, celui du catalogue.")
    nom_produit = serializers.CharField()
    categorie = serializers.ChoiceField(choices=CategorieProduit.choices)
    etat_du_contrat = serializers.ChoiceField(choices=EtatContrat.choices)
    date_effet = serializers.DateField(allow_null=True, help_text="Premier jour couvert de la première période.")
    date_expiration = serializers.DateField(allow_null=True, help_text="Premier jour qui n'est plus couvert.")
    dernier_jour_couvert = serializers.DateField(
        allow_null=True, help_text="Dernier jour couvert, à montrer : la veille de `date_expiration`."
    )
    prime = serializers.IntegerField(help_text="Prime de la dernière période, en XAF.")
    periodicite = serializers.ChoiceField(choices=Periodicite.choices)
    du_a_ce_jour = serializers.IntegerField(help_text="Tout ce qui est échu depuis le début, payé ou non, en XAF.")
    total_paye = serializers.IntegerField(help_text="Paiements confirmés, nets de frais, en XAF.")
    reste_a_payer = serializers.IntegerField(help_text="Ce qui reste à payer, échu ou non, en XAF.")
    montant_en_retard = serializers.IntegerField(help_text="Ce qui est échu et n'est pas payé, en XAF.")
    jours_de_retard = serializers.IntegerField(help_text="Depuis la plus ancienne échéance impayée.")
    avoir = serializers.IntegerField(help_text="Payé au-delà de tout ce qui est prévu, en XAF.")
    prochaine_echeance_date = serializers.DateField(allow_null=True, help_text="Prochaine échéance à payer.")
    prochaine_echeance_montant = serializers.IntegerField(allow_null=True, help_text="Ce qui en reste à payer, en XAF.")
    solde_epargne = serializers.IntegerField(allow_null=True, help_text="Épargne avec intérêts, en XAF ; sinon null.")
    solde = serializers.IntegerField(help_text="Ce que le contrat tient pour le client, en XAF.")
    situation = SituationSerializer(help_text="Ce que l'état du contrat demande au client.")


class BeneficiaireSerializer(serializers.Serializer[Any]):
    nom = serializers.CharField()
    prenom = serializers.CharField()
    telephone = serializers.CharField(allow_blank=True, help_text="Masqué ; vide s'il n'est pas connu.")
    relation = serializers.ChoiceField(choices=RelationBeneficiaire.choices)
    role = serializers.ChoiceField(choices=RoleBeneficiaire.choices)
    ordre_priorite = serializers.IntegerField(help_text="Rang, de 1 à 6.")


@extend_schema_serializer(examples=[OpenApiExample("Contrat", CONTRAT_COMPLET, response_only=True)])
class ContratCompletSerializer(ContratSoldeSerializer):
    garanties = GarantieSerializer(many=True, help_text="Ce que le contrat couvre.")
    beneficiaires = BeneficiaireSerializer(many=True, help_text="Bénéficiaires en vie et non retirés, par rang.")


class CotisationSerializer(serializers.Serializer[Any]):
    police = serializers.CharField()
    numero_quittance = serializers.CharField(help_text="Nom de l'échéance sur les reçus.")
    periode = serializers.IntegerField(help_text="Numéro de la période de couverture.")
    numero = serializers.IntegerField(help_text="Rang de l'échéance dans sa période.")
    date_debut = serializers.DateField(help_text="Premier jour couvert.")
    date_fin = serializers.DateField(help_text="Premier jour qui n'est plus couvert.")
    dernier_jour_couvert = serializers.DateField(help_text="Dernier jour couvert, à montrer : la veille de `date_fin`.")
    date_echeance = serializers.DateField()
    montant = serializers.IntegerField(help_text="En XAF.")
    montant_paye = serializers.IntegerField(help_text="En XAF.")
    reste_a_payer = serializers.IntegerField(help_text="En XAF.")
    statut = serializers.ChoiceField(choices=StatutCotisation.choices)


class PaiementSerializer(serializers.Serializer[Any]):
    police = serializers.CharField()
    numero_transaction = serializers.CharField()
    montant = serializers.IntegerField(help_text="En XAF.")
    frais = serializers.IntegerField(help_text="En XAF.")
    montant_net = serializers.IntegerField(help_text="Ce qui compte pour le contrat, en XAF.")
    devise = serializers.ChoiceField(choices=["XAF"])
    operateur = serializers.ChoiceField(choices=OperateurPaiement.choices)
    mode_paiement = serializers.CharField(help_text="Pour l'affichage.")
    numero_payeur = serializers.CharField(allow_blank=True, help_text="Masqué ; vide s'il n'y en a pas.")
    type_paiement = serializers.ChoiceField(choices=TypePaiement.choices)
    statut = serializers.ChoiceField(choices=StatutPaiement.choices)
    statut_affiche = serializers.CharField(help_text="L'état, pour l'affichage.")
    motif_affiche = serializers.CharField(
        allow_blank=True, help_text="Pourquoi il a échoué, pour l'affichage ; sinon vide."
    )
    date_demande = serializers.DateTimeField()
    date_confirmation = serializers.DateTimeField(allow_null=True)


class AlerteSerializer(SituationSerializer):
    police = serializers.CharField()


class ClientSerializer(serializers.Serializer[Any]):
    nom = serializers.CharField()
    prenom = serializers.CharField()
    telephone = serializers.CharField(help_text="Masqué.")


@extend_schema_serializer(examples=[OpenApiExample("Tableau de bord", TABLEAU_DE_BORD, response_only=True)])
class TableauDeBordSerializer(serializers.Serializer[Any]):
    date = serializers.DateField(help_text="Le jour auquel les soldes sont calculés.")
    client = ClientSerializer()
    solde_global = serializers.IntegerField(help_text="Somme des soldes des contrats, en XAF.")
    contrats = ContratSoldeSerializer(many=True)
    cotisations = CotisationSerializer(many=True, help_text="Échéances des trois derniers mois, jusqu'à aujourd'hui.")
    derniers_paiements = PaiementSerializer(many=True, help_text="Les cinq derniers, du plus récent au plus ancien.")
    alertes = AlerteSerializer(many=True, help_text="Ce qu'il faut dire d'abord, le plus grave en premier.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Contrat",
            {**CONTRAT_COMPLET, "cotisations": [COTISATION], "derniers_paiements": [PAIEMENT]},
            response_only=True,
        )
    ]
)
class ContratEnEntierSerializer(ContratCompletSerializer):
    cotisations = CotisationSerializer(many=True, help_text="Échéances de la période en cours.")
    derniers_paiements = PaiementSerializer(many=True, help_text="Les cinq derniers, du plus récent au plus ancien.")


class TotauxSerializer(serializers.Serializer[Any]):
    nombre = serializers.IntegerField(help_text="Nombre d'échéances.")
    montant = serializers.IntegerField(help_text="En XAF.")
    montant_paye = serializers.IntegerField(help_text="En XAF.")
    reste_a_payer = serializers.IntegerField(help_text="En XAF.")


class PageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True, help_text="Page suivante, s'il y en a une.")
    previous = serializers.URLField(allow_null=True, help_text="Page précédente, s'il y en a une.")


class PagePaiementsSerializer(PageSerializer):
    results = PaiementSerializer(many=True)


@extend_schema_serializer(examples=[OpenApiExample("Cotisations", RELEVE, response_only=True)])
class CotisationsSerializer(PageSerializer):
    totaux = TotauxSerializer(help_text="De toutes les échéances retenues, pas seulement de cette page.")
    results = CotisationSerializer(many=True)
    paiements = PagePaiementsSerializer(
        help_text="Paiements du même contrat et des mêmes dates, avec leurs propres pages."
    )


FILTRES = {"contrat", "statut", "from", "to"}


class FiltresSerializer(serializers.Serializer[Any]):
    """Query parameters of `cotisations/`; `from` is a word of Python, hence `get_fields`."""

    contrat = serializers.CharField(required=False, max_length=30, help_text="Police d'un contrat du client.")
    statut = serializers.ChoiceField(
        required=False, choices=StatutCotisation.choices, help_text="Ne retient que les échéances dans cet état."
    )

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {
            "from": serializers.DateField(required=False, help_text="Premier jour, compris."),
            "to": serializers.DateField(required=False, help_text="Dernier jour, compris."),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "to" in attrs and attrs["from"] > attrs["to"]:
            raise serializers.ValidationError({"to": "La date de fin précède la date de début."})
        return attrs
