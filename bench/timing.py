"""The one way of measuring: what is compared runs interleaved in one process, in rounds; a round keeps medians."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

Appel = Callable[[int], object]


@dataclass(frozen=True)
class Mesure:
    """Seconds of one call: for each of what was called, one median a round."""

    medianes: dict[str, list[float]]

    def mediane(self, nom: str) -> float:
        return statistics.median(self.medianes[nom])

    def rapport(self, nom: str, reference: str) -> float:
        """How many times longer `nom` takes than `reference`: the median of the rounds' ratios."""
        return statistics.median(self._rapports(nom, reference))

    def etendue(self, nom: str, reference: str) -> str:
        """The lowest and highest ratio of a round."""
        rapports = self._rapports(nom, reference)
        return f"{min(rapports):.2f} to {max(rapports):.2f}"

    def _rapports(self, nom: str, reference: str) -> list[float]:
        return [a / b for a, b in zip(self.medianes[nom], self.medianes[reference], strict=True)]


def entrelacer(
    appels: Mapping[str, Appel],
    *,
    manches: int,
    tours: int = 1,
    echauffement: int = 0,
    avant: Appel = lambda tour: None,
) -> Mesure:
    """Calls each of `appels` in turn, `tours` times a round, with the number of the turn; the first one changes each turn.

    `avant` is called before each call, and not timed; `echauffement` turns come first and do not count.
    """
    medianes: dict[str, list[float]] = {nom: [] for nom in appels}
    with _sans_ramassage():
        for tour in range(echauffement):
            _un_tour(appels, tour, avant)
        for manche in range(manches):
            durees = [_un_tour(appels, manche * tours + tour, avant) for tour in range(tours)]
            for nom in appels:
                medianes[nom].append(statistics.median(duree[nom] for duree in durees))
    return Mesure(medianes)


def _un_tour(appels: Mapping[str, Appel], tour: int, avant: Appel) -> dict[str, float]:
    noms = list(appels)
    durees = {}
    for rang in range(len(noms)):
        nom = noms[(tour + rang) % len(noms)]
        avant(tour)
        debut = time.perf_counter()
        appels[nom](tour)
        durees[nom] = time.perf_counter() - debut
    return durees


@contextmanager
def _sans_ramassage() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
