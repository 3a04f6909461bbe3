"""What a machine asks without anybody being logged in: to open its maintenance, to send somebody her police."""

from typing import cast

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.borne_auth import maintenance, rappels
from apps.borne_auth.apis import SANS_CACHE, TROP_D_ESSAIS
from apps.borne_auth.authentication import BorneAuthentication, BorneConnectee
from apps.borne_auth.errors import BorneInconnue
from apps.borne_auth.permissions import EstBorne
from apps.borne_auth.schema import AVEC_CLE_BORNE
from apps.borne_auth.serializers import (
    POLICE_PARTIE,
    BorneMoiSerializer,
    CodeMaintenanceSerializer,
    RappelDemandeSerializer,
    RappelPoliceSerializer,
)
from nsia_pass_api.addresses import adresse_du_client


class ApiBorne(APIView):
    authentication_classes = (BorneAuthentication,)
    permission_classes = (EstBorne,)

    def borne_connectee(self, request: Request) -> BorneConnectee:
        return cast(BorneConnectee, request.user)


class MaintenanceApi(ApiBorne):
    @extend_schema(
        operation_id="borne_maintenance",
        auth=AVEC_CLE_BORNE,
        summary="Ouvrir la maintenance de la borne",
        description=(
            "Consomme le code à huit chiffres que le back-office a donné pour cette borne : il vaut dix minutes, une fois. Un "
            "code faux, périmé, déjà utilisé ou donné pour une autre borne a la même réponse."
        ),
        tags=["auth"],
        request=CodeMaintenanceSerializer,
        responses={
            200: BorneMoiSerializer,
            401: OpenApiResponse(description="Clé absente ou inconnue, ou borne désactivée."),
            422: OpenApiResponse(description="Ce code n'ouvre rien (`code_maintenance_refuse`)."),
            429: TROP_D_ESSAIS,
        },
    )
    def post(self, request: Request) -> Response:
        borne = self.borne_connectee(request).borne
        if borne is None:
            raise BorneInconnue("Seule une borne enregistrée a une maintenance à ouvrir. Donnez sa clé.")
        saisie = CodeMaintenanceSerializer(data=request.data)
        saisie.is_valid(raise_exception=True)
        maintenance.ouvrir(borne=borne, code=saisie.validated_data["code"])
        return Response(BorneMoiSerializer(borne).data, headers=SANS_CACHE)


class RappelPoliceApi(ApiBorne):
    @extend_schema(
        operation_id="auth_police_par_sms",
        auth=AVEC_CLE_BORNE,
        summary="Recevoir sa police par SMS",
        description=(
            "Un SMS part vers ce téléphone s'il est celui d'un client ; la réponse est la même pour tous les numéros. "
            "Les demandes sont comptées par téléphone, par borne et par adresse."
        ),
        tags=["auth"],
        request=RappelPoliceSerializer,
        responses={
            202: RappelDemandeSerializer,
            401: OpenApiResponse(description="Clé inconnue, ou borne désactivée."),
            429: TROP_D_ESSAIS,
            503: OpenApiResponse(description="Aucun SMS ne peut partir (`sms_indisponible`)."),
        },
    )
    def post(self, request: Request) -> Response:
        saisie = RappelPoliceSerializer(data=request.data)
        saisie.is_valid(raise_exception=True)
        rappels.rappeler_polices(
            telephone=saisie.validated_data["telephone"],
            borne=self.borne_connectee(request).borne,
            adresse=adresse_du_client(request),
        )
        return Response(
            RappelDemandeSerializer({"message": POLICE_PARTIE}).data,
            status=status.HTTP_202_ACCEPTED,
            headers=SANS_CACHE,
        )
