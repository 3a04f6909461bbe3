"""What all tests share."""

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from hypothesis import settings

# Timing is never a test: a loaded machine must not make a law fail.
# Half of Hypothesis' own number of examples: each run of CI draws others.
settings.register_profile("nsia-pass", deadline=None, max_examples=50)
settings.load_profile("nsia-pass")


@pytest.fixture(autouse=True)
def _rien_n_est_annonce() -> None:
    """A transaction that a test leaves open to undo it would be said, by the next test, to have begun as somebody's."""
    connections[DEFAULT_DB_ALIAS].__dict__.pop("_audit_annonce", None)
