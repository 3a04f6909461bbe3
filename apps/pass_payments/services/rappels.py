"""Callbacks: kept raw as they come, answered at once, believed never. They only hasten the look-up of a payment."""

from datetime import datetime

import structlog
from django.conf import settings

from apps.pass_payments.models import (
    EvenementPaiement,
    PaiementPass,
    RappelOperateur,
    StatutPaiement,
    VerdictRappel,
)
from apps.pass_payments.operateurs import Constat, Etat, Rappel, operateur
from apps.pass_payments.services.paiements import consigner
from apps.pass_payments.services.suivi import juger_rappels
from nsia_pass_api.dates import maintenant
from nsia_pass_api.transactions import transaction_entiere

logger = structlog.get_logger(__name__)

# What was settled before the callback came; a failure may yet become a success, so it is looked up.
_DEJA_VU = {StatutPaiement.SUCCES: Etat.REUSSI, StatutPaiement.REMBOURSE: Etat.REUSSI}


def recevoir_rappel(*, operateur: str, corps: str, adresse: str, quand: datetime | None = None) -> None:
    """The callback is kept as it came; the worker looks at it later."""
    RappelOperateur.objects.create(
        operateur=operateur, corps=corps.replace("\x00", ""), adresse=adresse, recu_le=quand or maintenant()
    )


@transaction_entiere
def traiter_rappel(*, quand: datetime | None = None) -> bool:
    """The oldest waiting callback is attached to its payment, which is due at once. False when none waits."""
    attendent = RappelOperateur.objects.filter(
        verdict=VerdictRappel.A_TRAITER, operateur__in=settings.OPERATEURS
    ).order_by("pk")
    rappel = attendent.select_for_update(no_key=True, skip_locked=True).first()
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
    paiements = PaiementPass.objects.select_for_update(no_key=True)
    paiement = paiements.filter(
        numero_transaction=lu.numero, operateur=rappel.operateur, rattache_a__isnull=True
    ).first()
    if paiement is None or paiement.reference_mobile_money is None:
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
        logger.error("rappel_casse_son_lecteur", rappel=rappel.pk, cause=type(panne).__name__)
        return None


def _classer(rappel: RappelOperateur, verdict: str, quand: datetime) -> None:
    logger.warning("rappel_sans_paiement", rappel=rappel.pk, verdict=verdict)
    RappelOperateur.objects.filter(pk=rappel.pk).update(verdict=verdict, traite_le=quand)
