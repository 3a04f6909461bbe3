"""Who may open the back office: whoever may use the agents' API."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from apps.borne_auth.models import Agent
from apps.borne_auth.selectors import peut_entrer


class AgentBackend(ModelBackend):
    """Asked at sign-in and at each page: who is suspended or has left is out at once, whatever `is_active` says."""

    def user_can_authenticate(self, user: Any) -> bool:
        return isinstance(user, Agent) and peut_entrer(user)
