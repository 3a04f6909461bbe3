"""This app's rows of the demonstration: its agents."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from apps.pass_clients.selectors import agence_nommee


def preparer(*, agents: list[dict[str, Any]], **_: Any) -> None:
    """Each agent exists, in the group of the role; created without a password, which `manage.py demo` gives."""
    connus = get_user_model().objects
    for fiche in agents:
        if connus.filter(email=fiche["email"]).exists():
            continue
        champs = {champ: valeur for champ, valeur in fiche.items() if champ != "role"}
        agent = connus.create_user(password=None, **{**champs, "agence": agence_nommee(fiche["agence"])})
        agent.groups.set([Group.objects.get(name=fiche["role"])])
