"""When to look at a payment again, and what an operator's answer means for it. Pure: no clock, no draw, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.pass_payments.models import StatutPaiement, TypeEvenement
from apps.pass_payments.operateurs import Etat

# Since the demand → until the next look. A phone is answered within seconds, or forgotten.
_RYTHME = (
    (timedelta(seconds=60), timedelta(seconds=2)),
    (timedelta(minutes=5), timedelta(seconds=5)),
    (timedelta(minutes=30), timedelta(seconds=20)),
    (timedelta(hours=2), timedelta(minutes=5)),
)
_ENSUITE = timedelta(hours=1)
_RECUL_MAX = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Suite:
    """What becomes of the payment: a new state with its journal row, or none; `revoir` is None when nothing is left to see."""

    statut: str | None = None
    evenement: str = ""
    motif: str = ""
    revoir: datetime | None = None


def prochain_passage(*, demande_le: datetime, maintenant: datetime, hasard: float) -> datetime:
    """The next look at what waits for its payer, spread by a tenth either way (`hasard` in [0, 1[)."""
    age = maintenant - demande_le
    delai = next((pause for limite, pause in _RYTHME if age < limite), _ENSUITE)
    return maintenant + delai * (0.9 + 0.2 * hasard)


def recul(*, tentatives: int, maintenant: datetime, hasard: float) -> datetime:
    """The next try after the operator could not be reached: 1, 2, 4, … seconds, a minute at most, spread by half."""
    delai = min(timedelta(seconds=2 ** min(tentatives, 10)), _RECUL_MAX)
    return maintenant + delai * (0.5 + hasard)


def apres_demande(*, statut: str, maintenant: datetime, revoir: datetime) -> Suite:
    """The operator holds the reference: the payer is being asked."""
    if statut == StatutPaiement.EN_COURS:
        return Suite(revoir=revoir)
    return Suite(statut=StatutPaiement.EN_COURS, evenement=TypeEvenement.ENVOI, revoir=revoir)


def apres_silence(*, statut: str, evenement: str, revoir: datetime) -> Suite:
    """Nobody knows whether the operator holds the reference: it is looked up until he answers."""
    if statut in (StatutPaiement.INITIE, StatutPaiement.EN_COURS):
        return Suite(statut=StatutPaiement.EN_VERIFICATION, evenement=evenement, revoir=revoir)
    return Suite(revoir=revoir)


def apres_constat(
    *, statut: str, etat: Etat, motif: str, limite: datetime, fin: datetime, maintenant: datetime, revoir: datetime
) -> Suite:
    """For every answer but REUSSI, which `regler` settles.

    `limite`: the client waits no longer; `fin`: the operator is asked no longer, reconciliation sees what comes after.
    """
    if statut == StatutPaiement.ECHEC:
        return Suite()
    if etat is Etat.ECHOUE:
        if statut == StatutPaiement.EXPIRE:
            return Suite()
        return Suite(statut=StatutPaiement.ECHEC, evenement=TypeEvenement.ECHEC, motif=motif)
    apres = revoir if maintenant < fin else None
    if maintenant >= limite:
        if statut == StatutPaiement.EXPIRE:
            return Suite(revoir=apres)
        return Suite(statut=StatutPaiement.EXPIRE, evenement=TypeEvenement.EXPIRATION, revoir=apres)
    if etat is Etat.EN_ATTENTE and statut in (StatutPaiement.INITIE, StatutPaiement.EN_VERIFICATION):
        return Suite(statut=StatutPaiement.EN_COURS, evenement=TypeEvenement.CONSULTATION, revoir=revoir)
    return Suite(revoir=revoir)
