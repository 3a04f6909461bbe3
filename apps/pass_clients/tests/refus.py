"""Asserting that the database itself refuses something, and by which rule."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from nsia_pass_api.constraints import violee


@contextmanager
def refuse(regle: str) -> Iterator[None]:
    """What is written inside is refused, at once or at commit, by the constraint `regle` or in the words `regle`."""
    try:
        with transaction.atomic():
            yield
            verifier_maintenant()
    except DatabaseError as error:
        refus = error
    else:
        pytest.fail(f"rien n'a été refusé ({regle})")
    assert regle == (violee(refus) if isinstance(refus, IntegrityError) else "") or regle in str(refus), str(refus)


def verifier_maintenant() -> None:
    """Constraints that wait for the commit are checked now."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")


def sql(requete: str, *parametres: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(requete, parametres or None)


def sans_gardes() -> AbstractContextManager[None]:
    """What is written inside meets constraints alone: the owner of the tables may put the guards aside, and nobody else."""
    return pgtrigger.ignore()
