import pytest

from apps.pass_payments.tests.portefeuilles import Catalogue


@pytest.fixture
def catalogue(db: None) -> Catalogue:
    return Catalogue.installer()
