"""The doors of the REST API. Each looks at the kind of principal *and* at the kind of token that brought it."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.borne_auth.authentication import BorneConnectee, ClientConnecte
from apps.borne_auth.models import Agent
from apps.borne_auth.tokens import JetonAccesClient, JetonAgent

if TYPE_CHECKING:  # `rest_framework.views` imports the default permissions, hence this module
    from rest_framework.views import APIView


class EstClient(BasePermission):
    """A client within an open session: the default of every route."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, ClientConnecte) and isinstance(request.auth, JetonAccesClient)


class EstClientOuBorne(BasePermission):
    """A client within an open session, or whoever stands at a kiosk: for what a prospect may do too."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if isinstance(request.user, ClientConnecte):
            return isinstance(request.auth, JetonAccesClient)
        return isinstance(request.user, BorneConnectee)


class EstBorne(BasePermission):
    """A machine, whoever stands at it: nothing of a client is shown behind this door."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, BorneConnectee)


class EstAgent(BasePermission):
    """A member of staff, by a staff token: never by the cookie of the back office."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, Agent) and isinstance(request.auth, JetonAgent)
