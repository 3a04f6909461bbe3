"""What a session of the back office holds, and when it ends.

`ouverte_le` and `vue_le` (seconds) bound it; `facteur` is the second factor that it has shown: one that is replaced or reset
ends it. Between the two steps of a sign-in nobody is signed in: `attente` names who gave her password, for a few minutes.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from apps.borne_auth import selectors
from apps.borne_auth.models import Agent, cle_du_facteur
from nsia_pass_api.dates import maintenant

OUVERTE, VUE, FACTEUR, ATTENTE = "ouverte_le", "vue_le", "facteur", "attente"
DUREE_ATTENTE = timedelta(minutes=5)
# A session is written once a minute at most, however busy.
_PAS_DE_VUE = timedelta(minutes=1)
_BACKEND = "apps.borne_auth.backends.AgentBackend"


class Fin(StrEnum):
    """Why one must sign in again."""

    INACTIVITE = "inactivite"
    DUREE = "duree"
    FACTEUR = "facteur"
    ATTENTE = "attente"


PHRASES = {
    Fin.INACTIVITE: "Votre session s'est fermée parce que vous ne faisiez plus rien. Identifiez-vous pour reprendre.",
    Fin.DUREE: "Votre session est ouverte depuis trop longtemps. Identifiez-vous pour reprendre.",
    Fin.FACTEUR: "Votre second facteur a changé. Identifiez-vous à nouveau.",
    Fin.ATTENTE: "Vous avez mis trop de temps à donner le code. Recommencez.",
}


def marquer_ouverture(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Receiver of `user_logged_in`: whatever opened it, the session knows since when."""
    request.session[OUVERTE] = request.session[VUE] = _secondes(maintenant())


def ouvrir(request: HttpRequest, agent: Agent, *, facteur: str) -> None:
    """The agent is signed in, in a session under another key than before, that has shown this factor."""
    request.session.pop(ATTENTE, None)
    login(request, agent, backend=_BACKEND)
    request.session[FACTEUR] = facteur


def changer_de_facteur(request: HttpRequest, *, facteur: str) -> None:
    """This session goes on with the new factor, under another key; the agent's others end."""
    request.session.cycle_key()
    request.session[FACTEUR] = facteur


def attendre(request: HttpRequest, agent: Agent) -> None:
    """Nothing of the former session is left; the new one only knows whose code it awaits."""
    request.session.flush()
    request.session[ATTENTE] = {
        "agent": agent.pk,
        "empreinte": agent.get_session_auth_hash(),
        "le": _secondes(maintenant()),
    }


def attendu(session: SessionBase) -> Agent | None:
    """Whose code is awaited; None when nobody's is, or no longer: too late, another password since, no right to enter."""
    donnee: Mapping[str, Any] | None = session.get(ATTENTE)
    if donnee is None or _secondes(maintenant()) - donnee["le"] > DUREE_ATTENTE.total_seconds():
        return None
    agent = selectors.agent_du_jeton(donnee["agent"])
    if agent is None or not constant_time_compare(donnee["empreinte"], agent.get_session_auth_hash()):
        return None
    return agent


def fin(session: SessionBase, agent: Agent, *, le: datetime) -> Fin | None:
    """Why this session is over; None while it goes on. One that does not know since when it is open is over."""
    maintenant_s = _secondes(le)
    if maintenant_s - session.get(OUVERTE, 0) >= settings.SESSION_AGENT_DUREE.total_seconds():
        return Fin.DUREE
    if maintenant_s - session.get(VUE, 0) >= settings.SESSION_AGENT_INACTIVITE.total_seconds():
        return Fin.INACTIVITE
    return Fin.FACTEUR if session.get(FACTEUR, "") != cle_du_facteur(agent) else None


def prolonger(session: SessionBase, *, le: datetime) -> None:
    """Idleness begins again, to the minute."""
    if _secondes(le) - session[VUE] >= _PAS_DE_VUE.total_seconds():
        session[VUE] = _secondes(le)


def _secondes(le: datetime) -> int:
    return int(le.timestamp())
