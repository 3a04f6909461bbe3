"""What people type for a police: what is meant, what counts as the same, what no police could be."""

import random
import re

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from apps.pass_clients.errors import PoliceIllisible
from apps.pass_clients.expressions import PoliceEpelee
from apps.pass_clients.models import FORME_POLICE, NumeroPolice
from apps.pass_clients.polices import contrat_designe, epeler, lire_police
from apps.pass_clients.tests.factories import contrat_en_vigueur


@pytest.mark.parametrize(
    ("tape", "lue"),
    [
        ("CG-2026-VIE-001", "CG-2026-VIE-001"),
        ("  cg-2026 -vie-001 ", "CG-2026-VIE-001"),
        ("CG–2026—VIE−001", "CG-2026-VIE-001"),
        ("cg/2026.vie_001", "CG2026VIE001"),
        ("ＣＧ-２０２６-VIE-٠٠١", "CG-2026-VIE-001"),
        ("CG\u00ad2026\u200bVIE001", "CG2026VIE001"),
        ("CG-2O26-VIE-OO1", "CG-2O26-VIE-OO1"),
        ("X" * 30, "X" * 30),
        ("7", "7"),
    ],
)
def test_a_police_is_read_as_people_write_it(tape: str, lue: str) -> None:
    assert lire_police(tape) == lue


@pytest.mark.parametrize(
    "tape", ["", "  ", "---", "CG-2026-VIÉ-001", "CG 2026 ✓", "ЖИ-2026", "CG#1", "X" * 31, "CG\x00"]
)
def test_what_no_police_could_be_is_refused(tape: str) -> None:
    with pytest.raises(PoliceIllisible):
        lire_police(tape)


def test_no_form_that_the_database_admits_is_refused() -> None:
    """Numbers placed by hand or brought in are of any form: drawn a thousand times from all that a police may be."""
    hasard = random.Random(2026)
    signes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
    for _ in range(1_000):
        police = hasard.choice(signes[:-1]) + "".join(hasard.choices(signes, k=hasard.randint(2, 29)))
        assert re.fullmatch(FORME_POLICE, police)
        assert lire_police(police) == lire_police(f" {police.lower()} ") == police


@pytest.mark.django_db
def test_the_database_spells_as_python_does() -> None:
    police = contrat_en_vigueur(numero="CG-2026-VIE-0OI1")
    for texte in ("CG-2026-VIE-001", "OIOI-10", "A--B", "X"):
        (epelee,) = NumeroPolice.objects.filter(pk=police.pk).values_list(PoliceEpelee(Value(texte)), flat=True)
        assert epelee == epeler(texte)


@pytest.mark.django_db
class TestDesigne:
    @pytest.mark.parametrize(
        "tape", ["CG-2026-VIE-001", "CG2026VIE001", "CG-2O26-VIE-OO1", "CG-2026-V1E-00I", "CG20-26VIE-001"]
    )
    def test_every_spelling_means_the_contract(self, tape: str) -> None:
        police = contrat_en_vigueur(numero="CG-2026-VIE-001")
        contrat_en_vigueur(numero="CG-2026-VIE-002")

        with CaptureQueriesContext(connection) as requetes:
            contrat = contrat_designe(tape)

        assert (contrat and contrat.souscription_id, len(requetes)) == (police.souscription_id, 1)

    def test_of_two_that_are_spelled_alike_each_is_meant_by_its_own_number_alone(self) -> None:
        polices = [contrat_en_vigueur(numero=numero).souscription_id for numero in ("LOT-1", "L0T-1")]

        trouves = [contrat_designe(tape) for tape in ("LOT-1", "L0T-1", "LOT1")]

        assert [un and un.souscription_id for un in trouves] == [*polices, None]
