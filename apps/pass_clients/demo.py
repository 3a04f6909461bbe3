"""This app's rows of the demonstration that nobody lives: the agencies of its clients and agents."""

from typing import Any

from apps.pass_clients.errors import AgenceInconnue
from apps.pass_clients.selectors import agence_nommee
from apps.pass_clients.services import enregistrer_agence


def preparer(*, fiches: list[dict[str, Any]], agents: list[dict[str, Any]]) -> None:
    for nom in sorted({fiche.get("agence", "") for fiche in (*agents, *fiches)} - {""}):
        try:
            agence_nommee(nom)
        except AgenceInconnue:
            enregistrer_agence(nom=nom)
