"""The simulator behind a port of its own, for tests of both sides of the wire."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.simulateur.defauts import Defauts, lire_defauts
from apps.simulateur.grand_livre import GrandLivre
from apps.simulateur.horloge import Horloge
from apps.simulateur.moteur import Options, Simulateur
from apps.simulateur.serveur import Serveur

MIDI = 1_795_000_000.0  # the clock of the tests stands still until it is moved


@pytest.fixture
def simulateur(tmp_path: Path) -> Iterator[Simulateur]:
    livre = GrandLivre(tmp_path / "grand_livre.sqlite3")
    simulateur = Simulateur(livre=livre, horloge=Horloge(figee=MIDI), defauts=Defauts(graine=7), options=Options())
    with Serveur(simulateur, hote="127.0.0.1", port=0) as serveur:
        simulateur.port = serveur.port  # type: ignore[attr-defined]
        yield simulateur


@pytest.fixture
def port(simulateur: Simulateur) -> int:
    return int(simulateur.port)  # type: ignore[attr-defined]


@pytest.fixture
def defauts(simulateur: Simulateur) -> Callable[[str], None]:
    return lambda ecrits: simulateur.defauts.remplacer(lire_defauts(ecrits))
