"""`/metriques/`: who may read it, what it counts, and that several processes answer as one."""

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.db import InterfaceError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from nsia_pass_api import metriques
from nsia_pass_api.metriques import Mesure, MesureMiddleware

JETON = "un-jeton-de-trente-deux-signes-au-moins"


@pytest.fixture
def sans_base(monkeypatch: pytest.MonkeyPatch) -> None:
    d_apps(monkeypatch, deux_mesures)


def d_apps(monkeypatch: pytest.MonkeyPatch, *sources: Callable[[], Iterator[Mesure]]) -> None:
    """As if apps had these figures and no other."""
    monkeypatch.setattr(metriques, "modules", lambda nom: [SimpleNamespace(mesures=source) for source in sources])


def deux_mesures() -> Iterator[Mesure]:
    yield Mesure("nsia_essai", "Un essai.", ("genre",), {("a",): 2, ("b",): 0.5})
    yield Mesure("nsia_seul", "Sans étiquette.", (), {(): 7})


def en_panne() -> Iterator[Mesure]:
    yield Mesure("nsia_essai", "Avant la panne.", (), {(): 1})
    raise InterfaceError("connection already closed")


def lire(texte: str) -> dict[str, float]:
    return {nom: float(valeur) for nom, valeur in re.findall(r"^(nsia\S*) (\S+)$", texte, re.MULTILINE)}


@pytest.mark.usefixtures("sans_base")
@pytest.mark.parametrize(
    ("entetes", "statut"),
    [
        ({"Authorization": f"Bearer {JETON}"}, 200),
        ({"Authorization": f"Bearer {JETON}x"}, 404),
        ({"Authorization": JETON}, 404),
        ({"Authorization": "Bearer é"}, 404),
        ({}, 404),
    ],
)
def test_with_a_token_the_token_opens_and_nothing_else(
    client: Client, settings: Settings, entetes: dict[str, str], statut: int
) -> None:
    settings.METRIQUES_JETON = JETON

    assert client.get("/metriques/", headers=entetes).status_code == statut


@pytest.mark.usefixtures("sans_base")
def test_without_a_token_only_this_machine_and_not_in_production(client: Client, settings: Settings) -> None:
    settings.METRIQUES_JETON = ""
    settings.SECURE_SSL_REDIRECT = False
    assert client.get("/metriques/").status_code == 200
    assert client.get("/metriques/", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metriques/", REMOTE_ADDR="10.0.0.9").status_code == 404
    for entete in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):  # a proxy of this machine stands for somebody else
        assert client.get("/metriques/", headers={entete: "127.0.0.1"}).status_code == 404
    settings.PRODUCTION = True
    assert client.get("/metriques/").status_code == 404


@pytest.mark.usefixtures("sans_base")
def test_refused_it_looks_like_an_unknown_address(client: Client, settings: Settings) -> None:
    settings.METRIQUES_JETON = JETON

    refusee, inconnue = client.get("/metriques/"), client.get("/metrique-inconnue/")

    assert refusee.content == inconnue.content
    assert refusee.headers["Content-Type"] == inconnue.headers["Content-Type"]
    assert client.post("/metriques/", headers={"Authorization": f"Bearer {JETON}"}).status_code == 405


@pytest.mark.usefixtures("sans_base")
def test_figures_of_the_sources_are_shown_uncached(client: Client) -> None:
    reponse = client.get("/metriques/")

    assert reponse.headers["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in reponse.headers["Cache-Control"]
    lues = lire(reponse.content.decode())
    assert {nom: lues[nom] for nom in lues if not nom.startswith("nsia_requetes")} == {
        'nsia_essai{genre="a"}': 2,
        'nsia_essai{genre="b"}': 0.5,
        "nsia_seul": 7,
        "nsia_base_repond": 1,
    }


def test_two_apps_say_one_figure_of_two_operators(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def d_un_autre() -> Iterator[Mesure]:
        yield Mesure("nsia_essai", "Un essai.", ("genre",), {("c",): 3})

    d_apps(monkeypatch, deux_mesures, d_un_autre)
    texte = client.get("/metriques/").content.decode()

    assert texte.count("# HELP nsia_essai ") == 1
    assert {nom: valeur for nom, valeur in lire(texte).items() if nom.startswith("nsia_essai")} == {
        'nsia_essai{genre="a"}': 2,
        'nsia_essai{genre="b"}': 0.5,
        'nsia_essai{genre="c"}': 3,
    }


def test_a_database_that_does_not_answer_is_a_figure(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    d_apps(monkeypatch, en_panne, deux_mesures)

    lues = lire(client.get("/metriques/").content.decode())

    assert lues["nsia_base_repond"] == 0
    assert "nsia_seul" not in lues


@pytest.mark.usefixtures("sans_base")
def test_requests_are_counted_by_route_without_their_path(client: Client) -> None:
    def compte() -> dict[str, float]:
        return lire(client.get("/metriques/").content.decode())

    avant = compte()
    client.get("/verifier/ABCD-EFGH-JKLM-inconnu/x/")
    client.get("/sante/")
    client.get("/sante/")
    client.head("/sante/")
    client.generic("PROPFIND", "/sante/")
    apres = compte()

    gains = {nom: valeur - avant.get(nom, 0) for nom, valeur in apres.items() if valeur != avant.get(nom)}
    assert gains.pop('nsia_requetes_total{methode="GET",route="metriques",statut="200"}') == 1
    assert {nom: gain for nom, gain in gains.items() if nom.startswith("nsia_requetes_total")} == {
        'nsia_requetes_total{methode="GET",route="aucune",statut="404"}': 1,
        'nsia_requetes_total{methode="GET",route="sante",statut="200"}': 2,
        'nsia_requetes_total{methode="HEAD",route="sante",statut="200"}': 1,
        'nsia_requetes_total{methode="AUTRE",route="sante",statut="405"}': 1,
    }
    assert gains['nsia_requetes_secondes_count{route="sante"}'] == 4
    assert "ABCD" not in client.get("/metriques/").content.decode()


def test_a_request_that_fails_before_it_is_routed_is_counted(rf: RequestFactory) -> None:
    compteur = metriques.REQUETES.labels("aucune", "GET", "400")
    avant = compteur._value.get()

    MesureMiddleware(lambda request: HttpResponse(status=400))(rf.get("/"))

    assert compteur._value.get() == avant + 1
