"""An operator's access token: asked for once, renewed before its end, whatever the number of threads."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import structlog

from apps.pass_payments.operateurs import OperateurInjoignable
from apps.pass_payments.operateurs.errors import AccesRefuse

# Ten minutes before the end, as MTN advises.
AVANCE = 600.0
# When renewing failed while the former token still lives.
PATIENCE = 30.0

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Jeton:
    valeur: str = field(repr=False)
    duree: float
    """Seconds that it lives from when it was asked for."""


@dataclass(frozen=True, kw_only=True)
class _Garde:
    valeur: str = field(repr=False)
    a_renouveler: float
    expire: float


class Jetons:
    """`demander` asks the operator; it raises OperateurInjoignable or AccesRefuse, which all those who wait for it receive."""

    def __init__(self, demander: Callable[[], Jeton], *, horloge: Callable[[], float] = time.monotonic) -> None:
        self._demander, self._horloge = demander, horloge
        self._verrou = threading.Lock()
        self._garde: _Garde | None = None
        self._en_vol: Future[str] | None = None

    def lire(self, *, attente: float) -> str:
        """A token that lives. One thread asks; the others use the former one, or wait `attente` seconds at most."""
        with self._verrou:
            garde, maintenant = self._garde, self._horloge()
            if garde and maintenant < garde.a_renouveler:
                return garde.valeur
            vivant = garde.valeur if garde and maintenant < garde.expire else None
            vol, meneur = self._en_vol, self._en_vol is None
            if vol is None:
                vol = self._en_vol = Future()
        if meneur:
            return self._renouveler(vol, vivant)
        if vivant:
            return vivant
        try:
            return vol.result(attente)
        except TimeoutError:
            raise OperateurInjoignable("jeton attendu trop longtemps") from None

    def oublier(self, valeur: str) -> None:
        """The operator no longer knows this token; one that another thread has obtained since is kept."""
        with self._verrou:
            if self._garde and self._garde.valeur == valeur:
                self._garde = None

    def _renouveler(self, vol: "Future[str]", vivant: str | None) -> str:
        debut = self._horloge()
        try:
            jeton = self._demander()
        except (OperateurInjoignable, AccesRefuse) as echec:
            self._atterrir(vol, echec)
            if vivant is None:
                raise
            logger.warning("jeton_operateur_non_renouvele", erreur=type(echec).__name__)
            self._patienter(vivant)
            return vivant
        except BaseException:
            # Of ours: nobody must wait for an answer that will not come.
            self._atterrir(vol, OperateurInjoignable("la demande de jeton a été interrompue"))
            raise
        # Short lives are renewed half-way: never at each call.
        avance = min(AVANCE, jeton.duree / 2)
        expire = debut + jeton.duree
        with self._verrou:
            self._garde = _Garde(valeur=jeton.valeur, a_renouveler=expire - avance, expire=expire)
        self._atterrir(vol, jeton.valeur)
        return jeton.valeur

    def _atterrir(self, vol: "Future[str]", issue: str | Exception) -> None:
        with self._verrou:
            self._en_vol = None
        if isinstance(issue, str):
            vol.set_result(issue)
        else:
            vol.set_exception(issue)

    def _patienter(self, valeur: str) -> None:
        with self._verrou:
            if self._garde and self._garde.valeur == valeur:
                self._garde = replace(self._garde, a_renouveler=self._horloge() + PATIENCE)
