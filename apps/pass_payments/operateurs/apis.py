"""Where an operator's callbacks arrive. They are hints: stored as they came, believed never."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.pass_payments.services.rappels import recevoir_rappel
from nsia_pass_api.addresses import adresse_du_client
from nsia_pass_api.problems import CorpsTropGrand, TypeDeContenuRefuse

TAILLE_MAXIMUM = 16 * 1024
# What a form or a page sends, which no operator does. Nobody has shown what their own header says: anything else is read.
TYPES_REFUSES = ("multipart/", "application/x-www-form-urlencoded", "text/html")


class SansNegociation(DefaultContentNegotiation):
    """There is no body to choose a type for: whatever the caller accepts is well."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class RappelOperateurApi(APIView):
    """The operator of `operateur` calls back; its own class says by which verbs, and what the schema shows."""

    operateur: str
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    content_negotiation_class = SansNegociation

    def recevoir(self, request: Request) -> Response:
        """The body is stored, made of what a text column can hold; the size is judged before anything is read."""
        annonce = str(request.META.get("CONTENT_LENGTH", ""))
        if annonce.isdecimal() and int(annonce) > TAILLE_MAXIMUM:
            raise CorpsTropGrand("Un rappel a 16 kio au plus.")
        if str(request.META.get("CONTENT_TYPE", "")).lower().startswith(TYPES_REFUSES):
            raise TypeDeContenuRefuse
        # The request of Django: REST framework's would parse the body, and refuse what is not JSON.
        brut = request._request.body
        corps = brut.decode("utf-8", "replace").replace("\x00", "\ufffd")
        recevoir_rappel(operateur=self.operateur, corps=corps, adresse=adresse_du_client(request._request))
        return Response(status=200)
