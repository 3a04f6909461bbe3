"""The worker: what happens without a request. Any number may run beside each other, any may die at any moment.

One thread looks at the due rows of every queue (`files.File`); each queue has threads of its own, so that a slow one delays no
other. What is claimed and not finished is due again when the claim runs out (settings.TRAVAUX_BAIL).
"""

import os
import socket
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from queue import Empty, SimpleQueue

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from apps.socle.files import FILES, File
from apps.socle.models import Travailleur
from apps.socle.services.direct import oublier_billets
from apps.socle.services.messages import oublier_codes
from apps.socle.services.planification import inscrire_taches
from nsia_pass_api.dates import maintenant

logger = structlog.get_logger(__name__)

BATTEMENT = timedelta(seconds=5)


class _Equipe:
    """The threads of one queue, and how many of them are free."""

    def __init__(self, file: File, *, fils: int) -> None:
        self.file = file
        self.libres = fils
        self.echec = False
        self.fils = ThreadPoolExecutor(fils, thread_name_prefix=file.nom)


class Travaux:
    """`tourner` until `arreter`: then nothing new is claimed and what was begun is finished.

    `fils`: threads of the queues that do not say how many they have.
    """

    def __init__(self, *, fils: int | None = None, pause: float | None = None) -> None:
        self.pause = settings.TRAVAUX_PAUSE if pause is None else pause
        self.faits: Counter[str] = Counter()
        self.equipes = {
            nom: _Equipe(file, fils=file.fils or fils or settings.TRAVAUX_FILS) for nom, file in FILES.items()
        }
        self._fini = False
        # A signal may put there while this thread takes: it is the only primitive that allows it.
        self._reveils: SimpleQueue[None] = SimpleQueue()
        self._verrou = threading.Lock()
        self._moi = Travailleur(hote=socket.gethostname()[:80], pid=os.getpid())
        self._vu = maintenant() - 2 * BATTEMENT

    def arreter(self) -> None:
        self._fini = True
        self._reveils.put(None)

    def tourner(self) -> None:
        logger.info("travaux_commences", travailleur=str(self._moi.pk))
        while not self._fini:
            try:
                occupe = self.tour()
            except (OperationalError, InterfaceError) as panne:
                # PostgreSQL is away: nothing was acknowledged, everything is still due when it comes back.
                logger.error("base_injoignable", cause=type(panne).__name__)
                connection.close()
                occupe = False
            if not occupe:
                self._attendre()
        self.finir()
        self._partir()
        logger.info("travaux_finis", travailleur=str(self._moi.pk), **self.faits)

    def tour(self) -> bool:
        """One look at everything that is due; True when there was something. What was begun may still be running."""
        self._battre()
        return sum([self._confier(equipe) for equipe in self.equipes.values()]) > 0

    def finir(self) -> None:
        """What was begun is finished, and no queue takes anything more."""
        for equipe in self.equipes.values():
            equipe.fils.shutdown(wait=True)

    def _attendre(self) -> None:
        """Until the pause is over or something ended, which may have made other rows due."""
        with suppress(Empty):
            self._reveils.get(timeout=self.pause)
            while True:
                self._reveils.get_nowait()

    def _confier(self, equipe: _Equipe) -> int:
        """What is due and finds a free thread of its queue is begun."""
        with self._verrou:
            libres, echec, equipe.echec = equipe.libres, equipe.echec, False
        if echec or libres <= 0:
            return 0
        idents = equipe.file.reserver(nombre=libres)
        with self._verrou:
            equipe.libres -= len(idents)
        for ident in idents:
            futur = equipe.fils.submit(_avec_connexion, equipe.file.faire, ident)
            futur.add_done_callback(partial(self._rendre, equipe))
        return len(idents)

    def _rendre(self, equipe: _Equipe, futur: "Future[object]") -> None:
        """The thread is free again. An error costs its own row a delay and its queue one look: it is told in the log."""
        erreur = futur.exception()
        with self._verrou:
            equipe.libres += 1
            equipe.echec |= erreur is not None
            self.faits[equipe.file.nom] += 1
        if erreur is None:
            self._reveils.put(None)
        else:
            logger.error("travail_echoue", quoi=equipe.file.nom, exc_info=erreur)

    def _battre(self) -> None:
        quand = maintenant()
        if quand - self._vu < BATTEMENT:
            return
        self._vu = quand
        if not Travailleur.objects.filter(pk=self._moi.pk).update(vu_le=quand):
            Travailleur.objects.create(pk=self._moi.pk, hote=self._moi.hote, pid=self._moi.pid, vu_le=quand)
            inscrire_taches(quand=quand)
        Travailleur.objects.filter(vu_le__lt=quand - timedelta(days=1)).delete()
        oublier_codes(quand=quand)
        oublier_billets(quand=quand)

    def _partir(self) -> None:
        """The worker is no longer counted; without PostgreSQL its absence will tell."""
        try:
            Travailleur.objects.filter(pk=self._moi.pk).delete()
        except (OperationalError, InterfaceError) as panne:
            logger.error("base_injoignable", cause=type(panne).__name__)


def _avec_connexion(faire: Callable[..., object], *arguments: object) -> object:
    """In a thread of the pool: a connection that broke or grew old is replaced, before and after."""
    close_old_connections()
    try:
        return faire(*arguments)
    finally:
        close_old_connections()
