from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

ROUTES = {
    "/api/v1/auth/login/": "post",
    "/api/v1/auth/refresh/": "post",
    "/api/v1/auth/logout/": "post",
    "/api/v1/agents/connexion/": "post",
    "/api/v1/agents/moi/": "get",
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_each_door_says_with_what_it_opens(schema: dict[str, Any]) -> None:
    schemes = schema["components"]["securitySchemes"]
    assert (schemes["cleBorne"]["in"], schemes["cleBorne"]["name"]) == ("header", "X-Borne-Cle")
    assert schemes["jetonClient"]["scheme"] == schemes["jetonAgent"]["scheme"] == "bearer"

    assert {route: schema["paths"][route][methode]["security"] for route, methode in ROUTES.items()} == {
        "/api/v1/auth/login/": [{"cleBorne": []}, {}],
        "/api/v1/auth/refresh/": [{"cleBorne": []}, {}],
        "/api/v1/auth/logout/": [{"jetonClient": [], "cleBorne": []}, {"jetonClient": []}],
        "/api/v1/agents/connexion/": [{}],
        "/api/v1/agents/moi/": [{"jetonAgent": []}],
    }


def test_each_door_lists_its_answers(schema: dict[str, Any]) -> None:
    reponses = {
        route: {code for code in schema["paths"][route][methode]["responses"] if code < "500"}
        for route, methode in ROUTES.items()
    }

    assert reponses["/api/v1/auth/login/"] == {"200", "202", "400", "401", "429"}
    assert reponses["/api/v1/auth/refresh/"] == {"200", "400", "401"}
    assert reponses["/api/v1/auth/logout/"] == {"204", "401", "403"}
    assert reponses["/api/v1/agents/connexion/"] == {"200", "400", "401", "403", "404", "429"}
    assert reponses["/api/v1/agents/moi/"] == {"200", "401", "403", "404"}


def test_a_login_is_shown_by_an_example(schema: dict[str, Any]) -> None:
    login = schema["paths"]["/api/v1/auth/login/"]["post"]
    demande = login["requestBody"]["content"]["application/json"]["examples"]["Connexion"]["value"]
    reponse = login["responses"]["200"]["content"]["application/json"]["examples"]["Connectée"]["value"]

    assert demande == {"police": "CG-2026-VIE-001", "telephone": "+242061234567"}
    assert set(reponse) == {"tokens", "expires_at", "client", "contrat"}
