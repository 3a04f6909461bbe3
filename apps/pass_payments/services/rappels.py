"""Callbacks: kept raw as they come, answered at once, believed never. They only hasten the look-up of a payment.

Anybody may send them, as many as he likes: what names no payment of ours never reaches the worker, and little of it is kept;
of one payment a few are (docs/decisions/0019). Whoever sends them cannot tell: the answer is always the same.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from apps.pass_payments.models import (
    EvenementPaiement,
    PaiementPass,
    RappelOperateur,
    StatutPaiement,
    VerdictRappel,
)
from apps.pass_payments.operateurs import Constat, Etat, Rappel, operateur
from apps.pass_payments.services.paiements import consigner
from apps.pass_payments.services.suivi import juger_rappels, verdict_du_rappel
from nsia_pass_api.dates import maintenant
from nsia_pass_api.transactions import transaction_entiere

logger = structlog.get_logger(__name__)

# What was settled before the callback came; a failure may yet become a success, so it is looked up.
_DEJA_VU = {StatutPaiement.SUCCES: Etat.REUSSI, StatutPaiement.REMBOURSE: Etat.REUSSI}


# MTN sends one callback a payment, and repeats it once. What comes after these tells nothing more, and hastens nothing.
PAR_PAIEMENT = 20
# Of those that lead to no payment, in an hour: from one address, from all, and how much of each.
INCONNUS_ADRESSE, INCONNUS_ENSEMBLE, INCONNUS_CORPS = 30, 200, 2_000
_HEURE = timedelta(hours=1)


def recevoir_rappel(*, operateur: str, corps: str, adresse: str, quand: datetime | None = None) -> None:
    """The callback of a payment is kept as it came, for the worker. One that leads to none is filed at once, and so is one that
    tells nothing new of a payment that has ended: the operator is not asked again.

    Beyond the limits above nothing is kept. They are looked at before the insert: those that come at the same moment may be
    a few more.
    """
    quand = quand or maintenant()
    rappel = RappelOperateur(operateur=operateur, corps=corps.replace("\x00", ""), adresse=adresse, recu_le=quand)
    if operateur in settings.OPERATEURS:
        lu = _lire(rappel)
        rappel.paiement = None if lu is None else _paiements(operateur, lu.numero).first()
        if lu is None or rappel.paiement is None:
            rappel.verdict, rappel.traite_le = VerdictRappel.ILLISIBLE if lu is None else VerdictRappel.INCONNU, quand
        elif (fin := _fin(rappel.paiement, lu)) is not None:
            rappel.verdict = verdict_du_rappel(lu, paiement=rappel.paiement, constat=Constat(etat=fin))
            rappel.traite_le = quand
    if not _reste_de_la_place(rappel):
        logger.warning("rappel_non_garde", operateur=operateur, paiement=rappel.paiement_id, verdict=rappel.verdict)
        return
    if rappel.paiement is None:
        rappel.corps = rappel.corps[:INCONNUS_CORPS]
    rappel.save()


def _fin(paiement: PaiementPass, lu: Rappel) -> Etat | None:
    """How the payment has ended, when nobody can say anything new of it; None when the operator is to be asked.

    Read without a lock: what is settled stays so, and one that is being settled is judged by the worker.
    """
    if paiement.statut == StatutPaiement.ECHEC and lu.etat is Etat.ECHOUE:
        return Etat.ECHOUE
    return _DEJA_VU.get(StatutPaiement(paiement.statut))


def oublier_rappels(*, quand: datetime) -> int:
    """Nothing is kept of the callbacks that led to no payment for longer than they may be. Returns how many were deleted."""
    avant = quand - settings.RAPPELS_CONSERVATION
    return RappelOperateur.objects.filter(paiement__isnull=True, recu_le__lt=avant).delete()[0]


def _reste_de_la_place(rappel: RappelOperateur) -> bool:
    if rappel.paiement_id is not None:
        return RappelOperateur.objects.filter(paiement=rappel.paiement_id)[:PAR_PAIEMENT].count() < PAR_PAIEMENT
    recents = RappelOperateur.objects.filter(paiement__isnull=True, recu_le__gt=rappel.recu_le - _HEURE)
    adresses = list(recents.order_by().values_list("adresse", flat=True)[:INCONNUS_ENSEMBLE])
    return len(adresses) < INCONNUS_ENSEMBLE and adresses.count(rappel.adresse) < INCONNUS_ADRESSE


def _paiements(operateur: str, numero: str) -> QuerySet[PaiementPass]:
    """The payment of this number that was asked of this operator, if any: others of the same demand follow it."""
    return PaiementPass.objects.filter(
        numero_transaction=numero, operateur=operateur, rattache_a__isnull=True, reference_mobile_money__isnull=False
    )


def _a_traiter() -> QuerySet[RappelOperateur]:
    """Those that wait and that nobody holds, the oldest first; they are held until the transaction ends."""
    attendent = RappelOperateur.objects.filter(verdict=VerdictRappel.A_TRAITER, operateur__in=settings.OPERATEURS)
    return attendent.order_by("pk").select_for_update(no_key=True, skip_locked=True)


@transaction.atomic
def rappels_a_traiter(*, nombre: int) -> list[int]:
    """At most `nombre` callbacks that wait. They stay anybody's: `traiter_rappel` takes the oldest."""
    return [rappel.pk for rappel in _a_traiter()[:nombre]]


@transaction_entiere
def traiter_rappel(*, quand: datetime | None = None) -> bool:
    """The oldest waiting callback is attached to its payment, which is due at once. False when none waits."""
    rappel = _a_traiter().first()
    if rappel is None:
        return False
    _traiter(rappel, quand or maintenant())
    return True


def _traiter(rappel: RappelOperateur, quand: datetime) -> None:
    lu = _lire(rappel)
    if lu is None:
        _classer(rappel, VerdictRappel.ILLISIBLE, quand)
        return
    # Held: whoever settles it meanwhile waits, then sees this callback and judges it; or has settled it, and we judge.
    paiement = _paiements(rappel.operateur, lu.numero).select_for_update(no_key=True).first()
    if paiement is None:
        _classer(rappel, VerdictRappel.INCONNU, quand)
        return
    RappelOperateur.objects.filter(pk=rappel.pk).update(paiement=paiement, verdict=VerdictRappel.EN_ATTENTE)
    consigner(paiement, EvenementPaiement.Type.RAPPEL_RECU, donnees={"rappel": rappel.pk}, quand=quand)
    if etat := _DEJA_VU.get(StatutPaiement(paiement.statut)):
        juger_rappels(paiement=paiement, constat=Constat(etat=etat), quand=quand)
    else:
        PaiementPass.objects.filter(pk=paiement.pk, statut=paiement.statut).update(a_suivre_le=quand)


def _lire(rappel: RappelOperateur) -> Rappel | None:
    """What it claims. Anybody may send anything: what breaks its reader cannot be read, and must not stop the worker."""
    lecteur = operateur(rappel.operateur)
    try:
        return lecteur.lire_rappel(rappel.corps)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as panne:
        logger.error(
            "rappel_casse_son_lecteur", operateur=rappel.operateur, rappel=rappel.pk, cause=type(panne).__name__
        )
        return None


def _classer(rappel: RappelOperateur, verdict: str, quand: datetime) -> None:
    logger.warning("rappel_sans_paiement", rappel=rappel.pk, verdict=verdict)
    RappelOperateur.objects.filter(pk=rappel.pk).update(verdict=verdict, traite_le=quand)
