"""Callbacks: whatever arrives is kept as it came and answered 200, fast and empty."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from apps.pass_payments.operateurs import apis

ADRESSE = "/api/v1/mtn/callback/"
RAPPEL = {"externalId": "PAY-20261121-7F3K9Q", "status": "SUCCESSFUL", "amount": "1500"}


@pytest.fixture
def recus(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What the domain is given to keep."""
    gardes: list[dict[str, str]] = []
    monkeypatch.setattr(apis, "recevoir_rappel", lambda **champs: gardes.append(champs))
    return gardes


def envoyer(methode: str, corps: bytes, **entetes: Any) -> Any:
    type_de_contenu = entetes.pop("content_type", "application/json; charset=utf-8")
    return Client().generic(methode, ADRESSE, corps, type_de_contenu, **entetes)


@pytest.mark.parametrize("methode", ["POST", "PUT"])
def test_garde_tel_quel(methode: str, recus: list[dict[str, str]]) -> None:
    corps = json.dumps(RAPPEL, indent=3)
    reponse = envoyer(methode, corps.encode(), REMOTE_ADDR="41.0.0.7")
    assert (reponse.status_code, reponse.content) == (200, b"")
    assert recus == [{"operateur": "mtn_money", "corps": corps, "adresse": "41.0.0.7"}]


@pytest.mark.parametrize(
    ("corps", "garde"),
    [
        (b"", ""),
        (b"{", "{"),
        (b"null", "null"),
        (b"[" * 16_384, "[" * 16_384),
        ("été".encode("latin-1"), "\ufffdt\ufffd"),
        (b"a\x00b", "a\ufffdb"),
        (b'{"externalId": "\\u0000"}', '{"externalId": "\\u0000"}'),
    ],
)
def test_un_corps_illisible_aussi(corps: bytes, garde: str, recus: list[dict[str, str]]) -> None:
    assert envoyer("POST", corps).status_code == 200
    assert [recu["corps"] for recu in recus] == [garde]


@pytest.mark.parametrize(
    "entetes",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/octet-stream"},
        {"content_type": ""},
        {"HTTP_ACCEPT": "text/xml"},
        {"HTTP_ACCEPT": "n'importe quoi"},
        {"HTTP_AUTHORIZATION": "Bearer faux"},
        {"HTTP_ORIGIN": "https://ailleurs.exemple"},
    ],
)
def test_quels_que_soient_les_entetes(entetes: dict[str, str], recus: list[dict[str, str]]) -> None:
    assert envoyer("POST", b'{"a": 1}', **entetes).status_code == 200
    assert [recu["corps"] for recu in recus] == ['{"a": 1}']


def test_trop_grand(recus: list[dict[str, str]]) -> None:
    for taille in (16_385, 300_000):
        reponse = envoyer("POST", b"x" * taille)
        assert (reponse.status_code, reponse.headers["Content-Type"]) == (413, "application/problem+json")
        assert (reponse.json()["code"], reponse.json()["detail"]) == (
            "corps_trop_grand",
            "Un rappel a 16 kio au plus.",
        )
    assert recus == []


@pytest.mark.parametrize(
    "type_de_contenu", ["application/x-www-form-urlencoded", "Multipart/form-data; boundary=x", "text/html"]
)
def test_un_formulaire_est_refuse(type_de_contenu: str, recus: list[dict[str, str]]) -> None:
    reponse = envoyer("POST", b'{"a": 1}', content_type=type_de_contenu)
    assert (reponse.status_code, reponse.json()["code"]) == (415, "type_de_contenu_refuse")
    assert recus == []


@pytest.mark.parametrize("methode", ["GET", "DELETE", "PATCH"])
def test_les_autres_methodes_sont_refusees(methode: str, recus: list[dict[str, str]]) -> None:
    assert envoyer(methode, b"").status_code == 405
    assert recus == []


def test_une_base_en_panne_le_dit_pour_que_mtn_recommence(monkeypatch: pytest.MonkeyPatch) -> None:
    def en_panne(**_: str) -> None:
        raise OperationalError

    monkeypatch.setattr(apis, "recevoir_rappel", en_panne)
    assert envoyer("POST", b"{}").status_code == 503
