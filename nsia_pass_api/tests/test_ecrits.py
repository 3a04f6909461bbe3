"""What people and former files wrote by hand, and where it means nothing."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from nsia_pass_api.ecrits import Illisible, jour, montant, nombre, reparer
from nsia_pass_api.ecrits import MotifIllisible as M


def refus(lire: Callable[[], Any]) -> tuple[str, int | None]:
    with pytest.raises(Illisible) as leve:
        lire()
    return leve.value.motif, leve.value.montant


@pytest.mark.parametrize(
    ("ecrit", "francs"),
    [
        ("1500", 1_500), ("1 500", 1_500), ("1\u202f500", 1_500), ("1.500", 1_500), ("1,500", 1_500), ("1500.00", 1_500),
        ("1 500,00 FCFA", 1_500), ("1.234.567,00", 1_234_567), ("1,234,567.00", 1_234_567), ("1500 F CFA", 1_500),
        ("1500frs", 1_500), ("1'500", 1_500), ("1e3", 1_000), (1_500, 1_500), (Decimal("1500.0"), 1_500), ("-500", -500),
        ("− 500", -500), ("(500)", -500), ("0", 0), ("", None), (None, None),
    ],
)  # fmt: skip
def test_amounts_in_every_writing(ecrit: Any, francs: int | None) -> None:
    assert nombre(ecrit) == francs


@pytest.mark.parametrize("ecrit", ["mille", "12,5", "1.5.5", "#REF!", True, "1e400", "9" * 20, "NaN ", "inf"])
def test_amounts_that_cannot_be_read(ecrit: Any) -> None:
    if ecrit == "NaN ":
        assert nombre(ecrit) is None  # how some write nothing
    else:
        assert refus(lambda: nombre(ecrit)) == (M.MONTANT_ILLISIBLE, None)


@pytest.mark.parametrize(
    ("ecrit", "attendu"),
    [
        (None, (M.MONTANT_ABSENT, None)),
        ("0", (M.MONTANT_NUL, 0)),
        ("-5", (M.MONTANT_NEGATIF, -5)),
        ("2000000000", (M.MONTANT_EXCESSIF, 2_000_000_000)),
    ],
)
def test_amounts_that_are_refused_are_counted(ecrit: Any, attendu: Any) -> None:
    assert refus(lambda: montant(ecrit)) == attendu


@pytest.mark.parametrize(
    "ecrit",
    ["2025-03-01", "01/03/2025", "1/3/2025", "01-03-2025", "01.03.2025", "2025/03/01", "01/03/25", "20250301",
     "2025-03-01T08:00:00+01:00", "01/03/2025 23h59", "1er mars 2025", "1 Mars 2025"],
)  # fmt: skip
def test_dates_in_every_writing(ecrit: str) -> None:
    assert jour(ecrit, avant=2026) == date(2025, 3, 1)


@pytest.mark.parametrize(
    "ecrit",
    ["31/02/2025", "0000-00-00", "hier", "01/01/1900", "2027-01-01", "12/25/2025", "1 brumaire 2025", "20251399"],
)
def test_dates_that_cannot_be(ecrit: str) -> None:
    assert refus(lambda: jour(ecrit, avant=2026)) == (M.DATE_IMPOSSIBLE, None)


def test_no_date_is_no_date() -> None:
    assert jour("", avant=2026) is None


@pytest.mark.parametrize(
    ("abime", "propre", "perdu"),
    [
        ("GisÃ¨le", "Gisèle", False),
        ("MakÃ©lÃ©kÃ©lÃ©", "Makélékélé", False),
        ("GisÃƒÂ¨le", "Gisèle", False),
        ("lâ€™Ã©tÃ©", "l’été", False),
        ("Gisèle", "Gisèle", False),
        ("  Jean \t Baptiste\n", "Jean Baptiste", False),
        ("Gis\ufffdle", "Gis\ufffdle", True),
        ("Ã© et 中", "Ã© et 中", False),
        ("Ã\x81", "Á", False),
        ("Kon\u200bgo \u202eJean\x1b", "Kongo Jean", False),
    ],
)
def test_damaged_text_is_mended_when_it_can_be(abime: str, propre: str, perdu: bool) -> None:
    assert reparer(abime) == (propre, perdu)
