"""The team, for members of staff: `/api/v1/agents/`. Rights and rows are those of `droits.py`, as in the back office."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.borne_auth import equipe
from apps.borne_auth.apis import SANS_CACHE, ApiAgents
from apps.borne_auth.droits import lignes_permises
from apps.borne_auth.lectures import noter
from apps.borne_auth.models import Agent, NatureLecture
from apps.borne_auth.permissions import EstAgent
from apps.borne_auth.serializers_agents import EcrireMembreSerializer, MembreSerializer
from apps.pass_clients.selectors import agence_nommee
from nsia_pass_api.errors import Introuvable
from nsia_pass_api.pagination import PaginationCurseur

FERMEE = OpenApiResponse(description="Personne que vous puissiez lire n'a cet identifiant, ou l'API est fermée.")
REFUSE = OpenApiResponse(description="Votre rôle ne le permet pas.")
DEJA = OpenApiResponse(description="L'adresse e-mail ou le matricule est déjà celui d'un autre.")


class PageAgents(PaginationCurseur):
    ordering = ("last_name", "first_name", "pk")


class ADroit(BasePermission):
    """A member of staff whose role has the permission that the view names."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return EstAgent().has_permission(request, view) and cast(Agent, request.user).has_perm(
            cast(ApiEquipe, view).droit
        )


class ApiEquipe(ApiAgents):
    permission_classes: Sequence[type[BasePermission]] = (ADroit,)
    droit: ClassVar[str]

    def equipe(self, request: Request) -> QuerySet[Agent]:
        """Those whom whoever calls may read, with what `Agent.role` reads."""
        return lignes_permises(
            cast(Agent, request.user), Agent.objects.select_related("agence").prefetch_related("groups")
        )

    def membre(self, request: Request, id: int) -> Agent:
        agent = self.equipe(request).filter(pk=id).first()
        if agent is None:
            raise Introuvable
        return agent


class AgentsApi(ApiEquipe):
    pagination_class = PageAgents
    droit = "borne_auth.view_agent"

    @extend_schema(
        operation_id="agents_liste",
        summary="Les agents",
        description="Par ordre alphabétique. Un agent ou un conseiller n'y lit que lui-même.",
        tags=["agents"],
        responses={200: MembreSerializer(many=True), 403: REFUSE, 404: FERMEE},
    )
    def get(self, request: Request) -> Response:
        pages = PageAgents()
        page = pages.paginate_queryset(self.equipe(request), request)
        noter(request._request, nature=NatureLecture.LISTE, modele=Agent, nombre=len(page))
        return Response(pages.payload(list(MembreSerializer(page, many=True).data)), headers=SANS_CACHE)


class AgentApi(ApiEquipe):
    droit = "borne_auth.view_agent"

    @extend_schema(
        operation_id="agent_lire",
        summary="Un agent",
        description="Ce que l'on sait d'un agent, et son rôle.",
        tags=["agents"],
        responses={200: MembreSerializer, 403: REFUSE, 404: FERMEE},
    )
    def get(self, request: Request, id: int) -> Response:
        agent = self.membre(request, id)
        noter(request._request, nature=NatureLecture.PAGE, modele=Agent, cle=agent.pk)
        return Response(MembreSerializer(agent).data, headers=SANS_CACHE)


class CreerAgentApi(ApiEquipe):
    droit = "borne_auth.add_agent"

    @extend_schema(
        operation_id="agent_creer",
        summary="Enregistrer un agent",
        description="Sans mot de passe, personne ne peut se connecter à ce compte tant qu'il n'en a pas reçu un.",
        tags=["agents"],
        request=EcrireMembreSerializer,
        responses={201: MembreSerializer, 403: REFUSE, 404: FERMEE, 422: DEJA},
    )
    def post(self, request: Request) -> Response:
        agent = equipe.creer_agent(acteur=cast(Agent, request.user), **_saisie(request))
        return Response(MembreSerializer(agent).data, status=status.HTTP_201_CREATED, headers=SANS_CACHE)


class ModifierAgentApi(ApiEquipe):
    droit = "borne_auth.change_agent"

    @extend_schema(
        operation_id="agent_modifier",
        summary="Modifier un agent",
        description="Les champs absents restent tels quels. Nul ne change son propre rôle.",
        tags=["agents"],
        request=EcrireMembreSerializer,
        responses={200: MembreSerializer, 403: REFUSE, 404: FERMEE, 422: DEJA},
    )
    def put(self, request: Request, id: int) -> Response:
        agent = self.membre(request, id)
        modifie = equipe.modifier_agent(acteur=cast(Agent, request.user), agent=agent, **_saisie(request))
        return Response(MembreSerializer(modifie).data, headers=SANS_CACHE)


def _saisie(request: Request) -> dict[str, Any]:
    serializer = EcrireMembreSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    saisie = dict(serializer.validated_data)
    if "password" in saisie:
        saisie["mot_de_passe"] = saisie.pop("password")
    if "agence" in saisie:
        saisie["agence"] = agence_nommee(saisie["agence"]) if saisie["agence"] else None
    return saisie
