"""Each request of the back office: is the session still good, and has its second factor been shown."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.borne_auth.connexion import sessions
from apps.borne_auth.models import Agent, cle_du_facteur
from nsia_pass_api.dates import maintenant
from nsia_pass_api.middlewares import de_l_api

# A request that no person made (a page that refreshes itself) bears this header: it does not put off the end of idleness.
ENTETE_DE_FOND = "X-Requete-De-Fond"


class AccesBackOffice:
    """Ends sessions of the back office, and leads whoever must enrol to where she can. No query of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if de_l_api(request):
            return self.get_response(request)
        agent = request.user
        if not isinstance(agent, Agent) or not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        return self._verifier(request, agent)

    def _verifier(self, request: HttpRequest, agent: Agent) -> HttpResponse:
        le = maintenant()
        motif = sessions.fin(request.session, agent, le=le)
        if motif is not None:
            logout(request)
            return _vers_la_porte(request, motif)
        if settings.DEUXIEME_FACTEUR_OBLIGATOIRE and not cle_du_facteur(agent) and request.path not in _pour_activer():
            return HttpResponseRedirect(reverse("second-facteur"))
        if ENTETE_DE_FOND not in request.headers:
            sessions.prolonger(request.session, le=le)
        return self.get_response(request)


def _vers_la_porte(request: HttpRequest, motif: sessions.Fin) -> HttpResponse:
    """She is told why, and comes back to her page: to the form again when she had sent it."""
    page = request.get_full_path() if request.method == "GET" else request.path
    if page in (reverse("admin:logout"), reverse("admin:login")):
        page = reverse("admin:index")
    return HttpResponseRedirect(f"{reverse('admin:login')}?{urlencode({'motif': motif.value, 'next': page})}")


def _pour_activer() -> set[str]:
    return {reverse(nom) for nom in ("second-facteur", "second-facteur-qr", "admin:logout", "admin:jsi18n")}
