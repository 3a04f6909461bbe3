"""Who is calling: a client by the token of her session, or a member of staff by hers. Neither token opens the other's door.

The principal of a client's token is `ClientConnecte`, not a Django user: it has no id, no rights and no row in `agents`.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.borne_auth import selectors, services
from apps.borne_auth.errors import JetonInvalide, SecondFacteurAbsent, SessionTerminee
from apps.borne_auth.models import Agent, Borne, SessionBorne, cle_du_facteur
from apps.borne_auth.tokens import JetonAccesClient, JetonAgent
from nsia_pass_api.dates import maintenant

ENTETE_CLE = "X-Borne-Cle"
ENTETE_VERSION = "X-Borne-Version"


@dataclass(frozen=True)
class ClientConnecte:
    """A client within one session: every read and write of a client route is bound to `client_id`."""

    is_authenticated: ClassVar[bool] = True

    client_id: int
    session: SessionBorne

    @property
    def date_naissance(self) -> date | None:
        return self.session.client.date_naissance

    @property
    def origine(self) -> str:
        """Code of the kiosk where the session was opened, empty when none."""
        return self.session.borne.code if self.session.borne else ""


@dataclass(frozen=True)
class BorneConnectee:
    """Whoever stands at a kiosk without being logged in: a prospect. Without a registered kiosk only where none is required."""

    is_authenticated: ClassVar[bool] = True
    client_id: ClassVar[None] = None

    borne: Borne | None

    @property
    def origine(self) -> str:
        return self.borne.code if self.borne else ""

    @property
    def agence_id(self) -> int | None:
        return self.borne.agence_id if self.borne else None


class ClientAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>` of an open session, one query. Raises a 401 that names no cause but its own."""

    def authenticate(self, request: Request) -> tuple[ClientConnecte, JetonAccesClient] | None:
        brut = jeton_porte(request)
        if brut is None:
            return None
        jeton = JetonAccesClient.lire(brut)
        session = selectors.session_du_jeton(jeton.session_id)
        if session is None:
            raise SessionTerminee
        self.verifier(session)
        services.verifier_borne(session, cle=request.headers.get(ENTETE_CLE))
        return ClientConnecte(client_id=session.client_id, session=session), jeton

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="borne"'

    def verifier(self, session: SessionBorne) -> None:
        services.verifier_session(session, le=maintenant())


class ClientQuiSort(ClientAuthentication):
    """As `ClientAuthentication`, for logout alone: a session that is already closed may be closed again."""

    def verifier(self, session: SessionBorne) -> None:
        pass


class BorneAuthentication(BaseAuthentication):
    """`X-Borne-Cle` of an active kiosk, one query; nobody is refused without it where kiosks need no registration."""

    def authenticate(self, request: Request) -> tuple[BorneConnectee, None]:
        return BorneConnectee(borne=services.identifier_borne(cle=request.headers.get(ENTETE_CLE))), None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="borne"'


class AgentAuthentication(BaseAuthentication):
    """`Authorization: Bearer <staff token>` of an agent who may still enter, one query; none is good while the door is
    shut, nor once the second factor is another than the one it was given for."""

    def authenticate(self, request: Request) -> tuple[Agent, JetonAgent] | None:
        brut = jeton_porte(request)
        if brut is None:
            return None
        jeton = JetonAgent.lire(brut)
        agent = selectors.agent_du_jeton(jeton.agent_id) if settings.AGENTS_API_ACTIVE else None
        if agent is None or jeton.facteur != cle_du_facteur(agent):
            raise JetonInvalide
        if settings.DEUXIEME_FACTEUR_OBLIGATOIRE and not jeton.facteur:
            raise SecondFacteurAbsent
        return agent, jeton

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="agents"'


def jeton_porte(request: Request) -> str | None:
    """What follows `Bearer` in the Authorization header; None when there is no such header. Raises JetonInvalide."""
    entete = request.headers.get("Authorization")
    if entete is None:
        return None
    schema, _, jeton = entete.strip().partition(" ")
    if schema.lower() != "bearer" or not jeton.strip():
        raise JetonInvalide
    return jeton.strip()
