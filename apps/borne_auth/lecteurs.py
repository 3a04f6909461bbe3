"""Who asks for a private file (settings.FICHIERS_LECTEUR)."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from apps.borne_auth.authentication import AgentAuthentication, ClientAuthentication
from apps.borne_auth.errors import JetonInvalide
from apps.borne_auth.models import Agent
from apps.socle.domaines import Lecteur


def lecteur_agent(agent: Agent) -> Lecteur:
    return Lecteur(f"agent:{agent.pk}", agent)


def lecteur_client(client_id: int) -> Lecteur:
    return Lecteur(f"client:{client_id}")


def lecteur(request: HttpRequest) -> Lecteur | None:
    """The agent of the session or of the token, else the client of the token; None without either.

    Raises as the authentications: a token that is not good is refused, not overlooked.
    """
    if isinstance(request.user, Agent):
        return lecteur_agent(request.user)
    if "Authorization" not in request.headers:
        return None
    demande = cast(Request, request)  # of which both read the headers alone
    try:
        connu = ClientAuthentication().authenticate(demande)
    except JetonInvalide:
        agent = AgentAuthentication().authenticate(demande)
        if agent is None:
            return None
        request.user = agent[0]  # readings are noted as this agent's
        return lecteur_agent(agent[0])
    return None if connu is None else lecteur_client(connu[0].client_id)
