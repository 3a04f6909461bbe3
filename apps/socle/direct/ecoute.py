"""One LISTEN on the event loop of the live process, without a thread: what is committed is heard, a lost connection is said."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import psycopg2
import psycopg2.extensions
import structlog
from django.db import DEFAULT_DB_ALIAS, connections

from apps.socle.services.direct import CANAL_POSTGRESQL
from nsia_pass_api.database.errors import EmbeddedServerError

logger = structlog.get_logger(__name__)

ATTENTE_MAXIMUM = 15.0
APPLICATION = "nsia-direct"


class Ecoute:
    """`tourner` until cancelled. `entendu(channel, announcement)` is called for each; `reprise()` after each connection but the
    first, because what was announced meanwhile is gone."""

    def __init__(self, *, entendu: Callable[[str, Mapping[str, Any]], None], reprise: Callable[[], None]) -> None:
        self.entendu, self.reprise = entendu, reprise
        self.active = False
        self._connexion: Any = None

    async def tourner(self) -> None:
        attente, deja = 0.5, False
        while True:
            try:
                self._connexion = await asyncio.to_thread(_connecter)
                perdue = asyncio.get_running_loop().create_future()
                self._suivre(perdue)
                self.active, attente = True, 0.5
                if deja:
                    self.reprise()
                deja = True
                await perdue
            except (psycopg2.Error, EmbeddedServerError) as panne:
                logger.warning("ecoute_perdue", cause=type(panne).__name__)
                await asyncio.sleep(attente)
                attente = min(attente * 2, ATTENTE_MAXIMUM)
            finally:
                self._fermer()

    def _suivre(self, perdue: "asyncio.Future[None]") -> None:
        boucle, prise = asyncio.get_running_loop(), self._connexion.fileno()

        def lisible() -> None:
            try:
                self._connexion.poll()
            except psycopg2.Error as panne:
                boucle.remove_reader(prise)
                if not perdue.done():
                    perdue.set_exception(panne)
                return
            while self._connexion.notifies:
                annonce = json.loads(self._connexion.notifies.pop(0).payload)
                self.entendu(annonce.pop("canal"), annonce)

        boucle.add_reader(prise, lisible)

    def _fermer(self) -> None:
        self.active = False
        connexion, self._connexion = self._connexion, None
        if connexion is not None:
            if not connexion.closed:
                asyncio.get_running_loop().remove_reader(connexion.fileno())
            connexion.close()


def _connecter() -> Any:
    """Where Django's own connections go, and of its own: it lasts as long as the process."""
    parametres = connections[DEFAULT_DB_ALIAS].get_connection_params()
    vivre = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    connexion = psycopg2.connect(**{**parametres, **vivre, "application_name": APPLICATION})
    connexion.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
    with connexion.cursor() as curseur:
        curseur.execute(f"LISTEN {CANAL_POSTGRESQL}")
    return connexion
