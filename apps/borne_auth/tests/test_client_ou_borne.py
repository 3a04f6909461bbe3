"""The door of prospects: a client's token, or a kiosk's key where kiosks are registered; never a staff token."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from apps.borne_auth.authentication import BorneAuthentication, BorneConnectee, ClientAuthentication, ClientConnecte
from apps.borne_auth.models import Borne, SessionBorne
from apps.borne_auth.permissions import EstAgent, EstClient, EstClientOuBorne
from apps.borne_auth.tests.conftest import CLE
from apps.borne_auth.tests.factories import AgentFactory, SessionFactory
from apps.borne_auth.tokens import JetonAccesClient, JetonAgent

pytestmark = pytest.mark.django_db


class Porte(APIView):
    authentication_classes = (ClientAuthentication, BorneAuthentication)
    permission_classes: tuple[type[BasePermission], ...] = (EstClientOuBorne,)

    def get(self, request: Request) -> Response:
        return Response({"client": request.user.client_id, "origine": request.user.origine})


def frapper(**entetes: str) -> tuple[int, Any]:
    noms = {"authorization": "Authorization", "cle": "X-Borne-Cle"}
    requete = APIRequestFactory().get("/", headers={noms[nom]: valeur for nom, valeur in entetes.items()})
    response = Porte.as_view()(requete)
    return response.status_code, getattr(response, "data", None)


def jeton(session: SessionBorne) -> str:
    return f"Bearer {JetonAccesClient.emettre(fin=session.expire_le, sid=str(session.pk))}"


def test_a_client_in_one_query(borne: Borne) -> None:
    session = SessionFactory()
    with CaptureQueriesContext(connection) as requetes:
        assert frapper(authorization=jeton(session)) == (200, {"client": session.client_id, "origine": ""})
    assert len(requetes) == 1


def test_a_client_is_known_by_her_token_even_at_a_kiosk(borne: Borne) -> None:
    session = SessionFactory(borne=borne)
    assert frapper(authorization=jeton(session), cle=CLE) == (
        200,
        {"client": session.client_id, "origine": "BZV-CENTRE-01"},
    )


def test_a_prospect_at_a_kiosk_in_one_query(borne: Borne, settings: Settings) -> None:
    settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True
    with CaptureQueriesContext(connection) as requetes:
        assert frapper(cle=CLE) == (200, {"client": None, "origine": "BZV-CENTRE-01"})
    assert len(requetes) == 1


@pytest.mark.parametrize(("obligatoire", "statut"), [(False, 200), (True, 401)])
def test_without_a_key(settings: Settings, obligatoire: bool, statut: int) -> None:
    settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = obligatoire
    assert frapper()[0] == statut


@pytest.mark.parametrize("obligatoire", [False, True])
def test_a_wrong_key_is_refused_even_where_none_is_required(
    borne: Borne, settings: Settings, obligatoire: bool
) -> None:
    settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = obligatoire
    assert frapper(cle="une-autre")[0] == 401
    Borne.objects.update(statut="desactivee")
    assert frapper(cle=CLE)[0] == 401


@pytest.mark.parametrize("brut", ["Bearer", "Bearer n'importe", "Basic YTpi", "Token x"])
def test_a_broken_token_does_not_fall_back_on_the_kiosk(borne: Borne, brut: str) -> None:
    """Else whoever lost her session would subscribe as a stranger without being told."""
    assert frapper(authorization=brut, cle=CLE)[0] == 401


def test_a_staff_token_opens_nothing(borne: Borne, settings: Settings) -> None:
    settings.AGENTS_API_ACTIVE = True
    session = SessionFactory()
    agent = JetonAgent.emettre(fin=session.expire_le, agent=str(AgentFactory(is_superuser=True).pk))
    assert frapper(authorization=f"Bearer {agent}", cle=CLE)[0] == 401


def test_a_closed_session_opens_nothing(borne: Borne) -> None:
    session = SessionFactory()
    porteur = jeton(session)
    SessionBorne.objects.update(fermee_le=session.ouverte_le, motif_fermeture="deconnexion")
    assert frapper(authorization=porteur, cle=CLE)[0] == 401


def test_whoever_stands_at_a_kiosk_is_neither_a_client_nor_staff(borne: Borne) -> None:
    requete = Request(APIRequestFactory().get("/"))
    requete.user, requete.auth = BorneConnectee(borne=borne), None
    portes: dict[Callable[[], BasePermission], bool] = {EstClientOuBorne: True, EstClient: False, EstAgent: False}
    assert {porte: porte().has_permission(requete, Porte()) for porte in portes} == portes


def test_a_principal_without_its_token_is_nobody(borne: Borne) -> None:
    session = SessionFactory()
    requete = Request(APIRequestFactory().get("/"))
    requete.user, requete.auth = ClientConnecte(client_id=session.client_id, session=session), None
    assert not EstClientOuBorne().has_permission(requete, Porte())
