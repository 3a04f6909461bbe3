"""The simulation in CI."""

import os
import secrets

import pytest

from apps.pass_payments.simulation import simuler

GRAINES = [int(os.environ["G"])] if "G" in os.environ else [7, 2026, secrets.randbelow(1_000_000)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("graine", GRAINES)
def test_run(graine: int) -> None:
    import time

    t = time.time()
    d = simuler(pas=int(os.environ.get("N", 2000)), graine=graine)
    print(d, time.time() - t)
