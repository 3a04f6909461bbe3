"""Races with real connections: what a call does while another transaction is still open. No sleeps."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

from django.db import connection, transaction

from nsia_pass_api.errors import ErreurPass

T = TypeVar("T")

_PATIENCE = 30


@contextmanager
def transaction_ouverte(appel: Callable[[], T]) -> Iterator["Future[T]"]:
    """Inside, our transaction is open; then `appel` starts on another connection, and ours ends once it waits for us.

    Gives the future of `appel`, whose result is there after the block.
    """
    resultat: Future[T] = Future()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            yield resultat
            course = pool.submit(_sur_sa_connexion, appel)
            _attendre_le_blocage(course)
        try:
            resultat.set_result(course.result(_PATIENCE))
        except BaseException as error:  # noqa: BLE001 - belongs to whoever reads the future
            resultat.set_exception(error)


def _sur_sa_connexion(appel: Callable[[], T]) -> T:
    try:
        return appel()
    finally:
        connection.close()


def _attendre_le_blocage(course: "Future[T]") -> None:
    limite = monotonic() + _PATIENCE
    with connection.connection.cursor() as cursor:  # Django's refuses to ask when a rollback is due
        while not course.done():
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1"
            )
            if cursor.fetchone():
                return
            if monotonic() > limite:
                raise TimeoutError("l'autre appel ne nous attend pas")
    raise AssertionError("l'autre appel ne nous a pas attendus")


def ou_refus(appel: Callable[[], T]) -> T | str:
    """What `appel` returns, or the code of the refusal that people would read; anything else is an error of ours."""
    try:
        return appel()
    except ErreurPass as error:
        return error.code
