"""What the texts of the former database mean, and where they mean nothing."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.pass_payments.models import MotifReprise as M
from apps.pass_payments.reprise import valeurs
from apps.pass_payments.reprise.valeurs import Illisible


def refus(lire: Callable[[], Any]) -> tuple[str, int | None]:
    with pytest.raises(Illisible) as leve:
        lire()
    return leve.value.motif, leve.value.montant


@pytest.mark.parametrize(
    "ecrit",
    [
        "+242061234567", "061234567", "06 123 45 67", "00242061234567", "242 06 123 45 67", "61234567", "61234567.0",
        "(06) 123-45-67", "06.123.45.67", "6.1234567e7", "24261234567", "06 123 45 67 / 05 111 22 33", "06 12 ou 06 123 45 67",
        61234567, "\u202a06 123 45 67\u202c",
    ],
)  # fmt: skip
def test_phones_in_every_writing(ecrit: Any) -> None:
    assert valeurs.telephone(ecrit) == "+242061234567"


@pytest.mark.parametrize("ecrit", ["06 12", "22 281 12 34", "+33612345678", "à demander", "999", "." * 60])
def test_phones_that_cannot_be(ecrit: str) -> None:
    assert refus(lambda: valeurs.telephone(ecrit)) == (M.TELEPHONE_INVALIDE, None)


@pytest.mark.parametrize("ecrit", [None, "", "  ", "NULL", "n/a", "-"])
def test_phones_that_are_not_there(ecrit: Any) -> None:
    assert refus(lambda: valeurs.telephone(ecrit)) == (M.TELEPHONE_ABSENT, None)


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
    assert valeurs.nombre(ecrit) == francs


@pytest.mark.parametrize("ecrit", ["mille", "12,5", "1.5.5", "#REF!", True, "1e400", "9" * 20, "NaN ", "inf"])
def test_amounts_that_cannot_be_read(ecrit: Any) -> None:
    if ecrit == "NaN ":
        assert valeurs.nombre(ecrit) is None  # how some write nothing
    else:
        assert refus(lambda: valeurs.nombre(ecrit)) == (M.MONTANT_ILLISIBLE, None)


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
    assert refus(lambda: valeurs.montant(ecrit)) == attendu


@pytest.mark.parametrize(
    "ecrit",
    ["2025-03-01", "01/03/2025", "1/3/2025", "01-03-2025", "01.03.2025", "2025/03/01", "01/03/25", "20250301",
     "2025-03-01T08:00:00+01:00", "01/03/2025 23h59", "1er mars 2025", "1 Mars 2025"],
)  # fmt: skip
def test_dates_in_every_writing(ecrit: str) -> None:
    assert valeurs.jour(ecrit, avant=2026) == date(2025, 3, 1)


@pytest.mark.parametrize(
    "ecrit",
    ["31/02/2025", "0000-00-00", "hier", "01/01/1900", "2027-01-01", "12/25/2025", "1 brumaire 2025", "20251399"],
)
def test_dates_that_cannot_be(ecrit: str) -> None:
    assert refus(lambda: valeurs.jour(ecrit, avant=2026)) == (M.DATE_IMPOSSIBLE, None)


def test_no_date_is_no_date() -> None:
    assert valeurs.jour("", avant=2026) is None


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
    assert valeurs.reparer(abime) == (propre, perdu)


def test_states_and_modes() -> None:
    assert [valeurs.etat(un) for un in ("Actif", "actif", "ACTIF", " RÉSILIÉ ", "En attente", "ExpirÃ©", None)] == [
        "actif", "actif", "actif", "resilie", "en_attente", "expire", "",
    ]  # fmt: skip
    assert refus(lambda: valeurs.etat("???")) == (M.ETAT_INCONNU, None)
    assert [valeurs.statut(un) for un in ("Succès", "SUCCESSFUL", "échoué")] == ["succes", "succes", "echec"]
    assert refus(lambda: valeurs.statut("pending")) == (M.STATUT_INDECIS, None)
    assert refus(lambda: valeurs.statut(None)) == (M.STATUT_INCONNU, None)
    assert valeurs.mode("Mobile Money", operateur_du_client="airtel_money") == "airtel_money"
    assert valeurs.mode("chèque", operateur_du_client="") == "cheque"
    assert refus(lambda: valeurs.mode("Mobile Money", operateur_du_client="")) == (M.MODE_INCONNU, None)
    assert refus(lambda: valeurs.mode(None, operateur_du_client="")) == (M.MODE_INCONNU, None)


def test_polices() -> None:
    assert (valeurs.police(" cg-2026-vie-001 "), valeurs.police(None)) == ("CG-2026-VIE-001", "")
    assert refus(lambda: valeurs.police("CG/2026")) == (M.POLICE_ILLISIBLE, None)


def test_names() -> None:
    un = valeurs.identite({"nom": "Makosso Gisèle", "prenom": None})
    assert (un.nom, un.prenom, un.abimee) == ("MAKOSSO", "Gisèle", False)
    assert (
        valeurs.identite({"nom": "KONGO", "prenom": "Jean"}).cle
        == valeurs.identite({"nom": "Kongo", "prenom": "JEAN"}).cle
    )
    for ligne in ({"nom": "Seul"}, {}, {"nom": "x" * 81, "prenom": "y"}, {"nom": "...", "prenom": "Jean"}):
        assert refus(lambda ligne=ligne: valeurs.identite(ligne)) == (M.NOM_ABSENT, None)
