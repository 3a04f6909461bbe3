"""The log of the doors names no person and holds no secret, whatever the level."""

import json
import logging
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from rest_framework.test import APIClient

from apps.borne_auth.models import Agent, Borne
from apps.borne_auth.tests.conftest import CLE, POLICE, TELEPHONE, porteur
from apps.pass_clients.models import NumeroPolice
from nsia_pass_api import logs

pytestmark = pytest.mark.django_db

MOT_DE_PASSE = "une phrase de passe"


@pytest.fixture
def lignes(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, object]]]:
    logs.configure({"level": "DEBUG", "format": "json"})
    yield lambda: [json.loads(ligne) for ligne in capsys.readouterr().err.splitlines()]
    logs.configure({"level": "INFO", "format": "console"})
    logging.getLogger().setLevel(logging.INFO)


def test_a_day_at_the_doors_leaves_no_trace_of_anybody(
    contrat: NumeroPolice,
    borne: Borne,
    connecter: Callable[..., HttpResponse],
    rafraichir: Callable[..., HttpResponse],
    api: APIClient,
    lignes: Callable[[], list[dict[str, object]]],
) -> None:
    Agent.objects.create_user("mireille.loemba@nsia.cg", MOT_DE_PASSE, matricule="AG1", first_name="M", last_name="L")
    faux = [connecter(telephone=f"0699900{n}", adresse="41.78.99.98") for n in range(10, 16)]
    tokens = connecter(cle=CLE).json()["tokens"]
    connecter(cle="cle-volee-ailleurs")
    suivants = rafraichir(tokens["refresh"], **{"X-Borne-Cle": CLE}).json()["tokens"]
    rafraichir(tokens["refresh"])
    api.post("/api/v1/auth/logout/", headers=porteur(suivants["access"]))
    corps = {"email": "mireille.loemba@nsia.cg", "password": MOT_DE_PASSE}
    agent = api.post("/api/v1/agents/connexion/", corps, format="json").json()["tokens"]["access"]
    api.post("/api/v1/agents/connexion/", {**corps, "password": "faux mot"}, format="json")

    lues = lignes()
    texte = json.dumps(lues, ensure_ascii=False)
    evenements = [ligne["event"] for ligne in lues]
    assert [reponse.status_code for reponse in faux] == [401] * 4 + [429] * 2
    for attendu in (
        "connexion_refusee",
        "essais_epuises",
        "session_ouverte",
        "cle_de_borne_inconnue",
        "jeton_reutilise",
        "session_fermee",
        "agent_connecte",
        "connexion_agent_refusee",
        "requete_servie",
    ):
        assert attendu in evenements
    for secret in (
        *(POLICE, TELEPHONE, TELEPHONE[4:], "KONGO", "Jean Baptiste", "0699900", "41.78.99.98", "mireille.loemba"),
        *(CLE, "cle-volee-ailleurs", MOT_DE_PASSE, "faux mot"),
        *(*tokens.values(), *suivants.values(), agent, tokens["access"].split(".")[1], "eyJ"),
    ):
        assert secret not in texte
