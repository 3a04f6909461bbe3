import json
import re
import time
import unicodedata
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsia_pass_api.redaction import masquer_texte, masquer_valeur

SEPARATORS = st.sampled_from(["", " ", ".", "-", "/", "\u00a0", "\u202f", "‑", " - ", ") ("])
DIGITS = st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９"])
PREFIXES = st.sampled_from(["", "+242", "00242", "242", "+ 242", "(+242)", "+2 4 2"])


@st.composite
def spelled_phones(draw: st.DrawFn) -> tuple[str, str]:
    """A mobile number's nine digits, and a way to write it."""
    national = "0" + draw(st.sampled_from("456")) + draw(st.text("0123456789", min_size=7, max_size=7))
    prefix = draw(PREFIXES)
    spelled = national[0:2]
    for digit in national[2:]:
        spelled += draw(SEPARATORS) + digit
    spelled = prefix + draw(SEPARATORS if prefix else st.just("")) + spelled
    return national, spelled.translate(str.maketrans("0123456789", draw(DIGITS)))


def digits_of(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


@given(
    phone=spelled_phones(),
    before=st.sampled_from(["", "tél. ", "('", "tel=", "x", ": ", "12, "]),
    after=st.sampled_from(["", " ok", ")", "',)", "x", ", 12", "."]),
)
def test_no_spelling_of_a_phone_survives(phone: tuple[str, str], before: str, after: str) -> None:
    national, spelled = phone

    assert national not in digits_of(masquer_texte(before + spelled + after))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10) | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(value=JSON_VALUES)
def test_any_value_becomes_plain_json(value: object) -> None:
    encoded = json.dumps(masquer_valeur(value), allow_nan=False, ensure_ascii=False).encode("utf-8")

    assert json.loads(encoded) == masquer_valeur(value)


@given(phone=spelled_phones(), data=st.data())
def test_a_phone_is_found_wherever_it_is_nested(phone: tuple[str, str], data: st.DataObject) -> None:
    national, spelled = phone
    value: object = spelled
    for wrap in data.draw(st.lists(st.sampled_from(["list", "tuple", "dict", "key", "set", "text"]), max_size=7)):
        if wrap == "text":
            value = f"« {value} »"
        elif wrap == "key":
            value = {value if isinstance(value, str) else "autre": value}
        elif wrap == "set":
            value = frozenset([value]) if isinstance(value, str) else [value]
        else:
            value = {"list": lambda v: [v, 1], "tuple": lambda v: (v,), "dict": lambda v: {"champ": v}}[wrap](value)

    assert national not in digits_of(json.dumps(masquer_valeur(value), ensure_ascii=False))


@given(text=st.text())
def test_what_is_masked_stays_as_it_is(text: str) -> None:
    once = masquer_texte(text)

    assert masquer_texte(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paiement de +242 06 123 45 67 reçu", "paiement de [téléphone] reçu"),
        ("Key (telephone)=(+242061234567) already exists.", "Key (telephone)=([téléphone]) already exists."),
        (r"args=('06\xa0123\u202f45 67',)", "args=('[téléphone]',)"),
        ("contrat CG-2026-VIE-001, cg-2027-epg-00012", "contrat [police], [police]"),
        ("GET /api/v1/clients/CG-2026-VIE-001/dashboard/", "GET /api/v1/clients/[police]/dashboard/"),
        ("jeton eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.abc_-d fin", "jeton [jeton] fin"),
        ("Authorization: Bearer abc.def", "Authorization: [masqué] [masqué]"),
        ("Bearer abc.def, puis", "Bearer [masqué], puis"),
        ("X-Borne-Cle: k3y-1/2+3", "X-Borne-Cle: [masqué]"),
        ("HTTP_X_BORNE_CLE='k3y'", "HTTP_X_BORNE_CLE=[masqué]"),
        ('{"password": "p@ss, mot \'deux\'", "a": 1}', '{"password": [masqué], "a": 1}'),
        ("CLE_JETONS_CLIENTS trop courte", "CLE_JETONS_CLIENTS trop courte"),
        ("postgresql://nsia:s3cret@db:5432/nsia_pass", "postgresql://nsia:[masqué]@db:5432/nsia_pass"),
        (
            'violates check "x"\nDETAIL:  Failing row contains (1, KONGO, Jean).\nSTATEMENT: x',
            'violates check "x"\nDETAIL: [masqué]\nSTATEMENT: x',
        ),
        ("secret=", "secret="),
    ],
)
def test_secrets_in_a_text(text: str, expected: str) -> None:
    assert masquer_texte(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T04:18:00.123456Z",
        "2026-11-21 04:18:00,123",
        "(0.001) SELECT 1",
        "article: 5",
        "montant 1 000 000 000 FCFA",
        "PASS-KIMIA-2026-000123",
        "port 55432, pid 1048576, 0.4512345 s",
        "souscription 242",
        "3.0612345678",
    ],
)
def test_what_is_not_secret_stays(text: str) -> None:
    assert masquer_texte(text) == text


def test_values_under_telling_keys_are_masked_whole() -> None:
    event = {
        "nom": "KONGO",
        "client": {"Prenom": "Jean", "id": 7, "numero_police": "X/1", "date_naissance": date(1990, 1, 2)},
        "Mot-de-passe": "a",
        "HTTP_X_BORNE_CLE": "b",
        "access_token": "c",
        "jeton": None,
        "cle": "",
        "nombre": 12,
        "produit": "KIMIA",
    }

    assert masquer_valeur(event) == {
        "nom": "[masqué]",
        "client": {"Prenom": "[masqué]", "id": 7, "numero_police": "[masqué]", "date_naissance": "[masqué]"},
        "Mot-de-passe": "[masqué]",
        "HTTP_X_BORNE_CLE": "[masqué]",
        "access_token": "[masqué]",
        "jeton": None,
        "cle": "",
        "nombre": 12,
        "produit": "KIMIA",
    }


def test_plain_values_are_written_and_objects_only_named() -> None:
    class Client:
        def __repr__(self) -> str:
            raise RuntimeError("costs a query")

    assert masquer_valeur(
        [Client(), Decimal("1.5"), date(2026, 11, 21), UUID(int=1), ValueError("tel 06 123 45 67")]
    ) == [
        "<Client>",
        "1.5",
        "2026-11-21",
        "00000000-0000-0000-0000-000000000001",
        "ValueError: tel [téléphone]",
    ]


def test_endless_and_enormous_values_are_cut() -> None:
    loop: list[object] = []
    loop.append(loop)

    assert json.dumps(masquer_valeur(loop), ensure_ascii=False) == "[" * 8 + '"[…]"' + "]" * 8
    assert masquer_valeur(10**5000) == "[entier]"
    assert masquer_valeur("é" * 30_000) == "é" * 20_000 + " [coupé]"
    assert len(masquer_valeur(list(range(1000)))) == 200


@pytest.mark.parametrize(
    "piece", ["0 ", "0", "2", "+2 4 2 ", "a-", "a_", "key ", "key=", "eyJ.", "A-", "://a:", "'", "06 12 "]
)
def test_no_text_makes_the_masking_slow(piece: str) -> None:
    start = time.process_time()
    masquer_texte(piece * (20_000 // len(piece)))

    assert time.process_time() - start < 1


def test_surrogates_become_writable() -> None:
    assert masquer_valeur("a\ud800b") == "a\\ud800b"
    assert re.fullmatch(r"[ -~]+", masquer_texte("\udfff"))
