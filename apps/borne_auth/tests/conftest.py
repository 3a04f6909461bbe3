from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from rest_framework.test import APIClient

from apps.borne_auth.models import Borne
from apps.borne_auth.tests.factories import BorneFactory
from apps.pass_clients.models import NumeroPolice
from apps.pass_clients.tests.factories import ClientFactory, contrat_en_vigueur

POLICE = "CG-2026-VIE-001"
TELEPHONE = "+242061234567"
CLE = "cle-de-la-borne-d-essai"


@pytest.fixture
def api() -> APIClient:
    return APIClient(raise_request_exception=False)


@pytest.fixture
def contrat(db: None) -> NumeroPolice:
    """Jean Baptiste KONGO's active contract CG-2026-VIE-001."""
    return contrat_en_vigueur(client=ClientFactory(nom="KONGO", telephone=TELEPHONE), numero=POLICE)


@pytest.fixture
def borne(db: None) -> Borne:
    """An active kiosk whose key is CLE."""
    return BorneFactory(code="BZV-CENTRE-01", cle=CLE)


@pytest.fixture
def connecter(api: APIClient) -> Callable[..., HttpResponse]:
    """Logs in; keywords: police, telephone, adresse, and `cle` for a kiosk."""

    def post(
        *, police: str = POLICE, telephone: str = TELEPHONE, adresse: str = "41.78.1.1", **entetes: Any
    ) -> HttpResponse:
        return api.post(
            "/api/v1/auth/login/",
            {"police": police, "telephone": telephone},
            format="json",
            REMOTE_ADDR=adresse,
            headers={"X-Borne-Cle": entetes["cle"]} if "cle" in entetes else {},
        )

    return post


@pytest.fixture
def rafraichir(api: APIClient) -> Callable[..., HttpResponse]:
    def post(refresh: str, **entetes: str) -> HttpResponse:
        return api.post("/api/v1/auth/refresh/", {"refresh": refresh}, format="json", headers=entetes)

    return post


def porteur(jeton: object, **autres: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {jeton}", **autres}
