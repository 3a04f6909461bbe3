"""Who may open the back office: whoever may use the agents' API."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from apps.borne_auth.models import Agent
from apps.borne_auth.selectors import avec_facteur, peut_entrer


class AgentBackend(ModelBackend):
    """Asked at sign-in and at each page: who is suspended or has left is out at once, whatever `is_active` says."""

    def user_can_authenticate(self, user: Any) -> bool:
        return isinstance(user, Agent) and peut_entrer(user)

    def get_user(self, user_id: Any) -> Agent | None:
        """With her second factor, that each page compares with the one that her session has shown."""
        agent = avec_facteur(Agent.objects.filter(pk=user_id)).first()
        return agent if agent is not None and self.user_can_authenticate(agent) else None
