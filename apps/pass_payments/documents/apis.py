"""What a client prints. Reading a PDF hands a document out: it writes its row and its code.

Each police is one of the token's client; any other gives the same 404 as an unknown one.
"""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.pass_clients.selectors import contrat_du_client
from apps.pass_payments.apis import INTROUVABLE, ApiClient, client_connecte
from apps.pass_payments.documents import attestation, recu, releve, selectors, services
from apps.pass_payments.documents.serializers import (
    AttestationSerializer,
    ChoixAttestationSerializer,
    ChoixRecuSerializer,
    FiltresReleveSerializer,
    RecuSerializer,
    ReleveSerializer,
)
from nsia_pass_api.pdf.reponses import FormatDemande, PdfRenderer, pdf

_PDF = OpenApiResponse(
    OpenApiTypes.BINARY,
    description="Le document.",
    examples=[OpenApiExample("PDF", "%PDF-1.3 …", media_type="application/pdf", response_only=True)],
)


_TROP = OpenApiResponse(
    description="Ce contrat a donné 20 relevés et attestations aujourd'hui ; `Retry-After` : secondes."
)


class ApiDocument(ApiClient):
    content_negotiation_class = FormatDemande


class ReleveApi(ApiDocument):
    renderer_classes = [JSONRenderer, PdfRenderer]

    @extend_schema(
        operation_id="client_releve",
        summary="Relevé de cotisations",
        description=(
            "Les contrats du client, ou `contrat` seul, avec leurs soldes du jour, leurs échéances et leurs paiements "
            "confirmés. `from` et `to` valent pour les échéances et, au jour de Brazzaville où il a été demandé, pour un "
            "paiement. `format=pdf` : le document A4, avec son code de vérification, le même toute la journée."
        ),
        tags=["documents"],
        parameters=[FiltresReleveSerializer],
        responses={
            (200, "application/json"): ReleveSerializer,
            (200, "application/pdf"): _PDF,
            404: INTROUVABLE,
            429: _TROP,
        },
    )
    def get(self, request: Request, police: str) -> Response:
        choix = _lire(FiltresReleveSerializer, request)
        portee: dict[str, Any] = {
            "client_id": client_connecte(request),
            "police": police,
            "contrat": choix.get("contrat"),
            "du": choix.get("from"),
            "au": choix.get("to"),
        }
        if choix["format"] == "json":
            return Response(ReleveSerializer(selectors.releve(**portee)).data)
        contenu, emission = services.emettre_releve(**portee)
        return pdf(releve.dessiner(contenu, emission), nom=f"releve-{(choix.get('contrat') or police).upper()}")


class AttestationApi(ApiDocument):
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(
        operation_id="client_attestation",
        summary="Attestation d'assurance",
        description=(
            "L'attestation du contrat de cette police, en une page A4, avec son code de vérification, le même toute la "
            "journée. Elle n'est délivrée que si le contrat est actif et que rien n'est en retard. `format=json` : ses données "
            "et son code, pour une mise en page propre."
        ),
        tags=["documents"],
        parameters=[ChoixAttestationSerializer],
        responses={
            (200, "application/pdf"): _PDF,
            (200, "application/json"): AttestationSerializer,
            404: INTROUVABLE,
            429: _TROP,
            422: OpenApiResponse(
                description="Le contrat n'est pas actif ou pas à jour : `detail` dit quoi payer ou que faire."
            ),
        },
    )
    def get(self, request: Request, police: str) -> Response:
        choix = _lire(ChoixAttestationSerializer, request)
        contenu, emission = services.emettre_attestation(client_id=client_connecte(request), police=police)
        if choix["format"] == "json":
            donnees = contenu | _emission(emission) | {"conditions": attestation.CONDITIONS}
            return Response(AttestationSerializer(donnees).data)
        return pdf(attestation.dessiner(contenu, emission), nom=f"attestation-{contenu['police']}")


class RecuApi(ApiDocument):
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(
        operation_id="client_recu",
        summary="Reçu d'un paiement",
        description=(
            "Le reçu d'un paiement confirmé du client, quel qu'en soit le contrat : montants, moyen, date, et les "
            "quittances que ce paiement a réglées, en tout ou en partie. `numero` est celui de la transaction ou du reçu. "
            "Le code de vérification est le même à chaque impression."
        ),
        tags=["documents"],
        parameters=[ChoixRecuSerializer],
        responses={
            (200, "application/pdf"): _PDF,
            (200, "application/json"): RecuSerializer,
            404: OpenApiResponse(
                description="Cette police n'est pas du client connecté, ou aucun de ses paiements confirmés n'a ce numéro."
            ),
        },
    )
    def get(self, request: Request, police: str, numero: str) -> Response:
        choix = _lire(ChoixRecuSerializer, request)
        client_id = client_connecte(request)
        contrat_du_client(client_id=client_id, police=police)
        contenu, emission = services.emettre_recu(client_id=client_id, numero=numero)
        if choix["format"] == "json":
            return Response(RecuSerializer(contenu | _emission(emission)).data)
        return pdf(
            recu.dessiner(contenu, emission, papier=choix["papier"]), nom=f"recu-{contenu['numero_transaction']}"
        )


def _emission(emission: services.Emission) -> dict[str, Any]:
    return {"code": emission.code, "adresse": emission.adresse, "qr": emission.qr, "emis_le": emission.emis_le}


def _lire(serializer_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    saisie = serializer_class(data=request.query_params)
    saisie.is_valid(raise_exception=True)
    valeurs: dict[str, Any] = saisie.validated_data
    return valeurs
