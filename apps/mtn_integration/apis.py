"""Where MTN's callbacks arrive."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.mtn_integration.services import CODE
from apps.pass_payments.operateurs.apis import RappelOperateurApi

Methode = Callable[["RappelApi", Request], Response]


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


class RappelApi(RappelOperateurApi):
    operateur = CODE

    @_schema("post")
    def post(self, request: Request) -> Response:
        return self.recevoir(request)

    @_schema("put")
    def put(self, request: Request) -> Response:
        return self.recevoir(request)
