from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

from apps.mtn_integration.configuration import ConfigurationMTN
from apps.mtn_integration.operateur import OperateurMTN
from apps.mtn_integration.simulateur.defauts import Defauts, lire
from apps.mtn_integration.simulateur.grand_livre import GrandLivre
from apps.mtn_integration.simulateur.horloge import Horloge
from apps.mtn_integration.simulateur.moteur import Options, Simulateur
from apps.mtn_integration.simulateur.serveur import Serveur

from .reglages import Temps, reglages

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
    return lambda ecrits: simulateur.defauts.remplacer(lire(ecrits))


@pytest.fixture(autouse=True)
def sans_attente() -> Iterator[None]:
    """Readings are tried as often as they are set to be, without waiting in between."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
def temps() -> Temps:
    return Temps()


@pytest.fixture
def connecter(transactional_db: None, temps: Temps) -> Iterator[Callable[..., OperateurMTN]]:
    """Makes operators with this configuration, and closes them."""
    faits: list[OperateurMTN] = []

    def faire(configuration: ConfigurationMTN, **options: Any) -> OperateurMTN:
        faits.append(OperateurMTN(configuration, **{"horloge": temps, **options}))
        return faits[-1]

    yield faire
    for fait in faits:
        fait.fermer()


@pytest.fixture
def operateur(connecter: Callable[..., OperateurMTN], port: int) -> OperateurMTN:
    return connecter(reglages(port))
