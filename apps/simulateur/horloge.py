"""The time of the simulator: the machine's, or one that tests move."""

import threading
import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BRAZZAVILLE = ZoneInfo("Africa/Brazzaville")


class Horloge:
    """Seconds since 1970; `decalage` is what tests and demonstrations added, and survives in the ledger."""

    def __init__(self, *, decalage: float = 0, figee: float | None = None) -> None:
        self._decalage = decalage
        self._figee = figee
        self._verrou = threading.Lock()

    def maintenant(self) -> float:
        with self._verrou:
            return (time.time() if self._figee is None else self._figee) + self._decalage

    def avancer(self, secondes: float) -> float:
        """Time is `secondes` later; returns the total shift."""
        with self._verrou:
            self._decalage += secondes
            return self._decalage


def jour(instant: float) -> date:
    """The date in Brazzaville."""
    return datetime.fromtimestamp(instant, BRAZZAVILLE).date()


def iso(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def heure_locale(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, BRAZZAVILLE)
