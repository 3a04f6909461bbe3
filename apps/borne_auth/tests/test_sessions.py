"""Refresh and logout."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from rest_framework.test import APIClient

from apps.borne_auth.models import Borne, JetonRafraichissement, SessionBorne
from apps.borne_auth.services import rafraichir as rafraichir_service
from apps.borne_auth.services import reactiver_borne
from apps.borne_auth.tests.conftest import CLE, porteur
from apps.borne_auth.tests.factories import SessionFactory
from apps.borne_auth.tests.races import en_parallele
from apps.borne_auth.tokens import JetonAccesClient, JetonRafraichissementClient
from apps.pass_clients.models import ClientPass, NumeroPolice
from nsia_pass_api.errors import ErreurPass

pytestmark = [pytest.mark.django_db, pytest.mark.urls("apps.borne_auth.tests.urls")]

MIDI = datetime(2026, 11, 21, 11, tzinfo=UTC)
Appel = Callable[..., HttpResponse]


@pytest.fixture
def tokens(contrat: NumeroPolice, connecter: Appel) -> dict[str, str]:
    return connecter().json()["tokens"]


@pytest.fixture
def tokens_de_borne(contrat: NumeroPolice, borne: Borne, connecter: Appel) -> dict[str, str]:
    return connecter(cle=CLE).json()["tokens"]


def statut_client(api: APIClient, acces: str) -> int:
    return api.get("/api/client/", headers=porteur(acces)).status_code


def test_a_refresh_gives_new_tokens_until_the_same_end(
    contrat: NumeroPolice, connecter: Appel, rafraichir: Appel, api: APIClient
) -> None:
    with time_machine.travel(MIDI, tick=False) as horloge:
        premiers = connecter().json()["tokens"]
        horloge.shift(timedelta(minutes=28))
        reponse = rafraichir(premiers["refresh"])
        corps = reponse.json()
        acces = JetonAccesClient.lire(corps["tokens"]["access"])
        suivant = JetonRafraichissementClient.lire(corps["tokens"]["refresh"])
        fin = MIDI + timedelta(minutes=30)

        assert (reponse.status_code, reponse.headers["Cache-Control"]) == (200, "no-store")
        assert set(corps) == {"tokens", "expires_at"}
        assert parse_datetime(corps["expires_at"]) == fin
        assert acces.payload["exp"] == suivant.payload["exp"] == int(fin.timestamp())
        assert acces.session_id == suivant.session_id == SessionBorne.objects.get().pk
        assert statut_client(api, corps["tokens"]["access"]) == 200
        horloge.shift(timedelta(minutes=2))
        assert rafraichir(corps["tokens"]["refresh"]).json()["code"] == "jeton_invalide"
        assert statut_client(api, corps["tokens"]["access"]) == 401


def test_a_chain_of_refreshes_works_and_uses_each_token_once(tokens: dict[str, str], rafraichir: Appel) -> None:
    for _ in range(3):
        tokens = rafraichir(tokens["refresh"]).json()["tokens"]

    assert JetonRafraichissement.objects.filter(utilise_le__isnull=False).count() == 3
    assert JetonRafraichissement.objects.filter(utilise_le__isnull=True).count() == 1


def test_a_reused_refresh_token_closes_the_whole_session(
    tokens: dict[str, str], rafraichir: Appel, api: APIClient
) -> None:
    nouveaux = rafraichir(tokens["refresh"]).json()["tokens"]
    assert statut_client(api, nouveaux["access"]) == 200

    reponse = rafraichir(tokens["refresh"])

    session = SessionBorne.objects.get()
    assert (reponse.status_code, reponse.json()["code"]) == (401, "session_terminee")
    assert (session.motif_fermeture, session.fermee_le is not None) == ("jeton_reutilise", True)
    assert statut_client(api, nouveaux["access"]) == statut_client(api, tokens["access"]) == 401
    assert rafraichir(nouveaux["refresh"]).json()["code"] == "session_terminee"


def test_a_reuse_closes_the_session_even_from_a_stranger_s_machine(
    tokens_de_borne: dict[str, str], rafraichir: Appel
) -> None:
    rafraichir(tokens_de_borne["refresh"], **{"X-Borne-Cle": CLE})

    assert rafraichir(tokens_de_borne["refresh"], **{"X-Borne-Cle": "fausse"}).json()["code"] == "session_terminee"
    assert SessionBorne.objects.get().motif_fermeture == "jeton_reutilise"


@pytest.mark.django_db(transaction=True)
def test_eight_concurrent_refreshes_have_one_success_and_close_the_session(
    contrat: NumeroPolice, connecter: Appel
) -> None:
    for _ in range(5):
        refresh = connecter().json()["tokens"]["refresh"]

        reponses = en_parallele(
            8, lambda rang, jeton=refresh: APIClient().post("/api/v1/auth/refresh/", {"refresh": jeton}, format="json")
        )

        assert sorted(reponse.status_code for reponse in reponses) == [200] + [401] * 7
        session = SessionBorne.objects.latest("ouverte_le")
        assert session.motif_fermeture == "jeton_reutilise"
        assert session.jetons.count() == 2
        gagnante = next(reponse for reponse in reponses if reponse.status_code == 200)
        assert statut_client(APIClient(), gagnante.json()["tokens"]["access"]) == 401


@pytest.mark.django_db(transaction=True)
def test_a_reuse_that_races_with_the_first_use_closes_the_session(
    contrat: NumeroPolice, connecter: Appel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read the token as unused: the conditional UPDATE alone decides, and the loser still closes the session."""
    jeton = JetonRafraichissementClient.lire(connecter().json()["tokens"]["refresh"])

    def prise_entre_lecture_et_ecriture(session: SessionBorne, *, cle: str | None) -> None:
        JetonRafraichissement.objects.filter(pk=jeton.jti).update(utilise_le=datetime.now(UTC))

    monkeypatch.setattr("apps.borne_auth.services.verifier_borne", prise_entre_lecture_et_ecriture)
    with pytest.raises(ErreurPass) as refus:
        rafraichir_service(jeton=jeton, cle_borne=None)

    assert refus.value.code == "session_terminee"
    assert SessionBorne.objects.get().motif_fermeture == "jeton_reutilise"
    assert JetonRafraichissement.objects.count() == 1


def test_an_unknown_refresh_token_is_refused_though_well_signed(rafraichir: Appel) -> None:
    session, autre = SessionFactory(), SessionFactory()
    jeton = JetonRafraichissement.objects.create(session=session, expire_le=session.expire_le)

    for sid, jti in ((session.pk, uuid4()), (autre.pk, jeton.jti)):
        forge = JetonRafraichissementClient.emettre(fin=session.expire_le, sid=str(sid), jti=str(jti))
        assert rafraichir(str(forge)).json()["code"] == "jeton_invalide"
    assert SessionBorne.objects.filter(fermee_le__isnull=True).count() == 2


@pytest.mark.parametrize("corps", [{}, {"refresh": None}, {"refresh": 7}, {"refresh": ["a"]}, {"refresh": ""}])
def test_a_refresh_needs_a_token(api: APIClient, db: None, corps: dict[str, object]) -> None:
    reponse = api.post("/api/v1/auth/refresh/", corps, format="json")

    assert (reponse.status_code, set(reponse.json()["champs"])) == (400, {"refresh"})


@pytest.mark.parametrize("refresh", ["n'importe quoi", "a" * 5_000, "é.è.ê"])
def test_a_refresh_of_what_is_no_token_is_refused(rafraichir: Appel, db: None, refresh: str) -> None:
    assert (rafraichir(refresh).status_code, rafraichir(refresh).json()["code"]) == (401, "jeton_invalide")


def test_a_suspended_client_refreshes_nothing(tokens: dict[str, str], rafraichir: Appel) -> None:
    ClientPass.objects.update(statut="suspendu")

    assert rafraichir(tokens["refresh"]).json()["code"] == "session_terminee"
    assert JetonRafraichissement.objects.get().utilise_le is None


def test_a_session_of_a_kiosk_is_refreshed_with_its_key(
    tokens_de_borne: dict[str, str], rafraichir: Appel, borne: Borne, settings
) -> None:
    settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True
    refresh = tokens_de_borne["refresh"]

    assert rafraichir(refresh).json()["code"] == "borne_inconnue"
    assert rafraichir(refresh, **{"X-Borne-Cle": "fausse"}).json()["code"] == "borne_inconnue"
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3), tick=False):
        assert rafraichir(refresh, **{"X-Borne-Cle": CLE, "X-Borne-Version": "2.5"}).status_code == 200
        maintenant = datetime.now(UTC)

    borne.refresh_from_db()
    assert (borne.version, borne.dernier_contact) == ("2.5", maintenant)


def test_a_refresh_without_the_key_is_no_contact_of_the_kiosk(
    tokens_de_borne: dict[str, str], rafraichir: Appel, borne: Borne
) -> None:
    borne.refresh_from_db()
    contact = borne.dernier_contact

    assert rafraichir(tokens_de_borne["refresh"]).status_code == 200

    borne.refresh_from_db()
    assert borne.dernier_contact == contact


def test_logout_stops_every_token_at_once_and_may_be_repeated(
    tokens: dict[str, str], rafraichir: Appel, api: APIClient
) -> None:
    nouveaux = rafraichir(tokens["refresh"]).json()["tokens"]

    for acces in (nouveaux["access"], nouveaux["access"], tokens["access"]):
        reponse = api.post("/api/v1/auth/logout/", headers=porteur(acces))
        assert (reponse.status_code, reponse.content) == (204, b"")

    assert SessionBorne.objects.get().motif_fermeture == "deconnexion"
    assert statut_client(api, tokens["access"]) == statut_client(api, nouveaux["access"]) == 401
    assert rafraichir(nouveaux["refresh"]).json()["code"] == "session_terminee"


def test_logout_takes_a_refresh_token_in_its_body_without_needing_it(tokens: dict[str, str], api: APIClient) -> None:
    corps = {"refresh": tokens["refresh"]}

    reponse = api.post("/api/v1/auth/logout/", corps, format="json", headers=porteur(tokens["access"]))

    assert reponse.status_code == 204


def test_logout_needs_the_access_token(tokens: dict[str, str], api: APIClient) -> None:
    assert api.post("/api/v1/auth/logout/").status_code == 401
    assert api.post("/api/v1/auth/logout/", headers=porteur(tokens["refresh"])).status_code == 401
    assert SessionBorne.objects.get().fermee_le is None


def test_logout_closes_no_other_session_of_the_client(contrat: NumeroPolice, connecter: Appel, api: APIClient) -> None:
    ici, ailleurs = connecter().json()["tokens"], connecter().json()["tokens"]

    api.post("/api/v1/auth/logout/", headers=porteur(ici["access"]))

    assert statut_client(api, ailleurs["access"]) == 200


def test_a_logout_at_a_kiosk_is_a_contact(tokens_de_borne: dict[str, str], borne: Borne, api: APIClient) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3), tick=False):
        entetes = porteur(tokens_de_borne["access"], **{"X-Borne-Cle": CLE})
        assert api.post("/api/v1/auth/logout/", headers=entetes).status_code == 204
        maintenant = datetime.now(UTC)

    borne.refresh_from_db()
    assert borne.dernier_contact == maintenant


def test_reactivating_a_kiosk_revives_no_session(
    tokens_de_borne: dict[str, str], borne: Borne, api: APIClient, rafraichir: Appel
) -> None:
    from apps.borne_auth.services import desactiver_borne

    assert desactiver_borne(borne=borne) == 1
    assert rafraichir(tokens_de_borne["refresh"]).json()["code"] == "session_terminee"
    reactiver_borne(borne=borne)

    assert statut_client(api, tokens_de_borne["access"]) == 401
    assert SessionBorne.objects.get().motif_fermeture == "borne_desactivee"
