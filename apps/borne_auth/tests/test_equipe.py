"""The team's API and the services behind it. Who reaches whom is in tests/test_droits_api.py."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.borne_auth.equipe import modifier_agent
from apps.borne_auth.errors import CompteProtege
from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tokens import JetonAgent
from apps.pass_clients.tests.factories import AgenceFactory

pytestmark = pytest.mark.django_db

AGENTS = "/api/v1/agents/"
NOUVEAU = {
    "email": "Aline.Mabiala@NSIA.cg",
    "matricule": "AG77",
    "first_name": "Aline",
    "last_name": "MABIALA",
    "telephone": "06 612 34 56",
    "agence": "Bacongo",
    "poste": "Guichet",
    "role": "agent",
    "password": "une phrase de passe",
}


@pytest.fixture(autouse=True)
def _agence(db: None) -> None:
    AgenceFactory(nom="Bacongo")


@pytest.fixture
def administratrice() -> Agent:
    return AgentFactory.create(role="administrateur", last_name="ZOLA")


@pytest.fixture
def api(administratrice: Agent) -> APIClient:
    api = APIClient(raise_request_exception=False)
    jeton = JetonAgent.emettre(fin=timezone.now() + timedelta(minutes=5), agent=str(administratrice.pk))
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {jeton}")
    return api


def creer(api: APIClient, **champs: Any) -> HttpResponse:
    return api.post(f"{AGENTS}create/", {**NOUVEAU, **champs}, format="json")


def modifier(api: APIClient, agent: Agent, **champs: Any) -> HttpResponse:
    actuel = {champ: getattr(agent, champ) for champ in ("email", "matricule", "first_name", "last_name")}
    return api.put(f"{AGENTS}{agent.pk}/update/", {**actuel, **champs}, format="json")


def test_an_agent_is_created_with_a_role_and_a_password(api: APIClient) -> None:
    reponse = creer(api)

    agent = Agent.objects.get(matricule="AG77")
    assert (reponse.status_code, reponse.json()) == (
        201,
        {
            "id": agent.pk,
            "matricule": "AG77",
            "email": "aline.mabiala@nsia.cg",
            "first_name": "Aline",
            "last_name": "MABIALA",
            "telephone": "+242066123456",
            "agence": "Bacongo",
            "poste": "Guichet",
            "statut": "actif",
            "adresse": "",
            "date_embauche": None,
            "role": "agent",
        },
    )
    assert (agent.is_staff, agent.is_superuser, agent.role) == (True, False, "agent")
    assert agent.check_password("une phrase de passe")
    assert api.get(f"{AGENTS}{agent.pk}/").json() == reponse.json()


def test_without_a_password_nobody_can_sign_in(api: APIClient) -> None:
    sans = {champ: valeur for champ, valeur in NOUVEAU.items() if champ not in ("password", "role")}
    assert api.post(f"{AGENTS}create/", sans, format="json").status_code == 201
    agent = Agent.objects.get(matricule="AG77")
    assert (agent.has_usable_password(), agent.role) == (False, None)


@pytest.mark.parametrize(
    ("champs", "statut", "fautifs"),
    [
        ({"password": "court"}, 400, {"password"}),
        ({"role": "directeur"}, 400, {"role"}),
        ({"email": "pas une adresse"}, 400, {"email"}),
        ({"telephone": "123"}, 400, {"telephone"}),
        ({"agence": "Bakongo"}, 400, {"agence"}),
        ({"matricule": "AG-PRIS"}, 422, {"matricule"}),
        ({"email": "PRIS@nsia.cg"}, 422, {"email"}),
    ],
)
def test_what_is_refused_leaves_nobody(api: APIClient, champs: dict[str, str], statut: int, fautifs: set[str]) -> None:
    AgentFactory.create(matricule="AG-PRIS", email="pris@nsia.cg")
    reponse = creer(api, **champs)
    assert (reponse.status_code, set(reponse.json()["champs"])) == (statut, fautifs)
    assert Agent.objects.count() == 2


def test_what_is_not_said_stays(api: APIClient) -> None:
    agent = AgentFactory.create(role="agent", agence="Bacongo", poste="Guichet")
    agent.set_password("une phrase de passe")
    agent.save()
    reponse = modifier(api, agent, poste="Chef d'agence")
    relu = Agent.objects.get(pk=agent.pk)
    assert reponse.status_code == 200
    assert (relu.poste, relu.nom_agence, relu.role) == ("Chef d'agence", "Bacongo", "agent")
    assert relu.check_password("une phrase de passe")


def test_an_agency_is_named_however_it_is_spelt_and_left(api: APIClient) -> None:
    agent = AgentFactory.create(role="agent")
    assert modifier(api, agent, agence="agence de BACONGO").json()["agence"] == "Bacongo"
    assert modifier(api, agent, agence="").json()["agence"] == ""
    assert Agent.objects.get(pk=agent.pk).agence is None


def test_a_role_is_replaced_or_taken_back(api: APIClient) -> None:
    agent = AgentFactory.create(role="agent")
    assert modifier(api, agent, role="auditeur").json()["role"] == "auditeur"
    assert modifier(api, agent, role="").json()["role"] is None
    assert agent.groups.count() == 0


def test_nobody_changes_her_own_role(api: APIClient, administratrice: Agent) -> None:
    reponse = modifier(api, administratrice, role="gestionnaire")
    assert (reponse.status_code, reponse.json()["code"]) == (403, "compte_protege")
    assert modifier(api, administratrice, role="administrateur", poste="Siège").status_code == 200
    assert Agent.objects.get(pk=administratrice.pk).role == "administrateur"


def test_an_account_with_all_rights_is_changed_by_such_accounts_alone(api: APIClient, administratrice: Agent) -> None:
    chef = AgentFactory.create(is_superuser=True)
    reponse = modifier(api, chef, password="prise par une autre")
    assert (reponse.status_code, reponse.json()["code"]) == (403, "compte_protege")
    with pytest.raises(CompteProtege):
        modifier_agent(acteur=administratrice, agent=chef, poste="Guichet")
    assert modifier_agent(acteur=AgentFactory.create(is_superuser=True), agent=chef, poste="Siège").poste == "Siège"


def test_an_unknown_agent_is_as_one_of_others(api: APIClient) -> None:
    for reponse in (api.get(f"{AGENTS}0/"), api.put(f"{AGENTS}0/update/", NOUVEAU, format="json")):
        assert (reponse.status_code, reponse.json()["code"]) == (404, "introuvable")


def test_while_it_is_closed_the_team_s_api_does_not_exist(api: APIClient, settings: Any) -> None:
    settings.AGENTS_API_ACTIVE = False
    assert [api.get(AGENTS).status_code, creer(api).status_code] == [404, 404]
