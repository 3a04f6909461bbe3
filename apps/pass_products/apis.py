"""The catalogue, open to everyone, and quotes, which write nothing."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.pass_products.selectors import produit_propose, produits_proposes
from apps.pass_products.serializers import DemandeDevisSerializer, DevisSerializer, ProduitSerializer
from apps.pass_products.services import etablir_devis
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.pagination import PaginationCurseur

CODE = OpenApiParameter(
    "code",
    {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]{1,19}$", "example": "KIMIA"},
    OpenApiParameter.PATH,
    description="Code du produit, en majuscules ou en minuscules.",
)
INTROUVABLE = OpenApiResponse(description="Produit inconnu, ou qui n'est plus proposé.")


class PageProduits(PaginationCurseur):
    ordering = ("code_pass",)


class ApiPublique(APIView):
    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    permission_classes: Sequence[type[BasePermission]] = (AllowAny,)


class ProduitsApi(ApiPublique):
    pagination_class = PageProduits

    @extend_schema(
        operation_id="produits",
        summary="Catalogue",
        description="Les produits proposés en ce moment, avec leurs garanties. Aucun jeton n'est demandé.",
        tags=["produits"],
        responses=ProduitSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        pages = PageProduits()
        page = pages.paginate_queryset(produits_proposes(), request)
        return pages.get_paginated_response(ProduitSerializer(page, many=True).data)


class ProduitApi(ApiPublique):
    @extend_schema(
        operation_id="produit",
        summary="Un produit",
        description="Un produit proposé en ce moment, avec ses garanties. Aucun jeton n'est demandé.",
        tags=["produits"],
        parameters=[CODE],
        responses={200: ProduitSerializer, 404: INTROUVABLE},
    )
    def get(self, request: Request, code: str) -> Response:
        return Response(ProduitSerializer(produit_propose(code=code)).data)


class DevisApi(ApiPublique):
    # Of a client who is logged in: settings say how.
    authentication_classes = APIView.authentication_classes

    @extend_schema(
        operation_id="produit_devis",
        summary="Devis",
        description=(
            "Les échéances d'une période de couverture pour une prime et une périodicité. Rien n'est enregistré. "
            "`avertissements` dit ce que le client doit savoir avant de choisir, par exemple le plafond des primes. "
            "`date_naissance` et `assures` sont comparés aux âges des garanties ; d'un client connecté, c'est la date que NSIA "
            "connaît qui compte. `date_naissance_requise` : il reste à la demander."
        ),
        tags=["produits"],
        parameters=[CODE],
        request=DemandeDevisSerializer,
        responses={
            200: DevisSerializer,
            404: INTROUVABLE,
            422: OpenApiResponse(
                description=(
                    "Montant hors des limites du produit, périodicité non permise, moins d'un franc par échéance, ou "
                    "âge hors des limites des garanties (`age_hors_limites`)."
                )
            ),
        },
    )
    def post(self, request: Request, code: str) -> Response:
        demande = DemandeDevisSerializer(data=request.data)
        demande.is_valid(raise_exception=True)
        saisie: dict[str, Any] = {"date_debut": aujourdhui(), **demande.validated_data}
        # What NSIA knows of a client who is logged in is believed before what is typed.
        if connue := getattr(request.user, "date_naissance", None):
            saisie["date_naissance"] = connue
        return Response(DevisSerializer(etablir_devis(produit=produit_propose(code=code), **saisie)).data)
