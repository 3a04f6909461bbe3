from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from nsia_pass_api.money import MontantField, formater_nombre, formater_xaf

ENTIER = "Indiquez un montant entier en francs CFA, sans virgule ni guillemets (exemple : 5000)."


@pytest.mark.parametrize(
    ("montant", "expected"),
    [
        (0, "0\u202fFCFA"),
        (100, "100\u202fFCFA"),
        (12_500, "12\u202f500\u202fFCFA"),
        (1_000_000_000, "1\u202f000\u202f000\u202f000\u202fFCFA"),
        (-3_500, "−3\u202f500\u202fFCFA"),
    ],
)
def test_amounts_are_written_in_french(montant: int, expected: str) -> None:
    assert formater_xaf(montant) == expected


@given(st.integers())
def test_a_written_number_reads_back(nombre: int) -> None:
    assert int(formater_nombre(nombre).replace("\u202f", "").replace("−", "-")) == nombre


class Paiement(serializers.Serializer[Any]):
    montant = MontantField()
    frais = MontantField(min_value=0, max_value=500, required=False, error_messages={"max_value": "Trop de frais."})


@pytest.mark.parametrize("montant", [1, 5000, 1_000_000_000])
def test_whole_amounts_are_accepted(montant: int) -> None:
    serializer = Paiement(data={"montant": montant, "frais": 0})

    assert serializer.is_valid()
    assert serializer.validated_data == {"montant": montant, "frais": 0}


@pytest.mark.parametrize(
    ("montant", "message"),
    [
        (100.0, ENTIER),
        (99.5, ENTIER),
        (True, ENTIER),
        ("100", ENTIER),
        ("", ENTIER),
        ([100], ENTIER),
        ({}, ENTIER),
        (float("nan"), ENTIER),
        (None, "Ce champ ne peut pas être vide (null)."),
        (0, "Le montant doit être d'au moins 1\u202fFCFA."),
        (-100, "Le montant doit être d'au moins 1\u202fFCFA."),
        (1_000_000_001, "Le montant ne peut pas dépasser 1\u202f000\u202f000\u202f000\u202fFCFA."),
        (10**400, "Le montant ne peut pas dépasser 1\u202f000\u202f000\u202f000\u202fFCFA."),
    ],
)
def test_anything_else_is_refused_in_french(montant: object, message: str) -> None:
    serializer = Paiement(data={"montant": montant})

    assert not serializer.is_valid()
    assert serializer.errors == {"montant": [message]}


def test_bounds_and_messages_can_be_chosen() -> None:
    serializer = Paiement(data={"montant": 1, "frais": 501})

    assert not serializer.is_valid()
    assert serializer.errors == {"frais": ["Trop de frais."]}
