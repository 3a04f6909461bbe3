"""Runs one call in many threads at once, each on its own database connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def en_parallele(nombre: int, appel: Callable[[int], T]) -> list[T]:
    """What `appel(0)`, `appel(1)`… returned when all of them started together, connections open."""
    depart = Barrier(nombre)

    def course(rang: int) -> T:
        try:
            connection.ensure_connection()
            depart.wait(timeout=30)
            return appel(rang)
        finally:
            connection.close()

    with ThreadPoolExecutor(nombre) as pool:
        return list(pool.map(course, range(nombre)))
