"""Announcements to the live process, and tickets that open its sockets."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from apps.socle.models import BilletDirect
from nsia_pass_api.dates import maintenant

CANAL_POSTGRESQL = "nsia_direct"
DUREE_D_UN_BILLET = timedelta(seconds=30)
# PostgreSQL takes less than 8000 bytes.
ANNONCE_MAXIMUM = 2000


def annoncer_direct(canal: str, **ids: int | str) -> None:
    """Whoever listens to `canal` (« conversation:… ») hears `ids` once the transaction is committed, and nothing if it is not.

    Nothing is written. Ids only: what they lead to is read by whom it is for. Raises ValueError when they are too long to be ids.
    """
    corps = json.dumps({**ids, "canal": canal})
    if len(corps.encode()) > ANNONCE_MAXIMUM:
        raise ValueError(f"L'annonce à {canal} porte autre chose que des identifiants.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CANAL_POSTGRESQL, corps])


@dataclass(frozen=True)
class Billet:
    valeur: str
    expire_le: datetime


def emettre_billet(*, route: str, objet: str, porteur: str, quand: datetime | None = None) -> Billet:
    """`porteur` (« session:… ») may open one socket on `objet`, within 30 seconds. Whoever calls has checked that it may."""
    billet = Billet(secrets.token_urlsafe(32), (quand or maintenant()) + DUREE_D_UN_BILLET)
    BilletDirect.objects.create(
        empreinte=_empreinte(billet.valeur), route=route, objet=objet, porteur=porteur, expire_le=billet.expire_le
    )
    return billet


_CONSOMMER = """
    UPDATE billets_direct SET utilise_le = %(quand)s
    WHERE empreinte = %(empreinte)s AND route = %(route)s AND objet = %(objet)s
      AND utilise_le IS NULL AND expire_le > %(quand)s
    RETURNING porteur
"""


def consommer_billet(valeur: str, *, route: str, objet: str, quand: datetime | None = None) -> str | None:
    """Whom the ticket was given to, for whoever comes first; None for one that is used, old, of another object or nobody's."""
    quoi: dict[str, Any] = {
        "empreinte": _empreinte(valeur),
        "route": route,
        "objet": objet,
        "quand": quand or maintenant(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CONSOMMER, quoi)
        ligne = cursor.fetchone()
    return None if ligne is None else str(ligne[0])


def oublier_billets(*, quand: datetime) -> int:
    """Tickets that have been of no use for an hour are gone. Returns how many."""
    nombre, _ = BilletDirect.objects.filter(expire_le__lt=quand - timedelta(hours=1)).delete()
    return nombre


def _empreinte(valeur: str) -> str:
    return hashlib.sha256(valeur.encode()).hexdigest()
