"""What all tests share."""

from collections.abc import Iterator

import pytest
from django.conf import settings as reglages
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import override_settings
from hypothesis import settings

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


@pytest.fixture(autouse=True)
def _rien_n_est_annonce() -> None:
    """A transaction that a test leaves open to undo it would be said, by the next test, to have begun as somebody's."""
    connections[DEFAULT_DB_ALIAS].__dict__.pop("_audit_annonce", None)
