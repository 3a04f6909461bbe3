"""What a client should know first about her contracts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from apps.pass_payments.situation import ALERTES, situations

_RANGS = {code.value: rang for rang, code in enumerate(ALERTES)}


def alertes(*, contrats: Sequence[dict[str, Any]], jour: date, preavis_jours: int) -> list[dict[str, Any]]:
    """The situations of `contrats` (rows with their balances) on `jour` that call for an act, by code, then the oldest first.

    A contract that ends within `preavis_jours` is announced.
    """
    toutes = [
        une.donnees() | {"police": contrat["police"]}
        for contrat in contrats
        for une in situations(contrat, jour=jour, preavis_jours=preavis_jours)
        if une.code in ALERTES
    ]
    return sorted(toutes, key=lambda alerte: (_RANGS[alerte["code"]], alerte["date"] or jour, alerte["police"]))
