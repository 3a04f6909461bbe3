"""What the back office looks at: the suspense list, open differences, and what calls for somebody now.

Each count reads the few rows of a partial index, and stops one after COMPTE_MAXIMUM.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from apps.pass_payments.models import (
    OUVERTS,
    AnomaliePaiement,
    Decaissement,
    EcartRapprochement,
    EvenementPaiement,
    NatureEcart,
    PaiementPass,
    RappelOperateur,
    StatutDecaissement,
    StatutPaiement,
    VerdictRappel,
)
from nsia_pass_api.alertes import Alerte, Permises, Source, compter
from nsia_pass_api.dates import maintenant

VERIFICATION_LONGUE = timedelta(minutes=15)
DECAISSEMENT_LONG = timedelta(hours=1)
RAPPELS_RECENTS = timedelta(hours=24)


def ecarts_ouverts() -> QuerySet[EcartRapprochement]:
    """Differences that nobody has resolved, the last found first."""
    return EcartRapprochement.objects.filter(resolu_le__isnull=True)


def suspens() -> QuerySet[EcartRapprochement]:
    """The suspense list: money on an operator's statement that is none of ours, credited to nobody until somebody decides."""
    return ecarts_ouverts().filter(nature=NatureEcart.ETRANGER)


def autres_ecarts(*, quand: datetime | None = None) -> QuerySet[EcartRapprochement]:
    """The open differences that are not in the suspense list, at whatever moment."""
    return ecarts_ouverts().exclude(nature=NatureEcart.ETRANGER)


def paiements_en_retard(*, quand: datetime) -> QuerySet[PaiementPass]:
    """Payments still open after their payer was to have answered (law 9)."""
    return PaiementPass.objects.filter(statut__in=OUVERTS, limite__lt=quand)


def paiements_sans_reponse(*, quand: datetime) -> QuerySet[PaiementPass]:
    """Payments in verification since more than a quarter of an hour, as their journal says."""
    recemment = EvenementPaiement.objects.filter(
        paiement=OuterRef("pk"),
        statut=StatutPaiement.EN_VERIFICATION,
        date_evenement__gte=quand - VERIFICATION_LONGUE,
    )
    return PaiementPass.objects.filter(~Exists(recemment), statut=StatutPaiement.EN_VERIFICATION)


def decaissements_en_retard(*, quand: datetime) -> QuerySet[Decaissement]:
    """Money asked to leave more than an hour ago that has neither arrived nor failed."""
    return Decaissement.objects.filter(a_suivre_le__isnull=False, demande_le__lt=quand - DECAISSEMENT_LONG)


def rappels_contredits(*, quand: datetime) -> QuerySet[RappelOperateur]:
    """Callbacks of the last 24 hours whose word the operator did not confirm."""
    return RappelOperateur.objects.filter(verdict=VerdictRappel.CONTREDIT, traite_le__gte=quand - RAPPELS_RECENTS)


def alertes_paiements(*, permises: Permises = lambda lignes: lignes, quand: datetime | None = None) -> list[Alerte]:
    """What calls for somebody at `quand` (now) among the rows that `permises` leaves, the most pressing first.

    Nothing that counts zero. Eight queries.
    """
    quand = quand or maintenant()
    return compter([*_sources_de_l_argent(quand), *_sources_du_controle(quand)], permises=permises)


def _sources_de_l_argent(quand: datetime) -> list[Source]:
    """Payments and disbursements that do not end."""
    return [
        (
            "paiements_en_retard",
            "Paiements ouverts au-delà de leur limite",
            paiements_en_retard(quand=quand),
            {"a_voir": "en_retard"},
        ),
        (
            "paiements_sans_reponse",
            "Paiements en vérification depuis plus de 15 minutes",
            paiements_sans_reponse(quand=quand),
            {"statut__exact": StatutPaiement.EN_VERIFICATION},
        ),
        (
            "decaissements_en_retard",
            "Décaissements sans fin depuis plus d'une heure",
            decaissements_en_retard(quand=quand),
            {"a_voir": "en_retard"},
        ),
        (
            "versements_a_approuver",
            "Versements vers un nouveau numéro, en attente de deux personnes",
            Decaissement.objects.filter(statut=StatutDecaissement.A_APPROUVER),
            {"statut__exact": StatutDecaissement.A_APPROUVER},
        ),
    ]


def _sources_du_controle(quand: datetime) -> list[Source]:
    """What operators say otherwise than we."""
    return [
        (
            "suspens",
            "Encaissements en suspens, inconnus chez nous",
            suspens(),
            {"etat": "ouvert", "nature__exact": NatureEcart.ETRANGER},
        ),
        ("ecarts", "Autres écarts de rapprochement", autres_ecarts(), {"a_voir": "autres"}),
        (
            "anomalies",
            "Anomalies de paiement à résoudre",
            AnomaliePaiement.objects.filter(resolue_le__isnull=True),
            {"etat": "ouvert"},
        ),
        (
            "rappels_contredits",
            "Rappels contredits par l'opérateur depuis 24 heures",
            rappels_contredits(quand=quand),
            {"a_voir": "contredits"},
        ),
    ]
