"""The traps of simplejwt (docs/decisions/0003-identity.md), each by name, on a route guarded by the defaults of settings."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
import time_machine
from django.conf import settings as reglages
from django.db.models import Model
from django.http import HttpResponse
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from apps.borne_auth import selectors
from apps.borne_auth.authentication import ClientConnecte
from apps.borne_auth.models import Agent, Borne, SessionBorne
from apps.borne_auth.services import fermer_session
from apps.borne_auth.tests.conftest import CLE, porteur
from apps.borne_auth.tests.factories import AgentFactory, BorneFactory, SessionFactory
from apps.borne_auth.tokens import Jeton, JetonAccesClient, JetonAgent, JetonRafraichissementClient
from apps.pass_clients.models import ClientPass
from apps.pass_clients.tests.factories import ClientFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("apps.borne_auth.tests.urls")]

MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)
Lire = Callable[..., HttpResponse]


@pytest.fixture
def session(db: None) -> SessionBorne:
    return SessionFactory()


@pytest.fixture
def lire(api: APIClient) -> Lire:
    """Reads the client route with a token."""

    def get(jeton: object, **entetes: str) -> HttpResponse:
        return api.get("/api/client/", headers=porteur(jeton, **entetes))

    return get


def acces(session: SessionBorne) -> str:
    return str(JetonAccesClient.emettre(fin=session.expire_le, sid=str(session.pk)))


def forge(session: SessionBorne, *, cle: str | None = None, algorithme: str = "HS256", **claims: object) -> str:
    """An access token of the session as the door expects it, but for what is given."""
    attendus = {
        "token_type": "borne_access",
        "exp": int(session.expire_le.timestamp()),
        "iat": int(session.ouverte_le.timestamp()),
        "jti": uuid4().hex,
        "sid": str(session.pk),
        "aud": "borne",
        "iss": "nsia-pass",
    }
    valeurs = {nom: valeur for nom, valeur in {**attendus, **claims}.items() if valeur is not None}
    return jwt.encode(valeurs, reglages.CLE_JETONS_CLIENTS if cle is None else cle, algorithm=algorithme)


def refuse(reponse: HttpResponse, code: str = "jeton_invalide") -> None:
    assert (reponse.status_code, reponse.json()["code"]) == (401, code)
    assert reponse.headers["WWW-Authenticate"].startswith("Bearer")
    assert reponse.headers["Content-Type"] == "application/problem+json"


def test_the_defaults_of_rest_framework_let_in_clients_alone() -> None:
    assert [c.__name__ for c in api_settings.DEFAULT_AUTHENTICATION_CLASSES] == ["ClientAuthentication"]
    assert [c.__name__ for c in api_settings.DEFAULT_PERMISSION_CLASSES] == ["EstClient"]


def test_a_client_token_gives_a_client_and_her_session_in_one_query(
    session: SessionBorne, lire: Lire, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        reponse = lire(forge(session))

    assert reponse.status_code == 200
    assert reponse.json() == {"client": session.client_id, "session": str(session.pk)}


@pytest.mark.parametrize("sur_borne", [False, True])
def test_the_function_reads_the_session_that_the_orm_reads(borne: Borne, sur_borne: bool) -> None:
    client = ClientFactory(date_naissance=date(1990, 2, 3), numero_mobile_money="+242061234567")
    session = SessionFactory(client=client, borne=borne if sur_borne else None)

    lue, attendue = selectors.session_du_jeton(session.pk), selectors.sessions().get(pk=session.pk)

    def champs(objet: Model | None) -> dict[str, object]:
        noms = [champ.attname for champ in objet._meta.concrete_fields] if objet else []
        return {nom: getattr(objet, nom) for nom in noms}

    assert lue is not None
    assert champs(lue) == champs(attendue)
    assert champs(lue.client) == champs(attendue.client)
    assert champs(lue.borne) == champs(attendue.borne)
    assert selectors.session_du_jeton(uuid4()) is None


def test_the_client_and_the_kiosk_of_a_session_are_there_without_another_query(
    borne: Borne, django_assert_num_queries
) -> None:
    session = SessionFactory(borne=borne)

    with django_assert_num_queries(1):
        lue = selectors.session_du_jeton(session.pk)
        assert lue is not None
        assert lue.borne is not None
        _ = lue.client.statut, lue.client.telephone, lue.client.date_naissance
        _ = lue.client.numero_mobile_money, lue.client.operateur_mobile
        _ = lue.borne.code, lue.borne.agence_id, lue.borne.cle_empreinte, lue.borne.statut


def test_a_cookie_of_the_back_office_is_not_even_read(
    api: APIClient, session: SessionBorne, django_assert_num_queries
) -> None:
    api.force_login(AgentFactory())

    with django_assert_num_queries(1):
        reponse = api.get("/api/client/", headers=porteur(acces(session)))

    assert "Cookie" not in reponse.headers["Vary"]
    assert "Set-Cookie" not in reponse.headers


def test_without_token_the_door_is_shut(api: APIClient, session: SessionBorne) -> None:
    reponse = api.get("/api/client/")

    refuse(reponse, "non_authentifie")
    assert reponse.headers["WWW-Authenticate"] == 'Bearer realm="borne"'


def test_a_client_token_with_id_1_does_not_become_superuser_1(api: APIClient) -> None:
    agent = Agent.objects.create_superuser("chef@nsia.cg", "un mot de passe long", matricule="AG1")
    client = ClientFactory(pk=agent.pk)
    jeton = forge(SessionFactory(client=client), user_id=agent.pk)

    assert api.get("/api/client/", headers=porteur(jeton)).json()["client"] == client.pk
    refuse(api.get("/api/agent/", headers=porteur(jeton)))
    assert api.get("/admin/", headers=porteur(jeton)).status_code == 302


def test_the_principal_is_no_django_user(session: SessionBorne) -> None:
    principal = ClientConnecte(client_id=session.client_id, session=session)

    assert principal.is_authenticated is True
    for absent in ("pk", "id", "is_staff", "is_superuser", "is_active", "has_perm", "groups", "user_permissions"):
        assert not hasattr(principal, absent)
    with pytest.raises(AttributeError):
        principal.client_id = 1  # type: ignore[misc]


def test_no_token_class_of_simplejwt_reads_ours_nor_ours_theirs(session: SessionBorne, lire: Lire) -> None:
    from rest_framework_simplejwt.tokens import AccessToken, TokenError

    with pytest.raises(TokenError):
        AccessToken(acces(session))  # type: ignore[arg-type]
    refuse(lire(AccessToken.for_user(AgentFactory())))


def test_an_expired_token_is_refused(lire: Lire) -> None:
    with time_machine.travel(MIDI, tick=False) as horloge:
        session = SessionFactory(ouverte_le=MIDI)
        jeton = JetonAccesClient.emettre(fin=MIDI + timedelta(minutes=5), sid=str(session.pk))
        horloge.shift(timedelta(minutes=4, seconds=59))
        assert lire(jeton).status_code == 200
        horloge.shift(timedelta(seconds=1))
        refuse(lire(jeton))


def test_a_token_without_an_end_is_refused(session: SessionBorne, lire: Lire) -> None:
    refuse(lire(forge(session, exp=None)))


def test_a_tampered_token_is_refused(session: SessionBorne, lire: Lire) -> None:
    entete, corps, signature = forge(session).split(".")
    autre = forge(SessionFactory()).split(".")[1]

    refuse(lire(f"{entete}.{autre}.{signature}"))
    refuse(lire(f"{entete}.{corps}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"))
    refuse(lire(f"{entete}.{corps}."))
    refuse(lire(f"{entete}.{corps}"))


def test_a_token_that_claims_alg_none_is_refused(session: SessionBorne, lire: Lire) -> None:
    corps = forge(session).split(".")[1]
    for nom in ("none", "None", "NONE"):
        entete = base64.urlsafe_b64encode(json.dumps({"alg": nom, "typ": "JWT"}).encode()).rstrip(b"=").decode()
        refuse(lire(f"{entete}.{corps}."))
    refuse(lire(jwt.encode({"sid": str(session.pk)}, None, algorithm="none")))


def test_another_algorithm_with_the_right_key_is_refused(session: SessionBorne, lire: Lire) -> None:
    refuse(lire(forge(session, algorithme="HS512")))


@pytest.mark.parametrize("audience", ["agents", "", None, ["agents"]])
def test_a_token_for_another_audience_is_refused(session: SessionBorne, lire: Lire, audience: object) -> None:
    refuse(lire(forge(session, aud=audience)))


@pytest.mark.parametrize("emetteur", ["quelqu-un", None])
def test_a_token_of_another_issuer_is_refused(session: SessionBorne, lire: Lire, emetteur: str | None) -> None:
    refuse(lire(forge(session, iss=emetteur)))


@pytest.mark.parametrize("sorte", ["borne_refresh", "agent_access", "access", None])
def test_a_token_of_another_type_is_refused(session: SessionBorne, lire: Lire, sorte: str | None) -> None:
    refuse(lire(forge(session, token_type=sorte)))


def test_a_refresh_token_is_no_access_token(session: SessionBorne, lire: Lire, rafraichir) -> None:
    jeton = JetonRafraichissementClient.emettre(fin=session.expire_le, sid=str(session.pk))

    refuse(lire(jeton))
    refuse(rafraichir(acces(session)))


@pytest.mark.parametrize("cle", ["CLE_JETONS_AGENTS", "SECRET_KEY", "CLE_COMPTEURS"])
def test_a_token_signed_by_another_of_our_keys_is_refused(session: SessionBorne, lire: Lire, cle: str) -> None:
    refuse(lire(forge(session, cle=getattr(reglages, cle))))


def test_our_keys_differ() -> None:
    noms = ("SECRET_KEY", "CLE_JETONS_CLIENTS", "CLE_JETONS_AGENTS", "CLE_COMPTEURS")
    assert len({getattr(reglages, nom) for nom in noms}) == len(noms)


@pytest.mark.parametrize(
    "claims",
    [{"sid": None}, {"sid": "1"}, {"sid": 1}, {"sid": ["a"]}, {"jti": None}, {"jti": "1"}, {"jti": 7}],
)
def test_a_token_whose_claims_cannot_be_read_is_refused(
    session: SessionBorne, lire: Lire, claims: dict[str, object]
) -> None:
    refuse(lire(forge(session, **claims)))


@pytest.mark.parametrize(
    "entete",
    [
        "Bearer",
        "Bearer ",
        "Basic Y2xpZW50OmNsaWVudA==",
        "Bearer a b c",
        "Bearer é€",
        "Bearer " + "a" * 1_001,
        "Bearer " + base64.urlsafe_b64encode(b"[" * 700).decode() + ".e30.AA",
        "token",
    ],
)
def test_any_other_authorization_header_is_refused(api: APIClient, session: SessionBorne, entete: str) -> None:
    refuse(api.get("/api/client/", headers={"Authorization": entete}))


def test_a_header_nested_beyond_the_stack_is_refused_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.borne_auth.errors import JetonInvalide

    monkeypatch.setattr("apps.borne_auth.tokens.LONGUEUR_MAX", 1_000_000)
    with pytest.raises(JetonInvalide):
        JetonAccesClient.lire(base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".e30.AA")


def test_a_family_of_tokens_must_say_which_claims_it_reads(session: SessionBorne) -> None:
    with pytest.raises(NotImplementedError):
        Jeton.verify_claims(JetonAccesClient.lire(acces(session)))


def test_the_scheme_of_the_header_is_case_insensitive(api: APIClient, session: SessionBorne) -> None:
    assert api.get("/api/client/", headers={"Authorization": f"bearer {acces(session)}"}).status_code == 200


def test_a_token_of_a_closed_session_is_refused_at_once(session: SessionBorne, lire: Lire) -> None:
    jeton = acces(session)
    assert lire(jeton).status_code == 200

    assert fermer_session(session_id=session.pk, motif=SessionBorne.Motif.DECONNEXION) is True
    assert fermer_session(session_id=session.pk, motif=SessionBorne.Motif.DECONNEXION) is False

    refuse(lire(jeton), "session_terminee")


def test_a_token_that_outlives_its_session_is_refused(lire: Lire) -> None:
    session = SessionFactory(ouverte_le=datetime.now(UTC) - timedelta(minutes=31))

    refuse(lire(forge(session, exp=int(datetime.now(UTC).timestamp()) + 60)), "session_terminee")


def test_a_token_of_a_session_that_is_no_more_is_refused(session: SessionBorne, lire: Lire) -> None:
    jeton = acces(session)
    session.delete()

    refuse(lire(jeton), "session_terminee")


@pytest.mark.parametrize("statut", ["suspendu", "inactif"])
def test_a_client_who_is_suspended_loses_her_session(session: SessionBorne, lire: Lire, statut: str) -> None:
    ClientPass.objects.update(statut=statut)

    refuse(lire(acces(session)), "session_terminee")


class TestKiosk:
    """The key of the kiosk where the session was opened goes with each request."""

    @pytest.fixture
    def jeton(self, borne: Borne) -> str:
        return acces(SessionFactory(borne=borne))

    def test_where_it_is_required_nothing_else_opens(self, jeton: str, borne: Borne, lire: Lire, settings) -> None:
        settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True
        BorneFactory(cle="autre")

        assert lire(jeton, **{"X-Borne-Cle": CLE}).status_code == 200
        refuse(lire(jeton), "borne_inconnue")
        refuse(lire(jeton, **{"X-Borne-Cle": ""}), "borne_inconnue")
        refuse(lire(jeton, **{"X-Borne-Cle": "autre"}), "borne_inconnue")

    def test_a_session_opened_elsewhere_is_refused_where_it_is_required(
        self, session: SessionBorne, borne: Borne, lire: Lire, settings
    ) -> None:
        settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True

        refuse(lire(acces(session)), "borne_inconnue")
        refuse(lire(acces(session), **{"X-Borne-Cle": CLE}), "borne_inconnue")

    def test_where_it_is_not_required_a_wrong_key_is_still_refused(
        self, jeton: str, session: SessionBorne, lire: Lire
    ) -> None:
        assert lire(jeton).status_code == 200
        assert lire(jeton, **{"X-Borne-Cle": CLE}).status_code == 200
        refuse(lire(jeton, **{"X-Borne-Cle": "fausse"}), "borne_inconnue")
        refuse(lire(acces(session), **{"X-Borne-Cle": CLE}), "borne_inconnue")

    def test_it_costs_no_query(self, jeton: str, lire: Lire, settings, django_assert_num_queries) -> None:
        settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True
        with django_assert_num_queries(1):
            lire(jeton, **{"X-Borne-Cle": CLE})

    def test_a_kiosk_that_is_switched_off_opens_nothing(self, jeton: str, lire: Lire) -> None:
        Borne.objects.update(statut="desactivee")

        refuse(lire(jeton, **{"X-Borne-Cle": CLE}), "borne_desactivee")
        refuse(lire(jeton), "borne_desactivee")


def test_a_staff_token_opens_no_client_route_and_the_reverse(api: APIClient, session: SessionBorne) -> None:
    agent = AgentFactory()
    du_personnel = porteur(JetonAgent.emettre(fin=session.expire_le, agent=str(agent.pk)))
    de_cliente = porteur(acces(session))

    assert api.get("/api/agent/", headers=du_personnel).json() == {"agent": agent.pk}
    assert api.get("/api/client/", headers=de_cliente).status_code == 200
    refuse(api.get("/api/client/", headers=du_personnel))
    refuse(api.get("/api/agent/", headers=de_cliente))


def test_the_cookie_of_the_back_office_opens_no_route_of_the_api(api: APIClient, db: None) -> None:
    api.force_login(Agent.objects.create_superuser("chef@nsia.cg", "un mot de passe long", matricule="AG1"))

    refuse(api.get("/api/client/"), "non_authentifie")
    refuse(api.get("/api/agent/"), "non_authentifie")
