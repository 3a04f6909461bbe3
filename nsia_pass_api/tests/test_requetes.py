"""NUL and bad UTF-8 in an address, a query or a form: 400, whatever would have read them."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.borne_auth.tests.factories import AgentFactory

pytestmark = pytest.mark.django_db

ILLISIBLES = ["%00", "a%00b", "%FF", "%C3%28", "%ED%A0%80", "%F8%88%80%80%80"]
API = ["/sante/", "/api/v1/produits/", "/api/v1/paiements/PAY-1/", "/api/v1/mtn/callback/"]
PAGES = ["/admin/", "/admin/login/", "/admin/trouver/", "/borne/", "/verifier/", "/metriques/"]


@pytest.fixture
def connectee(client: Client) -> Client:
    client.force_login(AgentFactory(is_superuser=True))
    return client


def brut(client: Client, chemin: str, requete: str = "", **autres: Any) -> Any:
    """As a server hands it over: each byte of the path is a letter, the query is not decoded."""
    from urllib.parse import unquote_to_bytes

    return client.get(
        "/", **{"PATH_INFO": unquote_to_bytes(chemin).decode("latin-1"), "QUERY_STRING": requete, **autres}
    )


@pytest.mark.parametrize("illisible", ILLISIBLES)
@pytest.mark.parametrize("chemin", API)
def test_the_api_answers_a_problem(client: Client, chemin: str, illisible: str) -> None:
    for reponse in (
        brut(client, chemin, f"q={illisible}"),
        brut(client, chemin, f"{illisible}=1"),
        brut(client, f"{chemin}{illisible}/"),
    ):
        assert (reponse.status_code, reponse["Content-Type"]) == (400, "application/problem+json")
        assert reponse.json()["code"] == "requete_illisible"


@pytest.mark.parametrize("illisible", ILLISIBLES)
@pytest.mark.parametrize("chemin", PAGES)
def test_people_read_a_page(connectee: Client, chemin: str, illisible: str) -> None:
    for reponse in (brut(connectee, chemin, f"q={illisible}"), brut(connectee, f"{chemin}{illisible}/")):
        assert reponse.status_code == 400
        assert "Cette demande est illisible." in reponse.content.decode()


def test_each_page_of_the_back_office_refuses_the_same(connectee: Client) -> None:
    for modele in admin.site._registry:
        page = reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")
        assert brut(connectee, page, "q=%00").status_code == 400
        assert brut(connectee, f"{page}%00/change/").status_code == 400


@pytest.mark.parametrize(
    ("corps", "type_de_contenu"),
    [
        (b"username=a%00b", "application/x-www-form-urlencoded"),
        (b"a%00=1", "application/x-www-form-urlencoded"),
        (b"username=%FF", "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\na\x00b\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n\xff\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_so_does_a_form(client: Client, corps: bytes, type_de_contenu: str) -> None:
    reponse = client.post("/admin/login/", corps, content_type=type_de_contenu)
    assert reponse.status_code == 400
    assert "Cette demande est illisible." in reponse.content.decode()


def test_what_can_be_read_is_served(connectee: Client) -> None:
    assert brut(connectee, "/admin/trouver/", "q=Gis%C3%A8le+%E7%8E%8B").status_code == 200
    assert brut(connectee, "/api/v1/produits/Gis%C3%A8le/").status_code == 404
