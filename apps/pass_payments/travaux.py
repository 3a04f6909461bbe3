"""The worker: what happens without a request. Any number may run beside each other, any may die at any moment.

One thread looks at the due rows; calls to operators and messages run in a few others, long jobs in one of their own. What is
claimed and not finished is due again when the claim runs out (settings.TRAVAUX_BAIL).
"""

import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from apps.pass_payments.models import Travailleur
from apps.pass_payments.services.decaissements import reserver_decaissements, suivre_decaissement
from apps.pass_payments.services.planification import executer_tache, inscrire_taches, reserver_tache
from apps.pass_payments.services.rappels import traiter_rappel
from apps.pass_payments.services.suivi import reserver_paiements, suivre_paiement
from apps.socle.messagerie import messagerie
from apps.socle.services.faits import livrer, reserver_livraisons
from apps.socle.services.messages import envoyer_message, oublier_codes, reserver_messages
from nsia_pass_api.dates import maintenant

logger = structlog.get_logger(__name__)

BATTEMENT = timedelta(seconds=5)
# Without a beat for this long a worker is taken for dead.
ABSENCE = timedelta(seconds=30)
_RAPPELS_PAR_TOUR = 100


class Travaux:
    """`tourner` until `arreter`: then nothing new is claimed and what was begun is finished."""

    def __init__(self, *, fils: int | None = None, pause: float | None = None) -> None:
        self.pause = settings.TRAVAUX_PAUSE if pause is None else pause
        self.libres = settings.TRAVAUX_FILS if fils is None else fils
        self.faits = 0
        self._fin = threading.Event()
        self._verrou = threading.Lock()
        self._fils = ThreadPoolExecutor(self.libres, thread_name_prefix="travaux")
        self._longs = ThreadPoolExecutor(1, thread_name_prefix="tache")
        self._moi = Travailleur(hote=socket.gethostname()[:80], pid=os.getpid())
        self._vu = maintenant() - 2 * BATTEMENT

    def arreter(self) -> None:
        self._fin.set()

    def tourner(self) -> None:
        logger.info("travaux_commences", travailleur=str(self._moi.pk))
        while not self._fin.is_set():
            try:
                occupe = self.tour()
            except (OperationalError, InterfaceError) as panne:
                # PostgreSQL is away: nothing was acknowledged, everything is still due when it comes back.
                logger.error("base_injoignable", cause=type(panne).__name__)
                connection.close()
                occupe = False
            if not occupe:
                self._fin.wait(self.pause)
        self._fils.shutdown(wait=True)
        self._longs.shutdown(wait=True)
        self._partir()
        logger.info("travaux_finis", travailleur=str(self._moi.pk), faits=self.faits)

    def tour(self) -> bool:
        """One look at everything that is due; True when there was something. What was begun may still be running."""
        self._battre()
        vus = 0
        while vus < _RAPPELS_PAR_TOUR and traiter_rappel():
            vus += 1
        vus += self._confier(reserver_paiements, suivre_paiement)
        vus += self._confier(reserver_decaissements, suivre_decaissement)
        if (par := messagerie()) is not None:
            vus += self._confier(reserver_messages, partial(envoyer_message, par=par))
        vus += self._confier(reserver_livraisons, livrer)
        if (nom := reserver_tache()) is not None:
            self._suivre(self._longs.submit(_avec_connexion, executer_tache, nom), "tache")
            vus += 1
        return vus > 0

    def _confier(self, reserver: Callable[..., list[int]], faire: Callable[[int], object]) -> int:
        """What is due and finds a free thread is begun."""
        with self._verrou:
            libres = self.libres
        if libres <= 0:
            return 0
        idents = reserver(nombre=libres)
        with self._verrou:
            self.libres -= len(idents)
        for ident in idents:
            futur = self._fils.submit(_avec_connexion, faire, ident)
            futur.add_done_callback(self._liberer)
            self._suivre(futur, getattr(faire, "__name__", "envoyer_message"))
        return len(idents)

    def _liberer(self, _futur: "Future[object]") -> None:
        with self._verrou:
            self.libres += 1
            self.faits += 1

    @staticmethod
    def _suivre(futur: "Future[object]", quoi: str) -> None:
        """An error costs its own row a delay, not the worker: it is told in the log, and the row is due again."""

        def dire(fini: "Future[object]") -> None:
            if (erreur := fini.exception()) is not None:
                logger.error("travail_echoue", quoi=quoi, exc_info=erreur)

        futur.add_done_callback(dire)

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


def travailleur_present() -> str | None:
    """For /sante/pret/: None when a worker lives, else why the service is not whole."""
    if Travailleur.objects.filter(vu_le__gt=maintenant() - ABSENCE).exists():
        return None
    return "aucun travailleur ne suit les paiements (python manage.py travaux)"
