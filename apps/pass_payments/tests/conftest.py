import pytest
from pytest_django import Settings

from apps.pass_payments import operateurs
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.pass_payments.tests.portefeuilles import Catalogue
from apps.pass_payments.tests.temps import Temps


@pytest.fixture
def catalogue(db: None) -> Catalogue:
    return Catalogue.installer()


@pytest.fixture
def operateur(settings: Settings) -> OperateurFactice:
    """MTN's place is taken by an operator in memory, the same for every thread."""
    settings.OPERATEURS = {"mtn_money": "apps.pass_payments.tests.operateur_factice.OperateurFactice"}
    operateurs._instance.cache_clear()
    factice = operateurs.operateur("mtn_money")
    assert isinstance(factice, OperateurFactice)
    return factice


@pytest.fixture
def temps() -> Temps:
    return Temps()
