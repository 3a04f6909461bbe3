"""Whole transactions that are tried again when PostgreSQL asked for it: deadlocks and serialisation failures."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from django.db import OperationalError, connection, transaction

_P = ParamSpec("_P")
_R = TypeVar("_R")

ESSAIS = 6
_A_REPRENDRE = {"40001": "serialisation", "40P01": "interblocage"}

logger = structlog.get_logger(__name__)


def transaction_entiere(fonction: Callable[_P, _R]) -> Callable[_P, _R]:
    """`fonction` runs in a transaction of its own and is tried again, whole, after a deadlock or serialisation failure.

    Inside a transaction of the caller it runs once: only the caller could begin again.
    """

    @wraps(fonction)
    def entiere(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        for essai in range(1, ESSAIS + 1):
            try:
                with transaction.atomic():
                    return fonction(*args, **kwargs)
            except OperationalError as error:
                cause = _A_REPRENDRE.get(getattr(error.__cause__, "pgcode", None) or "")
                if cause is None or connection.in_atomic_block or essai == ESSAIS:
                    raise
                logger.warning("transaction_reprise", fonction=fonction.__name__, cause=cause, essai=essai)
                time.sleep(random.uniform(0, 0.01 * 2**essai))  # noqa: S311 - jitter, so that the two do not meet again
        raise AssertionError  # the loop returns or raises

    return entiere
