"""Queues of due rows and scheduled jobs, by name. An app declares its own in its `travaux.py`:

PAIEMENTS = inscrire(File("paiements", reserver_paiements, suivre_paiement))
planifier(Tache("menage", "Ménage des paiements", cron="0 3 * * *", commande=["purger_paiements"]))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass
class File:
    """`reserver(nombre=n)` makes at most n due rows the caller's and returns what names them; `faire` does one of them.

    `fils`: how many are done at the same time, by threads of this queue alone; settings.TRAVAUX_FILS unless given.
    """

    nom: str
    reserver: Callable[..., Sequence[Any]]
    faire: Callable[[Any], object]
    fils: int | None = None


@dataclass(frozen=True)
class Tache:
    """A management command that runs again and again, idempotent; `cron` is in Brazzaville time."""

    nom: str
    libelle: str
    cron: str
    commande: Sequence[str]


FILES: dict[str, File] = {}
TACHES: dict[str, Tache] = {}


def inscrire(file: File) -> File:
    """The worker follows the queue. Raises ValueError when two have its name."""
    if FILES.setdefault(file.nom, file) is not file:
        raise ValueError(f"La file « {file.nom} » est déclarée deux fois.")
    return file


def planifier(tache: Tache) -> None:
    """The worker runs the job at its moments. Raises ValueError when two have its name."""
    if TACHES.setdefault(tache.nom, tache) is not tache:
        raise ValueError(f"La tâche « {tache.nom} » est déclarée deux fois.")
