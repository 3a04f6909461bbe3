from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pass_payments.operateurs import ecriture


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        *[(None, None), ("", None)],
        *[("100", 100), ("100.0", 100), ("100.000000", 100), (100, 100), (Decimal("100.0"), 100), (" 5 ", 5), ("0", 0)],
        *[("12.50", -1), ("12.5", -1), ("99.999999", -1), (Decimal("0.1"), -1), ("-5", -1), (-5, -1)],
        *[("1e3", -1), ("1_000", -1), ("1 000", -1), ("NaN", -1), ("Infinity", -1), ("٣", -1), ("1,5", -1)],
        *[("9" * 40, -1), (Decimal("1E+999999999"), -1), (1.0, -1), (True, -1), ([], -1), ({}, -1)],
    ],
)
def test_montant(valeur: object, attendu: int | None) -> None:
    assert ecriture.montant(valeur) == attendu


@given(st.decimals(min_value=0, max_value=10**9, places=3))
def test_une_fraction_de_franc_n_egale_jamais_un_montant(valeur: Decimal) -> None:
    lu = ecriture.montant(str(valeur))
    assert lu == (valeur if valeur == int(valeur) else -1)


@pytest.mark.parametrize(
    ("partie", "telephone"),
    [
        ("242068511358", "+242068511358"),
        ("+242068511358", "+242068511358"),
        (242068511358, "+242068511358"),
        ("068511358", "+242068511358"),
        ("24268511358", "+24268511358"),
        ("46733123450", "+46733123450"),
        *[("", ""), ("abc", ""), (None, ""), ([], ""), (True, "")],
    ],
)
def test_telephone(partie: object, telephone: str) -> None:
    assert ecriture.telephone(partie) == telephone


def test_un_texte_se_range_dans_la_base() -> None:
    assert ecriture.texte("a\x00b\ud800\n", 10) == "a\ufffdb\ufffd\ufffd"
    assert [ecriture.texte(v, 3) for v in ("abcd", 12345, None, True, 1.5, {}, [])] == [
        *("abc", "123"),
        *[""] * 5,
    ]
