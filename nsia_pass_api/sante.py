"""Health: is the process alive, is the service usable. What makes it unusable is said in French, without internals."""

from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .errors import ServiceIndisponible

Controle = Callable[[], str | None]

_migrated = False


class PasPret(ServiceIndisponible):
    code = "pas_pret"
    titre = "Service pas encore utilisable"


def base_de_donnees() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "la base de données ne répond pas"
    return None


def migrations() -> str | None:
    """Once true it stays true for this process: a newer code is a newer process."""
    global _migrated
    if _migrated:
        return None
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "l'état des migrations est inconnu"
    if pending:
        return "des migrations de la base de données ne sont pas appliquées"
    _migrated = True
    return None


class _Sante(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}


class VivantApi(_Sante):
    @extend_schema(
        tags=["sante"],
        summary="Le processus répond",
        responses=inline_serializer("Vivant", {"statut": serializers.ChoiceField(choices=["vivant"])}),
    )
    def get(self, request: Request) -> Response:
        return Response({"statut": "vivant"})


class PretApi(_Sante):
    @extend_schema(
        tags=["sante"],
        summary="Le service est utilisable",
        responses={
            200: inline_serializer("Pret", {"statut": serializers.ChoiceField(choices=["pret"])}),
            503: OpenApiResponse(description="Le service n'est pas encore ou n'est plus utilisable."),
        },
    )
    def get(self, request: Request) -> Response:
        controles: list[Controle] = [import_string(path) for path in settings.SANTE_CONTROLES]
        troubles = [trouble for controle in controles if (trouble := controle()) is not None]
        if troubles:
            raise PasPret(f"Le service n'est pas utilisable : {' ; '.join(troubles)}.", retry_after=5)
        return Response({"statut": "pret"})
