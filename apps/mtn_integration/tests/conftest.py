from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stamina

from apps.mtn_integration.configuration import ConfigurationMTN
from apps.mtn_integration.operateur import OperateurMTN
from apps.pass_payments.tests.conftest import temps  # noqa: F401 - a fixture
from apps.pass_payments.tests.temps import Temps
from apps.simulateur.tests.plateau import defauts, port, simulateur  # noqa: F401 - fixtures

from .reglages import reglages


@pytest.fixture(autouse=True)
def sans_attente() -> Iterator[None]:
    """Readings are tried as often as they are set to be, without waiting in between."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
def connecter(transactional_db: None, temps: Temps) -> Iterator[Callable[..., OperateurMTN]]:  # noqa: F811
    """Makes operators with this configuration, and closes them."""
    faits: list[OperateurMTN] = []

    def faire(configuration: ConfigurationMTN, **options: Any) -> OperateurMTN:
        faits.append(OperateurMTN(configuration, **{"horloge": temps, **options}))
        return faits[-1]

    yield faire
    for fait in faits:
        fait.fermer()


@pytest.fixture
def operateur(connecter: Callable[..., OperateurMTN], port: int) -> OperateurMTN:  # noqa: F811
    return connecter(reglages(port))
