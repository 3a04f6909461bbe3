"""What can send an SMS. settings.MESSAGERIE names the class; without one, messages wait in their table."""

from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class MessagerieInjoignable(Exception):
    """The message may or may not have left; it will be sent again."""


class Messagerie(Protocol):
    def envoyer(self, *, telephone: str, texte: str, cle: str) -> None:
        """The gateway holds the message; `cle` lets it drop a repetition. Raises MessagerieInjoignable."""
        ...


def messagerie() -> Messagerie | None:
    return _instance(settings.MESSAGERIE) if settings.MESSAGERIE else None


@cache
def _instance(chemin: str) -> Messagerie:
    instance: Messagerie = import_string(chemin)()
    return instance
