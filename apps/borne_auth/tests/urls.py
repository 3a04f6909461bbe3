"""The project's addresses, and two routes that stand for those of other apps: one for clients, one for staff."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.borne_auth.authentication import AgentAuthentication
from apps.borne_auth.permissions import EstAgent
from nsia_pass_api import urls


class RouteClient(APIView):
    """Guarded by the defaults of settings alone."""

    def get(self, request: Request) -> Response:
        return Response({"client": request.user.client_id, "session": str(request.user.session.pk)})


class RouteAgent(APIView):
    authentication_classes = (AgentAuthentication,)
    permission_classes = (EstAgent,)

    def get(self, request: Request) -> Response:
        return Response({"agent": request.user.pk})


handler404 = urls.handler404
urlpatterns = [
    path("api/client/", RouteClient.as_view()),
    path("api/agent/", RouteAgent.as_view()),
    *urls.urlpatterns,
]
