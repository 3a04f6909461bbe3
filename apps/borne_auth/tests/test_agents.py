from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import jwt
import pytest
import time_machine
from django.conf import settings as reglages
from django.contrib.auth import hashers
from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django_otp.oath import hotp
from rest_framework.test import APIClient

from apps.borne_auth.models import Agent, CompteurEssais, ConnexionAgent, StatutAgent
from apps.borne_auth.tests.conftest import porteur
from apps.borne_auth.tests.factories import SECRET, AgentFactory, FacteurFactory
from apps.borne_auth.tokens import JetonAgent
from apps.pass_clients.tests.factories import AgenceFactory

pytestmark = pytest.mark.django_db

MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)
MOT_DE_PASSE = "une phrase de passe"
EMAIL = "mireille.loemba@nsia.cg"


@pytest.fixture
def agent(db: None) -> Agent:
    agence = AgenceFactory(nom="Pointe-Noire")
    return Agent.objects.create_user(
        EMAIL, MOT_DE_PASSE, matricule="AG0001", first_name="Mireille", last_name="LOEMBA", agence=agence
    )


def connexion(
    api: APIClient, email: object = EMAIL, password: object = MOT_DE_PASSE, adresse: str = "41.78.1.1"
) -> HttpResponse:
    corps = {"email": email, "password": password}
    return api.post("/api/v1/agents/connexion/", corps, format="json", REMOTE_ADDR=adresse)


@time_machine.travel(MIDI, tick=False)
def test_email_and_password_give_a_token_of_fifteen_minutes(agent: Agent, api: APIClient) -> None:
    reponse = connexion(api, f"  {EMAIL.upper()} ")

    corps = reponse.json()
    profil = {
        "matricule": "AG0001",
        "email": EMAIL,
        "first_name": "Mireille",
        "last_name": "LOEMBA",
        "telephone": "",
        "agence": "Pointe-Noire",
        "poste": "",
        "statut": "actif",
    }
    assert (reponse.status_code, reponse.headers["Cache-Control"]) == (200, "no-store")
    assert set(corps) == {"tokens", "expires_at", "agent"}
    assert set(corps["tokens"]) == {"access"}
    assert corps["agent"] == profil
    assert parse_datetime(corps["expires_at"]) == MIDI + timedelta(minutes=15)
    jeton = JetonAgent.lire(corps["tokens"]["access"])
    assert jeton.payload == {
        "token_type": "agent_access",
        "aud": "agents",
        "iss": "nsia-pass",
        "iat": int(MIDI.timestamp()),
        "exp": int((MIDI + timedelta(minutes=15)).timestamp()),
        "jti": jeton.payload["jti"],
        "agent": str(agent.pk),
        "facteur": "",
    }
    agent.refresh_from_db()
    assert agent.last_login == MIDI
    assert CompteurEssais.objects.count() == 0


def test_my_profile_in_one_query(agent: Agent, api: APIClient, django_assert_num_queries) -> None:
    AgentFactory()
    entetes = porteur(connexion(api).json()["tokens"]["access"])

    with django_assert_num_queries(1):
        reponse = api.get("/api/v1/agents/moi/", headers=entetes)

    assert (reponse.status_code, reponse.json()["matricule"]) == (200, "AG0001")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "une autre phrase"),
        ("personne@nsia.cg", MOT_DE_PASSE),
        (EMAIL, MOT_DE_PASSE + " "),
        (EMAIL, MOT_DE_PASSE.upper()),
        ("pas une adresse", MOT_DE_PASSE),
    ],
)
def test_every_wrong_pair_has_one_answer(agent: Agent, api: APIClient, email: str, password: str) -> None:
    reponse = connexion(api, email, password)

    assert (reponse.status_code, reponse.json()["code"]) == (401, "connexion_refusee")
    assert reponse.json()["detail"] == (
        "L'adresse e-mail ou le mot de passe est incorrect, ou ce compte ne peut pas se connecter."
    )


@pytest.mark.parametrize(
    "etat",
    [{"is_active": False}, {"is_staff": False}, {"statut": "suspendu"}, {"statut": "parti"}],
)
def test_who_may_not_enter_has_the_same_answer_and_her_token_dies(
    agent: Agent, api: APIClient, etat: dict[str, object]
) -> None:
    entetes = porteur(connexion(api).json()["tokens"]["access"])
    Agent.objects.update(**etat)

    assert (connexion(api).status_code, connexion(api).json()["code"]) == (401, "connexion_refusee")
    reponse = api.get("/api/v1/agents/moi/", headers=entetes)
    assert (reponse.status_code, reponse.json()["code"]) == (401, "jeton_invalide")


@pytest.mark.parametrize("email", [EMAIL, "personne@nsia.cg", "sans.mot.de.passe@nsia.cg"])
def test_one_password_is_hashed_whoever_is_named(agent: Agent, api: APIClient, email: str) -> None:
    """A missing or unusable account costs what a wrong password costs."""
    AgentFactory(email="sans.mot.de.passe@nsia.cg", password=hashers.make_password(None))
    hacheur = hashers.get_hasher()
    calculs = []

    def compter(*args: object, **kwargs: object) -> object:
        calculs.append(args)
        return vrai(*args, **kwargs)

    nom = "verify" if email == EMAIL else "encode"
    vrai = getattr(hacheur, nom)
    with patch.object(type(hacheur), nom, side_effect=compter):
        assert connexion(api, email, "une autre phrase").status_code == 401

    assert len(calculs) == 1


@pytest.mark.parametrize(
    ("corps", "champs"),
    [
        ({}, {"email", "password"}),
        ({"email": 1, "password": 2}, {"email", "password"}),
        ({"email": None, "password": ["a"]}, {"email", "password"}),
        ({"email": "a" * 255, "password": "b" * 129}, {"email", "password"}),
    ],
)
def test_ill_written_fields_are_said(api: APIClient, db: None, corps: dict[str, object], champs: set[str]) -> None:
    reponse = api.post("/api/v1/agents/connexion/", corps, format="json")

    assert (reponse.status_code, set(reponse.json()["champs"])) == (400, champs)


@time_machine.travel(MIDI, tick=False)
def test_guessing_a_password_stops_without_locking_out_its_owner_elsewhere(agent: Agent, api: APIClient) -> None:
    statuts = [connexion(api, password=f"essai {n}", adresse="41.78.6.6").status_code for n in range(7)]

    assert statuts == [401] * 5 + [429] * 2
    refusee = connexion(api, adresse="41.78.6.6")
    assert (refusee.status_code, refusee.headers["Retry-After"]) == (429, "900")
    assert connexion(api, adresse="41.78.1.1").status_code == 200


@time_machine.travel(MIDI, tick=False)
def test_guessing_many_accounts_from_one_address_stops(agent: Agent, api: APIClient) -> None:
    statuts = [connexion(api, f"agent{n}@nsia.cg", adresse="41.78.6.6").status_code for n in range(22)]

    assert statuts == [401] * 20 + [429] * 2
    assert connexion(api, adresse="41.78.1.1").status_code == 200


class TestSecondFacteur:
    @pytest.fixture(autouse=True)
    def _midi(self) -> Iterator[None]:
        with time_machine.travel(MIDI, tick=False):
            yield

    def connexion(self, api: APIClient, **autres: str) -> HttpResponse:
        corps = {"email": EMAIL, "password": MOT_DE_PASSE, **autres}
        return api.post("/api/v1/agents/connexion/", corps, format="json", REMOTE_ADDR="41.78.1.1")

    def code(self, le: datetime = MIDI) -> str:
        return f"{hotp(SECRET, int(le.timestamp()) // 30):06d}"

    def dit(self, reponse: HttpResponse) -> tuple[int, str]:
        return reponse.status_code, reponse.json().get("code", "")

    def test_the_code_is_asked_then_recorded_by_the_token(self, agent: Agent, api: APIClient) -> None:
        facteur = FacteurFactory(agent=agent)

        assert self.dit(self.connexion(api)) == (401, "code_requis")
        assert self.dit(self.connexion(api, code=" ")) == (401, "code_requis")
        assert self.dit(self.connexion(api, code="000000")) == (401, "code_errone")
        assert self.dit(self.connexion(api, code=self.code(), password="une autre")) == (401, "connexion_refusee")
        reponse = self.connexion(api, code=self.code())
        assert self.dit(self.connexion(api, code=self.code())) == (401, "code_errone")

        jeton = reponse.json()["tokens"]["access"]
        assert JetonAgent.lire(jeton).facteur == str(facteur.pk)
        assert api.get("/api/v1/agents/moi/", headers=porteur(jeton)).status_code == 200
        assert list(ConnexionAgent.objects.order_by("pk").values_list("canal", "moyen", "resultat")) == [
            ("api", "mot_de_passe", "etape"),
            ("api", "mot_de_passe", "etape"),
            ("api", "code", "refusee"),
            ("api", "mot_de_passe", "refusee"),
            ("api", "code", "reussie"),
            ("api", "code", "refusee"),
        ]

    def test_a_token_dies_with_the_factor_it_was_given_for(self, agent: Agent, api: APIClient) -> None:
        avant = porteur(self.connexion(api).json()["tokens"]["access"])
        facteur = FacteurFactory(agent=agent)
        apres = porteur(self.connexion(api, code=self.code()).json()["tokens"]["access"])
        assert self.dit(api.get("/api/v1/agents/moi/", headers=avant)) == (401, "jeton_invalide")
        assert api.get("/api/v1/agents/moi/", headers=apres).status_code == 200

        facteur.delete()
        assert self.dit(api.get("/api/v1/agents/moi/", headers=apres)) == (401, "jeton_invalide")

    def test_where_it_is_obligatory_nothing_opens_without(self, agent: Agent, api: APIClient, settings) -> None:
        entetes = porteur(self.connexion(api).json()["tokens"]["access"])
        settings.DEUXIEME_FACTEUR_OBLIGATOIRE = True

        assert self.dit(self.connexion(api)) == (403, "second_facteur_absent")
        assert self.dit(api.get("/api/v1/agents/moi/", headers=entetes)) == (403, "second_facteur_absent")
        assert ConnexionAgent.objects.order_by("-pk").values_list("motif", flat=True)[0] == "sans_facteur"
        # Who does not know the password learns nothing of it.
        assert self.dit(self.connexion(api, password="une autre")) == (401, "connexion_refusee")
        FacteurFactory(agent=agent)
        assert self.connexion(api, code=self.code()).status_code == 200

    def test_codes_are_limited(self, agent: Agent, api: APIClient) -> None:
        FacteurFactory(agent=agent)
        dits = [self.dit(self.connexion(api, code="000000")) for _ in range(6)]
        assert dits == [(401, "code_errone")] * 5 + [(429, "trop_d_essais")]
        assert self.connexion(api, code=self.code()).headers["Retry-After"] == "900"

    def test_a_sealed_secret_that_no_key_opens_is_told(self, agent: Agent, api: APIClient, settings) -> None:
        FacteurFactory(agent=agent)
        settings.CLE_SECOND_FACTEUR = "perdue" * 10
        assert self.dit(self.connexion(api, code=self.code())) == (503, "coffre_ferme")


def test_while_it_is_closed_the_staff_api_does_not_exist(agent: Agent, api: APIClient, settings) -> None:
    entetes = porteur(connexion(api).json()["tokens"]["access"])
    settings.AGENTS_API_ACTIVE = False

    for reponse in (connexion(api), api.get("/api/v1/agents/moi/", headers=entetes), api.get("/api/v1/agents/moi/")):
        assert (reponse.status_code, reponse.json()["code"]) == (404, "introuvable")


@pytest.mark.urls("apps.borne_auth.tests.urls")
def test_while_it_is_closed_no_staff_token_opens_any_route(agent: Agent, api: APIClient, settings) -> None:
    entetes = porteur(connexion(api).json()["tokens"]["access"])
    assert api.get("/api/agent/", headers=entetes).status_code == 200
    settings.AGENTS_API_ACTIVE = False

    assert api.get("/api/agent/", headers=entetes).status_code == 401


def test_the_staff_door_wants_a_token(api: APIClient, db: None) -> None:
    reponse = api.get("/api/v1/agents/moi/")

    assert (reponse.status_code, reponse.json()["code"]) == (401, "non_authentifie")
    assert reponse.headers["WWW-Authenticate"] == 'Bearer realm="agents"'


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "borne"},
        {"token_type": "borne_access"},
        {"iss": "quelqu-un"},
        {"agent": None},
        {"agent": "un"},
        {"agent": "999999"},
        {"exp": 1},
    ],
)
def test_a_staff_token_that_is_not_ours_is_refused(agent: Agent, api: APIClient, claims: dict[str, object]) -> None:
    bon = JetonAgent.emettre(fin=datetime.now(UTC) + timedelta(minutes=15), agent=str(agent.pk)).payload
    complet = {**bon, "aud": "agents", "iss": "nsia-pass"}

    def moi(**autres: object) -> int:
        valeurs = {nom: valeur for nom, valeur in {**complet, **autres}.items() if valeur is not None}
        jeton = jwt.encode(valeurs, reglages.CLE_JETONS_AGENTS, algorithm="HS256")
        return api.get("/api/v1/agents/moi/", headers=porteur(jeton)).status_code

    assert (moi(), moi(**claims)) == (200, 401)


def test_an_agent_s_e_mail_has_one_spelling(db: None) -> None:
    agent = Agent.objects.create_user(
        "Chef.Agence@NSIA.cg", MOT_DE_PASSE, matricule="AG2", first_name="A", last_name="B"
    )

    assert (agent.email, agent.is_staff, agent.is_superuser) == ("chef.agence@nsia.cg", True, False)
    assert Agent.objects.get_by_natural_key("CHEF.agence@nsia.cg") == agent
    with pytest.raises(Agent.DoesNotExist):
        Agent.objects.get_by_natural_key(None)
    assert (str(agent), agent.statut) == ("A B (AG2)", StatutAgent.ACTIF)
