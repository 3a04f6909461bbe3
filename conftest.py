"""What all tests share."""

from collections.abc import Iterator

import pytest
from django.conf import settings as reglages
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import override_settings
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from tests.modele import copier_le_modele, effacer

# Timing is never a test: a loaded machine must not make a law fail.
# Half of Hypothesis' own number of examples: each run of CI draws others.
settings.register_profile("nsia-pass", deadline=None, max_examples=50)
settings.load_profile("nsia-pass")


@pytest.fixture(scope="session", autouse=True)
def _empreintes_rapides() -> Iterator[None]:
    """Hashing a password is slow on purpose, and tests of identity do it thousands of times."""
    rapide = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[rapide, *reglages.PASSWORD_HASHERS]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
) -> Iterator[None]:
    """In the place of pytest-django's, which migrates the database of each worker each time. `--reuse-db` keeps it."""
    connexion = connections[DEFAULT_DB_ALIAS]
    nom = connexion.creation._get_test_db_name()
    with django_db_blocker.unblock():
        copier_le_modele(connexion, nom=nom)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            effacer(connexion, nom=nom)


@pytest.fixture(autouse=True)
def _rien_n_est_annonce() -> None:
    """A transaction that a test leaves open to undo it would be said, by the next test, to have begun as somebody's."""
    connections[DEFAULT_DB_ALIAS].__dict__.pop("_audit_annonce", None)
