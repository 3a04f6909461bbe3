"""Base of the commands that last: progress, interruption without loss, numbers at the end."""

import signal
import sys
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from .audit import au_nom_de, de_la_commande
from .errors import ErreurPass
from .money import formater_nombre

LIGNE_TOUTES_LES_SECONDES = 10.0


class CommandePass(BaseCommand):
    """Subclasses write `executer`; errors of the domain, Ctrl-C and SIGTERM end it with one French line.

    What it writes is recorded as its own. `interruption` says what an interruption leaves, `reprise` what to do then: most
    commands commit as they go.
    """

    interruption = "Interrompu : ce qui est fait est gardé."
    reprise = "Relancez la même commande : elle reprendra où elle s'est arrêtée."

    @abstractmethod
    def executer(self, **options: Any) -> None: ...

    def handle(self, *args: Any, **options: Any) -> None:
        self._debut = time.monotonic()
        previous = signal.signal(signal.SIGTERM, _terminate) if _in_main_thread() else None
        try:
            with au_nom_de(de_la_commande(type(self).__module__.rpartition(".")[2])):
                self.executer(**options)
        except ErreurPass as error:
            lines = [f"  {champ} : {' '.join(messages)}" for champ, messages in error.champs.items()]
            raise CommandError("\n".join([error.detail, *lines])) from error
        except KeyboardInterrupt as interruption:
            self.stderr.write(f"\n{self.interruption} {self.reprise}")
            sys.exit(interruption.code if isinstance(interruption, _Terminated) else 130)
        finally:
            if previous is not None:
                signal.signal(signal.SIGTERM, previous)

    @contextmanager
    def progression(self, libelle: str, *, total: int | None) -> Iterator[Callable[[int], object]]:
        """Gives a function to call with the number of things just done; shows a bar, or a line now and then."""
        if self.stderr.isatty():
            with Barre(desc=libelle, total=total, file=sys.stderr, leave=False) as bar:
                yield bar.update
        else:
            yield Lignes(libelle, total=total, ecrire=lambda line: self.stderr.write(line, str)).avancer

    def bilan(self, chiffres: Mapping[str, int]) -> None:
        """Writes the numbers, aligned, and how long the command lasted."""
        rows = [(libelle, formater_nombre(nombre)) for libelle, nombre in chiffres.items()]
        rows.append(("Durée", formater_duree(time.monotonic() - self._debut)))
        left = max(len(libelle) for libelle, _ in rows)
        right = max(len(nombre) for _, nombre in rows)
        for libelle, nombre in rows:
            self.stdout.write(f"{libelle:<{left}}  {nombre:>{right}}")


class Barre(tqdm):  # type: ignore[type-arg]
    """tqdm's bar with French numbers."""

    def __init__(self, **kwargs: Any) -> None:
        known = kwargs["total"] is not None
        form = "{desc} {percentage:3.0f} % |{bar}| {fait} / {tout} · reste {remaining}"
        super().__init__(bar_format=form if known else "{desc} {fait} · {elapsed}", dynamic_ncols=True, **kwargs)

    @property
    def format_dict(self) -> Any:
        values = dict(super().format_dict)
        return values | {"fait": formater_nombre(values["n"]), "tout": formater_nombre(values["total"] or 0)}


class Lignes:
    """Progress where there is no terminal: a line every ten seconds at most, none for what is quick."""

    def __init__(
        self,
        libelle: str,
        *,
        total: int | None,
        ecrire: Callable[[str], Any],
        horloge: Callable[[], float] = time.monotonic,
    ) -> None:
        self.libelle, self.total, self.ecrire, self.horloge = libelle, total, ecrire, horloge
        self.fait = 0
        self.derniere = horloge()

    def avancer(self, nombre: int) -> None:
        self.fait += nombre
        if self.horloge() - self.derniere < LIGNE_TOUTES_LES_SECONDES:
            return
        self.derniere = self.horloge()
        share = f" / {formater_nombre(self.total)} ({self.fait * 100 // self.total}\u202f%)" if self.total else ""
        self.ecrire(f"{self.libelle} : {formater_nombre(self.fait)}{share}")


def formater_duree(secondes: float) -> str:
    """`0,4 s`, `12 s`, `3 min 05 s`, `2 h 03 min`."""
    if secondes < 10:
        return f"{secondes:.1f}".replace(".", ",") + " s"
    minutes, reste = divmod(int(secondes), 60)
    heures, minutes = divmod(minutes, 60)
    if heures:
        return f"{heures} h {minutes:02} min"
    return f"{minutes} min {reste:02} s" if minutes else f"{reste} s"


class _Terminated(KeyboardInterrupt):
    code = 128 + signal.SIGTERM


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _Terminated


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
