"""What a refusal leaves behind: nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection

from nsia_pass_api.errors import ErreurPass


def compter() -> dict[str, int]:
    """How many rows each table of the project holds."""
    tables = sorted({modele._meta.db_table for modele in apps.get_models() if modele._meta.managed})
    comptes = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {comptes}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


@contextmanager
def refuse(code: str) -> Iterator[None]:
    """What is done inside is refused with `code`, and no table holds one row more or less."""
    avant = compter()
    with pytest.raises(ErreurPass) as refus:
        yield
    assert refus.value.code == code
    assert compter() == avant
