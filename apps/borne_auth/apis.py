"""Doors of the REST API: clients at the kiosk (`auth/`), staff (`agents/`)."""

from collections.abc import Sequence
from typing import Any, cast

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.borne_auth import connexions, sans_session, services
from apps.borne_auth.apis_confirmations import SANS_SMS, decrire
from apps.borne_auth.authentication import (
    ENTETE_CLE,
    ENTETE_VERSION,
    AgentAuthentication,
    BorneAuthentication,
    BorneConnectee,
    ClientConnecte,
    ClientQuiSort,
)
from apps.borne_auth.confirmations import Changement
from apps.borne_auth.journal import Origine
from apps.borne_auth.models import ActeSensible, Agent, CanalConnexion, DemandeConfirmation
from apps.borne_auth.permissions import EstAgent, EstBorne
from apps.borne_auth.schema import AVEC_CLE_BORNE, AVEC_JETON_CLIENT
from apps.borne_auth.serializers import (
    AgentConnecteSerializer,
    AgentSerializer,
    BorneMoiSerializer,
    ConnexionAgentSerializer,
    ConnexionSerializer,
    RafraichissementSerializer,
    SessionOuverteSerializer,
    SessionRafraichieSerializer,
)
from apps.borne_auth.serializers_confirmations import CodeDeDemandeSerializer, DemandeSerializer
from apps.borne_auth.tokens import JetonRafraichissementClient
from apps.pass_clients.models import Contrat
from nsia_pass_api.addresses import adresse_du_client
from nsia_pass_api.errors import Introuvable

SANS_CACHE = {"Cache-Control": "no-store"}

VERSION = OpenApiParameter(
    ENTETE_VERSION, str, OpenApiParameter.HEADER, description="Version du logiciel de la borne, pour le back-office."
)
TROP_D_ESSAIS = OpenApiResponse(description="Trop d'essais : `Retry-After` donne les secondes d'attente.")


A_CONFIRMER = (
    "Un code part vers le téléphone du client : confirmez par `POST /api/v1/auth/login/confirmer/`. Cela n'arrive que pour une "
    "police dont le souscripteur n'a jamais montré ce téléphone, quand le client a d'autres contrats ; ensuite elle ouvre seule."
)


class LoginApi(APIView):
    """Opens a session for a police and a phone that go together."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_login",
        summary="Ouvrir une session",
        description=(
            "La même réponse 401 vaut pour toute paire qui n'ouvre pas : police ou téléphone inconnu, paire fausse, "
            "contrat résilié. Le téléphone s'écrit comme on veut."
        ),
        tags=["auth"],
        auth=AVEC_CLE_BORNE,
        parameters=[VERSION],
        request=ConnexionSerializer,
        responses={
            200: SessionOuverteSerializer,
            202: OpenApiResponse(DemandeSerializer, description=A_CONFIRMER),
            401: OpenApiResponse(description="Paire ou borne refusée."),
            429: TROP_D_ESSAIS,
            503: SANS_SMS,
        },
    )
    def post(self, request: Request) -> Response:
        borne = services.identifier_borne(cle=request.headers.get(ENTETE_CLE))
        if borne is not None:
            services.noter_contact(borne_id=borne.pk, version=request.headers.get(ENTETE_VERSION))
        saisie = _saisie(ConnexionSerializer, request)
        issue, contrat = sans_session.connecter(**saisie, borne=borne, adresse=adresse_du_client(request))
        if isinstance(issue, DemandeConfirmation):
            demande = decrire(issue, Changement(acte=ActeSensible.CONNEXION), client=contrat.client)
            return Response(demande, status=status.HTTP_202_ACCEPTED, headers=SANS_CACHE)
        return _ouverte(issue, contrat)


class ConfirmerLoginApi(APIView):
    """Opens the session that a login asked for, with the code that left for the client's phone."""

    authentication_classes = (BorneAuthentication,)
    permission_classes = (EstBorne,)

    @extend_schema(
        operation_id="auth_login_confirmer",
        summary="Ouvrir une session par un code",
        description=(
            "Le code vaut une fois, sur la borne où la connexion a été demandée. Réponse perdue : demandez à nouveau la "
            "connexion, la police ouvre désormais seule."
        ),
        tags=["auth"],
        auth=AVEC_CLE_BORNE,
        request=CodeDeDemandeSerializer,
        responses={
            200: SessionOuverteSerializer,
            401: OpenApiResponse(description="Borne refusée, ou contrat qui n'ouvre plus."),
            404: OpenApiResponse(description="Demande inconnue de cette borne."),
            409: OpenApiResponse(description="Demande déjà terminée : remplacée, ou déjà confirmée."),
            422: OpenApiResponse(description="`code_incorrect`, `code_epuise` ou `code_expire`."),
        },
    )
    def post(self, request: Request) -> Response:
        saisie = _saisie(CodeDeDemandeSerializer, request)
        ouverte, contrat = sans_session.confirmer_connexion(
            demande_id=saisie["demande"], code=saisie["code"], borne=cast(BorneConnectee, request.user).borne
        )
        return _ouverte(ouverte, contrat)


class RefreshApi(APIView):
    """Exchanges a refresh token, once."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_refresh",
        summary="Renouveler les jetons",
        description=(
            "Chaque jeton de rafraîchissement sert une fois. Un jeton présenté deux fois ferme la session entière, y compris "
            "pour qui vient d'en obtenir de nouveaux : n'envoyez qu'une demande à la fois. La session ne dure pas plus."
        ),
        tags=["auth"],
        auth=AVEC_CLE_BORNE,
        parameters=[VERSION],
        request=RafraichissementSerializer,
        responses={
            200: SessionRafraichieSerializer,
            401: OpenApiResponse(description="Jeton, session ou borne refusés."),
        },
    )
    def post(self, request: Request) -> Response:
        saisie = _saisie(RafraichissementSerializer, request)
        cle = request.headers.get(ENTETE_CLE)
        ouverte = services.rafraichir(jeton=JetonRafraichissementClient.lire(saisie["refresh"]), cle_borne=cle)
        _noter_contact(request, borne_id=ouverte.session.borne_id)
        return Response(SessionRafraichieSerializer(_session(ouverte)).data, headers=SANS_CACHE)


class LogoutApi(APIView):
    """Closes the session of the access token; asking twice is the same as once."""

    authentication_classes = (ClientQuiSort,)

    @extend_schema(
        operation_id="auth_logout",
        auth=AVEC_JETON_CLIENT,
        summary="Fermer la session",
        description="Tous les jetons de la session sont refusés aussitôt. Un corps, s'il y en a un, n'est pas lu.",
        tags=["auth"],
        parameters=[VERSION],
        request=None,
        responses={204: OpenApiResponse(description="Session fermée.")},
    )
    def post(self, request: Request) -> Response:
        session = cast(ClientConnecte, request.user).session
        services.fermer_session(session_id=session.pk, motif=session.Motif.DECONNEXION)
        _noter_contact(request, borne_id=session.borne_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BorneMoiApi(APIView):
    """Tells a machine which kiosk its key makes it, and tells the back office that it is alive."""

    authentication_classes = (BorneAuthentication,)
    permission_classes = (EstBorne,)

    @extend_schema(
        operation_id="borne_moi",
        auth=AVEC_CLE_BORNE,
        summary="Quelle borne suis-je",
        description="Vérifie la clé d'une machine et note son contact. Les deux champs sont vides où aucune clé n'est exigée.",
        tags=["auth"],
        parameters=[VERSION],
        responses={200: BorneMoiSerializer, 401: OpenApiResponse(description="Clé inconnue, ou borne désactivée.")},
    )
    def get(self, request: Request) -> Response:
        borne = cast(BorneConnectee, request.user).borne
        if borne is None:
            return Response({"code": "", "agence": ""}, headers=SANS_CACHE)
        services.noter_contact(borne_id=borne.pk, version=request.headers.get(ENTETE_VERSION))
        return Response(BorneMoiSerializer(borne).data, headers=SANS_CACHE)


class ApiAgents(APIView):
    """Staff route: it does not exist while settings.AGENTS_API_ACTIVE is off."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (AgentAuthentication,)
    permission_classes: Sequence[type[BasePermission]] = (EstAgent,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if not settings.AGENTS_API_ACTIVE:
            raise Introuvable
        super().initial(request, *args, **kwargs)


class ConnexionAgentApi(ApiAgents):
    """Gives a staff token for an e-mail and a password that go together, and the code where there is a second factor."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="agents_connexion",
        summary="Connexion d'un agent",
        description=(
            "Donne un jeton du personnel, court et sans rafraîchissement. Qui a un second facteur donne aussi `code` : les six "
            "chiffres de son téléphone, ou un code de secours ; chaque code sert une fois. Où le second facteur est "
            "obligatoire (en production), qui n'en a pas l'active d'abord au back-office."
        ),
        tags=["agents"],
        request=ConnexionAgentSerializer,
        responses={
            200: AgentConnecteSerializer,
            401: OpenApiResponse(
                description=(
                    "`connexion_refusee` : adresse ou mot de passe refusé. `code_requis` : ce compte a un second facteur, "
                    "envoyez `code`. `code_errone` : code faux, périmé ou déjà utilisé."
                )
            ),
            403: OpenApiResponse(
                description="`second_facteur_absent` : il est obligatoire et ce compte n'en a pas encore."
            ),
            404: OpenApiResponse(description="L'API des agents est fermée."),
            429: TROP_D_ESSAIS,
        },
    )
    def post(self, request: Request) -> Response:
        saisie = _saisie(ConnexionAgentSerializer, request)
        connecte = connexions.connecter_agent(
            email=saisie["email"],
            mot_de_passe=saisie["password"],
            code=saisie.get("code", ""),
            origine=Origine.de(request, CanalConnexion.API),
        )
        reponse = {
            "tokens": {"access": connecte.acces},
            "expires_at": connecte.expire_le,
            "agent": connecte.agent,
        }
        return Response(AgentConnecteSerializer(reponse).data, headers=SANS_CACHE)


class MoiApi(ApiAgents):
    @extend_schema(
        operation_id="agents_moi",
        summary="Mon profil d'agent",
        description="Le profil de l'agent qui porte ce jeton.",
        tags=["agents"],
        responses={200: AgentSerializer, 404: OpenApiResponse(description="L'API des agents est fermée.")},
    )
    def get(self, request: Request) -> Response:
        return Response(AgentSerializer(cast(Agent, request.user)).data, headers=SANS_CACHE)


def _saisie(serializer: type[Any], request: Request) -> dict[str, Any]:
    saisie = serializer(data=request.data)
    saisie.is_valid(raise_exception=True)
    return dict(saisie.validated_data)


def _ouverte(ouverte: services.SessionOuverte, contrat: Contrat) -> Response:
    reponse = _session(ouverte) | {"client": contrat.client, "contrat": contrat}
    return Response(SessionOuverteSerializer(reponse).data, headers=SANS_CACHE)


def _session(ouverte: services.SessionOuverte) -> dict[str, Any]:
    return {
        "tokens": {"access": ouverte.acces, "refresh": ouverte.rafraichissement},
        "expires_at": ouverte.session.expire_le,
    }


def _noter_contact(request: Request, *, borne_id: int | None) -> None:
    """Notes the contact of the session's kiosk, when it is the kiosk that called: its key has been verified by then."""
    if borne_id is not None and request.headers.get(ENTETE_CLE):
        services.noter_contact(borne_id=borne_id, version=request.headers.get(ENTETE_VERSION))
