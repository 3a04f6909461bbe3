"""What is asked to start a payment, and the shape of its follow-up."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.pass_clients.models import NOMBRE_BENEFICIAIRES_MAX, OperateurMobile, RelationBeneficiaire, RoleBeneficiaire
from apps.pass_payments.models import OperateurPaiement, StatutPaiement, TypePaiement
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.serializers import PAIEMENT, SITUATION, PaiementSerializer, SituationSerializer
from apps.pass_products.models import Periodicite
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.money import MontantField
from nsia_pass_api.telephones import TelephoneField

CONTRATS_MAX = 10
SESSION_SEULE = "Absent du suivi sans session."
DATE_DU_CLIENT = "Celle du client connecté, quand une garantie a une limite d'âge et que NSIA ne la connaît pas."


class PayeurSerializer(serializers.Serializer[Any]):
    telephone = TelephoneField(
        required=False, help_text="Numéro qui paie ; celui du client par défaut. Son téléphone demandera le code PIN."
    )
    operateur = serializers.ChoiceField(
        required=False, choices=OperateurMobile.choices, help_text="Deviné d'après le numéro s'il n'est pas donné."
    )


class LigneSerializer(serializers.Serializer[Any]):
    police = serializers.CharField(max_length=30, help_text="Police d'un contrat du client.")
    montant = MontantField(help_text="À payer sur ce contrat, en XAF.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Deux contrats, un code PIN",
            {
                "contrats": [
                    {"police": "CG-2026-VIE-001", "montant": 500},
                    {"police": "CG-2026-EPG-001", "montant": 1000},
                ]
            },
            request_only=True,
        )
    ]
)
class DemandePaiementSerializer(PayeurSerializer):
    contrats = LigneSerializer(many=True, allow_empty=False, max_length=CONTRATS_MAX)  # type: ignore[call-arg]


@extend_schema_serializer(
    examples=[OpenApiExample("Une année de plus, payée d'un coup", {"montant": 1200}, request_only=True)]
)
class RenouvellementSerializer(PayeurSerializer):
    montant = MontantField(required=False, help_text="En XAF ; le minimum qui renouvelle par défaut.")
    date_naissance = serializers.DateField(required=False, allow_null=True, help_text=DATE_DU_CLIENT)

    def validate_date_naissance(self, value: Any) -> Any:
        return _passee(value)


class BeneficiaireDemandeSerializer(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=80)
    prenom = serializers.CharField(max_length=80)
    telephone = TelephoneField(required=False, allow_blank=True)
    relation = serializers.ChoiceField(choices=RelationBeneficiaire.choices)
    role = serializers.ChoiceField(required=False, choices=RoleBeneficiaire.choices)
    date_naissance = serializers.DateField(required=False, allow_null=True)

    def validate_date_naissance(self, value: Any) -> Any:
        return _passee(value)


class IdentiteSerializer(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=80)
    prenom = serializers.CharField(max_length=80)
    telephone = TelephoneField()
    date_naissance = serializers.DateField(required=False, allow_null=True)
    lieu_naissance = serializers.CharField(required=False, allow_blank=True, max_length=120)
    adresse = serializers.CharField(required=False, allow_blank=True, max_length=200)

    def validate_date_naissance(self, value: Any) -> Any:
        return _passee(value)


UNE_SOUSCRIPTION = OpenApiExample(
    "Une prospecte souscrit à PASS KIMIA",
    {
        "client": {
            "nom": "MAKOSSO",
            "prenom": "Gisèle",
            "telephone": "06 412 33 44",
            "date_naissance": "1996-06-17",
        },
        "produit": "KIMIA",
        "montant": 1200,
        "periodicite": "mensuelle",
        "beneficiaires": [{"nom": "MAKOSSO", "prenom": "Paul", "relation": "enfant"}],
        "conditions_acceptees": True,
        "version_conditions": "2026-01",
    },
    request_only=True,
)


@extend_schema_serializer(examples=[UNE_SOUSCRIPTION])
class DemandeSouscriptionSerializer(PayeurSerializer):
    client = IdentiteSerializer(required=False, help_text="Exigé sans session ; ignoré pour un client connecté.")
    produit = serializers.CharField(max_length=20, help_text="Code du produit.")
    montant = MontantField(help_text="Prime d'une période, en XAF.")
    periodicite = serializers.ChoiceField(choices=Periodicite.choices)
    premier_versement = MontantField(required=False, help_text="En XAF ; la première échéance par défaut.")
    beneficiaires = BeneficiaireDemandeSerializer(  # type: ignore[call-arg]
        many=True, required=False, max_length=NOMBRE_BENEFICIAIRES_MAX
    )
    date_naissance = serializers.DateField(required=False, allow_null=True, help_text=DATE_DU_CLIENT)
    conditions_acceptees = serializers.BooleanField()
    version_conditions = serializers.CharField(
        max_length=20, help_text="Version des conditions montrées, donnée par `GET /api/v1/souscriptions/conditions/`."
    )

    def validate_date_naissance(self, value: Any) -> Any:
        return _passee(value)

    def validate_conditions_acceptees(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError("Sans l'accord du souscripteur, la souscription ne peut pas se faire.")
        return value


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Conditions",
            {"version": "2026-01", "texte": ["Mes réponses sont exactes. NSIA peut les vérifier."]},
            response_only=True,
        )
    ]
)
class ConditionsSerializer(serializers.Serializer[Any]):
    version = serializers.CharField()
    texte = serializers.ListField(child=serializers.CharField(), help_text="Phrases à montrer, dans l'ordre.")


class LignePayeeSerializer(serializers.Serializer[Any]):
    numero_transaction = serializers.CharField()
    montant = serializers.IntegerField(help_text="En XAF.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "En attente du code PIN",
            PAIEMENT
            | {
                "statut": "en_cours",
                "statut_affiche": "En attente de votre code PIN",
                "numero_souscription": "PASS-KIMIA-2026-000001",
                "nom_produit": "PASS KIMIA",
                "numero_recu": None,
                "limite": "2026-10-20T09:22:00+01:00",
                "total": 150,
                "paiements": [{"numero_transaction": "PAY-20261020-7F3K9Q", "montant": 150}],
                "motif": "",
                "message": "Regardez votre téléphone et tapez votre code PIN pour confirmer.",
                "termine": False,
            },
            response_only=True,
        )
    ]
)
class PaiementSuiviSerializer(PaiementSerializer):
    """What is `required=False` is told within the client's session only."""

    police = serializers.CharField(
        required=False, allow_null=True, help_text=f"Nulle tant que la souscription n'en a pas. {SESSION_SEULE}"
    )
    numero_souscription = serializers.CharField(required=False, help_text=SESSION_SEULE)
    nom_produit = serializers.CharField(required=False, help_text=SESSION_SEULE)
    operateur = serializers.ChoiceField(required=False, choices=OperateurPaiement.choices, help_text=SESSION_SEULE)
    mode_paiement = serializers.CharField(required=False, help_text=SESSION_SEULE)
    numero_payeur = serializers.CharField(required=False, allow_blank=True, help_text=f"Masqué. {SESSION_SEULE}")
    type_paiement = serializers.ChoiceField(required=False, choices=TypePaiement.choices, help_text=SESSION_SEULE)
    numero_recu = serializers.CharField(allow_null=True, help_text="Une fois confirmé.")
    limite = serializers.DateTimeField(allow_null=True, help_text="Jusqu'à quand le client attend.")
    total = serializers.IntegerField(help_text="Ce que le téléphone demande, tous contrats réunis, en XAF.")
    paiements = LignePayeeSerializer(many=True, help_text="Les paiements réunis dans cette demande.")
    motif = serializers.ChoiceField(
        choices=MotifEchec.choices,
        allow_blank=True,
        help_text="Code stable de `motif_affiche`, pour le dire dans une autre langue ; vide sans échec.",
    )
    message = serializers.CharField(help_text="Ce qui se passe et que faire, pour le client.")
    termine = serializers.BooleanField(help_text="Faux tant qu'il faut continuer à demander.")


LA_DEMANDE_PART = OpenApiExample(
    "La demande part",
    {
        "numero_transaction": "PAY-20261020-7F3K9Q",
        "numero_souscription": "PASS-KIMIA-2026-000001",
        "statut": "initie",
        "statut_affiche": "Demande envoyée",
        "montant": 150,
        "message": "Votre demande part vers l'opérateur. Gardez votre téléphone à la main.",
    },
    response_only=True,
    status_codes=["202"],
)


@extend_schema_serializer(examples=[LA_DEMANDE_PART])
class PaiementDemandeSerializer(serializers.Serializer[Any]):
    numero_transaction = serializers.CharField()
    numero_souscription = serializers.CharField()
    statut = serializers.ChoiceField(choices=StatutPaiement.choices)
    statut_affiche = serializers.CharField()
    montant = serializers.IntegerField(help_text="Ce que le téléphone demandera, en XAF.")
    message = serializers.CharField()
    suivi = serializers.CharField(
        required=False, help_text="Sans session : à renvoyer dans `X-Suivi` pour suivre ce paiement, lui seul."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "MTN",
            {"code": OperateurPaiement.MTN.value, "nom": "MTN Mobile Money", "disponible": True},
            response_only=True,
        )
    ]
)
class OperateurSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=OperateurMobile.choices)
    nom = serializers.CharField()
    disponible = serializers.BooleanField(help_text="Vrai si l'on peut payer ici avec lui.")


@extend_schema_serializer(
    examples=[OpenApiExample("Un numéro de MTN", {"telephone": "06 123 45 67"}, request_only=True)]
)
class DetectionSerializer(serializers.Serializer[Any]):
    telephone = TelephoneField()


@extend_schema_serializer(
    examples=[OpenApiExample("MTN", {"operateur": OperateurPaiement.MTN.value, "disponible": True}, response_only=True)]
)
class DetecteSerializer(serializers.Serializer[Any]):
    operateur = serializers.ChoiceField(choices=OperateurMobile.choices, allow_null=True)
    disponible = serializers.BooleanField()


class ChoixSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    libelle = serializers.CharField(help_text="Pour le bouton.")
    montant = serializers.IntegerField(help_text="En XAF.")


class BornesSerializer(serializers.Serializer[Any]):
    minimum = serializers.IntegerField(help_text="En XAF.")
    maximum = serializers.IntegerField(help_text="En XAF.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Un contrat en retard",
            {
                "police": "CG-2026-VIE-001",
                "numero_souscription": "PASS-KIMIA-2026-000001",
                "nom_produit": "PASS KIMIA",
                "devise": "XAF",
                "choix": [
                    {"code": "en_retard", "libelle": "Ce qui est en retard", "montant": 100},
                    {"code": "echeances_1", "libelle": "Le retard et la prochaine échéance", "montant": 200},
                    {"code": "tout", "libelle": "Tout ce qui reste à payer", "montant": 900},
                ],
                "libre": {"minimum": 100, "maximum": 900},
                "raison": "",
                "situation": SITUATION,
                "renouvellement": None,
                "raison_renouvellement": "Ce contrat court encore : il pourra être renouvelé à partir du 14/06/2027.",
                "date_naissance_requise": False,
            },
            response_only=True,
        )
    ]
)
class OptionsSerializer(serializers.Serializer[Any]):
    police = serializers.CharField()
    numero_souscription = serializers.CharField()
    nom_produit = serializers.CharField()
    devise = serializers.ChoiceField(choices=["XAF"])
    choix = ChoixSerializer(many=True, help_text="Montants utiles, du plus petit au plus grand.")
    libre = BornesSerializer(allow_null=True, help_text="Bornes d'un montant libre ; null s'il n'y a rien à payer.")
    raison = serializers.CharField(allow_blank=True, help_text="Pourquoi rien ne se paie.")
    situation = SituationSerializer(help_text="Ce que l'état du contrat demande au client.")
    renouvellement = BornesSerializer(allow_null=True, help_text="Bornes de ce qui renouvelle le contrat.")
    raison_renouvellement = serializers.CharField(allow_blank=True, help_text="Pourquoi il ne se renouvelle pas.")
    date_naissance_requise = serializers.BooleanField(
        help_text="Vrai si le renouvellement demande la date de naissance du client, que NSIA ne connaît pas."
    )


def _passee(value: Any) -> Any:
    if value is not None and value > aujourdhui():
        raise serializers.ValidationError("Cette date est dans l'avenir.")
    return value


def conditions() -> dict[str, Any]:
    """What a subscriber agrees to, in the version of settings."""
    return {
        "version": settings.VERSION_CONDITIONS,
        "texte": [
            "Mes réponses sont exactes. NSIA peut les vérifier.",
            "La couverture commence avec le premier paiement. Elle s'arrête si une prime reste impayée après le délai de grâce.",
            "NSIA garde mes données le temps du contrat et de ses suites, pour le gérer. Je peux les lire et les faire corriger.",
            "NSIA peut m'écrire par SMS au sujet de mon contrat.",
        ],
    }
