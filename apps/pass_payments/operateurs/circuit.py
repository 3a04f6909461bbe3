"""Stops calling an operator that does not answer, and finds out with one call at a time when it answers again."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apps.pass_payments.operateurs import DemandeRefusee, OperateurFerme, OperateurInjoignable
from apps.pass_payments.operateurs.errors import AccesRefuse, EnvoyeeAilleurs


class Circuit:
    """Closed; open after `seuil` consecutive OperateurInjoignable; then one probe after `repos` seconds.

    A probe that fails doubles the wait, up to `repos_maximum`; any answer closes the circuit. Threads may share it. It is
    the knowledge of one process: several learn separately.
    """

    def __init__(
        self,
        *,
        seuil: int = 5,
        repos: float = 5,
        repos_maximum: float = 60,
        horloge: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seuil, self._repos_initial, self._repos_maximum = seuil, repos, repos_maximum
        self._horloge = horloge
        self._verrou = threading.Lock()
        self._echecs = 0
        self._repos = repos
        self._prochaine_sonde: float | None = None  # None: closed

    @contextmanager
    def passage(self) -> Iterator[None]:
        """Around one call. Raises OperateurFerme, without entering, while the circuit is open.

        What is neither an answer nor its absence (an error of ours) changes nothing: if it strikes a probe, another
        follows after the wait that began with it.
        """
        sonde = self._entrer()
        try:
            yield
        except EnvoyeeAilleurs:
            raise
        except OperateurInjoignable:
            self._echec(sonde=sonde)
            raise
        except (AccesRefuse, DemandeRefusee):
            self._reponse()
            raise
        self._reponse()

    def _entrer(self) -> bool:
        """True for the one call that probes an open circuit."""
        with self._verrou:
            if self._prochaine_sonde is None:
                return False
            maintenant = self._horloge()
            if maintenant < self._prochaine_sonde:
                raise OperateurFerme(self._prochaine_sonde - maintenant)
            self._prochaine_sonde = maintenant + self._repos
            return True

    def _echec(self, *, sonde: bool) -> None:
        """Calls that had entered before the circuit opened, and fail after, prolong nothing."""
        with self._verrou:
            self._echecs += 1
            if sonde:
                self._repos = min(2 * self._repos, self._repos_maximum)
            if sonde or (self._prochaine_sonde is None and self._echecs >= self._seuil):
                self._prochaine_sonde = self._horloge() + self._repos

    def _reponse(self) -> None:
        with self._verrou:
            self._echecs = 0
            self._repos = self._repos_initial
            self._prochaine_sonde = None
