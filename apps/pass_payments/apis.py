"""What a client reads: her dashboard, contracts, instalments and payments.

The police in the address is one of the contracts of the token's client; any other gives the same 404 as an unknown one.
"""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.pass_clients.models import Contrat
from apps.pass_payments import selectors
from apps.pass_payments.models import Cotisation, PaiementPass
from apps.pass_payments.serializers import (
    FILTRES,
    ContratCompletSerializer,
    ContratEnEntierSerializer,
    CotisationsSerializer,
    FiltresSerializer,
    TableauDeBordSerializer,
)
from nsia_pass_api.pagination import PaginationCurseur

INTROUVABLE = OpenApiResponse(description="Cette police n'est pas celle d'un contrat du client connecté.")


class PageContrats(PaginationCurseur):
    ordering = ("souscription",)


class PageCotisations(PaginationCurseur):
    ordering = ("date_echeance", "numero_quittance")


class PagePaiements(PaginationCurseur):
    ordering = selectors.DU_PLUS_RECENT
    cursor_query_param = "paiements_cursor"
    page_size_query_param = "paiements_page_size"


def _parametres(pagination: type[PaginationCurseur]) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(name=p["name"], type=p["schema"], description=p["description"])
        for p in pagination().get_schema_operation_parameters(APIView())
    ]


class ApiClient(APIView):
    """A route of the client who is logged in; no cache keeps what it answers."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}


class TableauDeBordApi(ApiClient):
    @extend_schema(
        operation_id="client_dashboard",
        summary="Tableau de bord",
        description=(
            "Le client, son solde global, tous ses contrats avec leur solde et leur prochaine échéance, les échéances des "
            "trois derniers mois, les cinq derniers paiements et les alertes. Une seule requête suffit à l'écran d'accueil."
        ),
        tags=["contrats"],
        responses={200: TableauDeBordSerializer, 404: INTROUVABLE},
    )
    def get(self, request: Request, police: str) -> Response:
        return Response(selectors.tableau_de_bord(client_id=client_connecte(request), police=police))


class ContratsApi(ApiClient):
    pagination_class = PageContrats

    @extend_schema(
        operation_id="client_contrats",
        summary="Contrats du client",
        description="Tous les contrats du client, du plus ancien au plus récent : garanties, bénéficiaires, état et solde.",
        tags=["contrats"],
        responses={200: ContratCompletSerializer(many=True), 404: INTROUVABLE},
    )
    def get(self, request: Request, police: str) -> Response:
        pages = PageContrats()
        page = pages.page(
            selectors.contrats_du_client(
                client_id=client_connecte(request), police=police, page=pages.asked(request, Contrat)
            )
        )
        for contrat in page:
            del contrat["souscription_id"]
        return pages.get_paginated_response(page)


class CotisationsApi(ApiClient):
    @extend_schema(
        operation_id="client_cotisations",
        summary="Cotisations et paiements du client",
        description=(
            "Les échéances de tous les contrats du client, de la plus ancienne à la plus récente, et leurs totaux ; les "
            "paiements, du plus récent au plus ancien. `contrat`, `from` et `to` valent pour les deux listes, `statut` pour "
            "les échéances. Un paiement compte au jour de Brazzaville où il a été demandé."
        ),
        tags=["contrats"],
        parameters=[FiltresSerializer, *_parametres(PageCotisations), *_parametres(PagePaiements)],
        responses={200: CotisationsSerializer, 404: INTROUVABLE},
    )
    def get(self, request: Request, police: str) -> Response:
        filtres = _filtres(request)
        pages, pages_paiements = PageCotisations(), PagePaiements()
        releve = selectors.releve_du_client(
            client_id=client_connecte(request),
            police=police,
            contrat=filtres.get("contrat"),
            statut=filtres.get("statut"),
            du=filtres.get("from"),
            au=filtres.get("to"),
            page=pages.asked(request, Cotisation),
            page_paiements=pages_paiements.asked(request, PaiementPass),
        )
        page_paiements = pages_paiements.page(releve["paiements"])
        return Response(
            {
                "totaux": releve["totaux"],
                **pages.payload(pages.page(releve["cotisations"])),
                "paiements": pages_paiements.payload([selectors.paiement_lisible(ligne) for ligne in page_paiements]),
            }
        )


class ContratApi(ApiClient):
    @extend_schema(
        operation_id="contrat",
        summary="Un contrat en entier",
        description="Produit, garanties, bénéficiaires, soldes, échéances de la période en cours et derniers paiements.",
        tags=["contrats"],
        responses={200: ContratEnEntierSerializer, 404: INTROUVABLE},
    )
    def get(self, request: Request, police: str) -> Response:
        return Response(selectors.contrat_en_entier(client_id=client_connecte(request), police=police))


def client_connecte(request: Request) -> int:
    """The id of the client whose token this is: the default authentication gives no other principal."""
    client_id: int = request.user.client_id  # type: ignore[union-attr]
    return client_id


def _filtres(request: Request) -> dict[str, Any]:
    """What the query keeps; none, and no serializer, when it names none. Raises ValidationError."""
    if not request.query_params.keys() & FILTRES:
        return {}
    saisie = FiltresSerializer(data=request.query_params)
    saisie.is_valid(raise_exception=True)
    filtres: dict[str, Any] = saisie.validated_data
    return filtres
