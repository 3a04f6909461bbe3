"""Where MTN's callbacks arrive. They are hints: stored as they came, believed never."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.pass_payments.services.rappels import recevoir_rappel
from nsia_pass_api.addresses import adresse_du_client
from nsia_pass_api.problems import CorpsTropGrand, TypeDeContenuRefuse

TAILLE_MAXIMUM = 16 * 1024
# What a form or a page sends, which no operator does. Nobody has shown what MTN's own header says: anything else is read.
TYPES_REFUSES = ("multipart/", "application/x-www-form-urlencoded", "text/html")

Methode = Callable[["RappelApi", Request], Response]


class SansNegociation(DefaultContentNegotiation):
    """There is no body to choose a type for: whatever the caller accepts is well."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class PartieSerializer(serializers.Serializer[Any]):
    partyIdType = serializers.CharField(required=False)
    partyId = serializers.CharField(required=False)


class RappelSerializer(serializers.Serializer[Any]):
    """What MTN is known to send, for the schema alone: nothing here validates a callback."""

    externalId = serializers.CharField(required=False, help_text="Notre numéro de paiement.")
    amount = serializers.CharField(required=False)
    currency = serializers.CharField(required=False)
    payer = PartieSerializer(required=False)
    status = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)
    financialTransactionId = serializers.CharField(required=False)


def _schema(methode: str) -> Callable[[Methode], Methode]:
    decorateur: Callable[[Methode], Methode] = extend_schema(
        operation_id=f"mtn_callback_{methode}",
        summary="Rappel de MTN MoMo",
        description=(
            "Réservé à MTN, sans authentification puisque MTN ne signe rien. Le corps, quel qu'il soit jusqu'à 16 kio, est "
            "gardé tel quel s'il nomme un paiement ; il n'en change aucun : il fait seulement interroger MTN sans attendre."
        ),
        tags=["mtn"],
        request=RappelSerializer,
        responses={
            200: OpenApiResponse(description="Reçu, sans corps de réponse, même si le rappel est illisible ou faux."),
            413: OpenApiResponse(description="Le corps dépasse 16 kio : rien n'est gardé."),
            415: OpenApiResponse(description="Formulaire ou page : rien n'est gardé."),
        },
        examples=[
            OpenApiExample(
                "Paiement refusé",
                value={
                    "externalId": "PAY-20261121-7F3K9Q",
                    "amount": "1500",
                    "currency": "XAF",
                    "payer": {"partyIdType": "MSISDN", "partyId": "242061234567"},
                    "status": "FAILED",
                    "reason": "APPROVAL_REJECTED",
                },
                request_only=True,
            )
        ],
    )
    return decorateur


class RappelApi(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    content_negotiation_class = SansNegociation

    @_schema("post")
    def post(self, request: Request) -> Response:
        return self._recevoir(request)

    @_schema("put")
    def put(self, request: Request) -> Response:
        return self._recevoir(request)

    def _recevoir(self, request: Request) -> Response:
        """The body is stored, made of what a text column can hold; the size is judged before anything is read."""
        annonce = str(request.META.get("CONTENT_LENGTH", ""))
        if annonce.isdecimal() and int(annonce) > TAILLE_MAXIMUM:
            raise CorpsTropGrand("Un rappel a 16 kio au plus.")
        if str(request.META.get("CONTENT_TYPE", "")).lower().startswith(TYPES_REFUSES):
            raise TypeDeContenuRefuse
        # The request of Django: REST framework's would parse the body, and refuse what is not JSON.
        brut = request._request.body
        corps = brut.decode("utf-8", "replace").replace("\x00", "\ufffd")
        recevoir_rappel(operateur="mtn_money", corps=corps, adresse=adresse_du_client(request._request))
        return Response(status=200)
