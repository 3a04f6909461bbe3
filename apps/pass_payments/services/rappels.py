"""Callbacks: kept raw as they come, answered at once, believed never. They only hasten the look-up of a payment.

Until it has its verdict, `traite_le` of a callback says when it was last claimed.
"""

from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection

from apps.pass_payments.models import (
    EvenementPaiement,
    PaiementPass,
    RappelOperateur,
    StatutPaiement,
    VerdictRappel,
)
from apps.pass_payments.operateurs import Constat, Etat, operateur
from apps.pass_payments.services.paiements import consigner
from apps.pass_payments.services.suivi import juger_rappels
from nsia_pass_api.dates import maintenant
from nsia_pass_api.transactions import transaction_entiere

logger = structlog.get_logger(__name__)

_RESERVER = """
    UPDATE rappels_operateur SET traite_le = %(quand)s
    WHERE id IN (
        SELECT id FROM rappels_operateur
        WHERE verdict = 'a_traiter' AND (traite_le IS NULL OR traite_le <= %(abandon)s)
        ORDER BY id LIMIT %(nombre)s FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id
"""

# What was settled before the callback came; a failure may yet become a success, so it is looked up.
_DEJA_VU = {StatutPaiement.SUCCES: Etat.REUSSI, StatutPaiement.REMBOURSE: Etat.REUSSI}


def recevoir_rappel(*, operateur: str, corps: str, adresse: str, quand: datetime | None = None) -> None:
    """The callback is kept as it came; the worker looks at it later."""
    RappelOperateur.objects.create(
        operateur=operateur, corps=corps.replace("\x00", ""), adresse=adresse, recu_le=quand or maintenant()
    )


def reserver_rappels(*, nombre: int, quand: datetime | None = None) -> list[int]:
    """At most `nombre` waiting callbacks are the caller's until settings.TRAVAUX_BAIL has passed. Returns their ids."""
    quand = quand or maintenant()
    with connection.cursor() as cursor:
        cursor.execute(_RESERVER, {"quand": quand, "abandon": quand - settings.TRAVAUX_BAIL, "nombre": nombre})
        return sorted(ident for (ident,) in cursor.fetchall())


@transaction_entiere
def traiter_rappel(ident: int, *, quand: datetime | None = None) -> None:
    """The claimed callback is attached to its payment, which is due at once."""
    quand = quand or maintenant()
    rappel = RappelOperateur.objects.select_for_update(no_key=True).get(pk=ident)
    if rappel.verdict != VerdictRappel.A_TRAITER:
        return
    lu = operateur(rappel.operateur).lire_rappel(rappel.corps)
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
    RappelOperateur.objects.filter(pk=rappel.pk).update(
        paiement=paiement, verdict=VerdictRappel.EN_ATTENTE, traite_le=None
    )
    consigner(paiement, EvenementPaiement.Type.RAPPEL_RECU, donnees={"rappel": rappel.pk}, quand=quand)
    if etat := _DEJA_VU.get(StatutPaiement(paiement.statut)):
        juger_rappels(paiement=paiement, constat=Constat(etat=etat), quand=quand)
    else:
        PaiementPass.objects.filter(pk=paiement.pk, statut=paiement.statut).update(a_suivre_le=quand)


def _classer(rappel: RappelOperateur, verdict: str, quand: datetime) -> None:
    logger.warning("rappel_sans_paiement", rappel=rappel.pk, verdict=verdict)
    RappelOperateur.objects.filter(pk=rappel.pk).update(verdict=verdict, traite_le=quand)
