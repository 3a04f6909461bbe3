from typing import Any

import pytest
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from drf_spectacular.validation import validate_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nsia_pass_api.money import MontantField
from nsia_pass_api.problems import ProblemeSerializer
from nsia_pass_api.telephones import TelephoneField


class PaiementSerializer(serializers.Serializer[Any]):
    montant = MontantField(max_value=5_000)
    telephone = TelephoneField()


class Porte(BaseAuthentication):
    def authenticate(self, request: Request) -> None:
        return None


class PublicApi(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(operation_id="public", responses=PaiementSerializer)
    def get(self, request: Request, code: str) -> Response:
        raise NotImplementedError


class PriveApi(APIView):
    authentication_classes = [Porte]

    @extend_schema(
        operation_id="payer",
        request=PaiementSerializer,
        responses={
            201: PaiementSerializer,
            400: OpenApiResponse(description="Montant hors limites."),
            409: OpenApiResponse(
                ProblemeSerializer,
                description="Paiement déjà en cours.",
                examples=[OpenApiExample("En cours", {"code": "paiement_en_cours"})],
            ),
        },
    )
    def post(self, request: Request) -> Response:
        raise NotImplementedError


PATTERNS = [path("api/public/<str:code>/", PublicApi.as_view()), path("api/prive/", PriveApi.as_view())]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    generated: dict[str, Any] = SchemaGenerator(patterns=PATTERNS).get_schema(request=None, public=True)
    validate_schema(generated)
    return generated


def errors(schema: dict[str, Any], url: str, method: str) -> dict[str, str]:
    """Description of each error answer, after checking that it is a problem."""
    found = {}
    for code, response in schema["paths"][url][method]["responses"].items():
        if code >= "400":
            (media,) = response["content"]
            assert media == "application/problem+json"
            assert response["content"][media]["schema"] == {"$ref": "#/components/schemas/Probleme"}
            found[code] = response["description"]
    return found


def test_a_public_reading(schema: dict[str, Any]) -> None:
    assert errors(schema, "/api/public/{code}/", "get") == {
        "404": "Introuvable.",
        "500": "Incident de notre côté.",
        "default": "Toute autre erreur.",
    }


def test_a_protected_writing_with_its_own_refusals(schema: dict[str, Any]) -> None:
    assert errors(schema, "/api/prive/", "post") == {
        "400": "Montant hors limites.",
        "401": "Identification requise.",
        "403": "Accès refusé.",
        "409": "Paiement déjà en cours.",
        "500": "Incident de notre côté.",
        "default": "Toute autre erreur.",
    }
    conflict = schema["paths"]["/api/prive/"]["post"]["responses"]["409"]["content"]["application/problem+json"]
    assert conflict["examples"] == {"EnCours": {"value": {"code": "paiement_en_cours"}, "summary": "En cours"}}


def test_success_keeps_its_media_type(schema: dict[str, Any]) -> None:
    assert list(schema["paths"]["/api/prive/"]["post"]["responses"]["201"]["content"]) == ["application/json"]


def test_components(schema: dict[str, Any]) -> None:
    components = schema["components"]["schemas"]

    assert components["Probleme"]["required"] == ["code", "detail", "status", "title", "type"]
    assert components["Probleme"]["properties"]["champs"]["additionalProperties"] == {
        "type": "array",
        "items": {"type": "string"},
    }
    montant = components["PaiementRequest"]["properties"]["montant"]
    assert (montant["type"], montant["minimum"], montant["maximum"]) == ("integer", 1, 5_000)
    assert components["PaiementRequest"]["properties"]["telephone"]["pattern"] == r"^((\+|00)?242)?0[1456][0-9]{7}$"
