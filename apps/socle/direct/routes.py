"""What is spoken of over a socket, by name. An app declares its own in its `direct.py`:

    @en_direct("conversation")
    class Conversation(Route): ...

is then at `/ws/conversation/<object>` and, by Socket.IO, at `/socket.io/?route=conversation&objet=<object>`, each with a ticket.
Methods run in a thread of the live process, one at a time for a socket, and may use the database.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Trame = Mapping[str, Any]
"""A message to one socket, a JSON object."""


@dataclass
class Passager:
    """Who is at the other end. `porteur`: whom the ticket was given to; `objet`: what it was given for; `etat` is the route's."""

    objet: str
    porteur: str
    etat: dict[str, Any] = field(default_factory=dict)


class Route(ABC):
    """Its sockets hear the channel « name:object » (`services.direct.annoncer_direct`)."""

    @abstractmethod
    def recevoir(self, passager: Passager, message: Mapping[str, Any]) -> Collection[Trame]:
        """What this socket is told of the object that it sent. Raises ErreurPass: the socket is told so, and stays open."""

    @abstractmethod
    def entendre(self, passager: Passager, annonce: Mapping[str, Any]) -> Collection[Trame]:
        """What this socket is told of what was announced: ids, of rows that are committed."""

    @abstractmethod
    def vivants(self, porteurs: Collection[str]) -> Collection[str]:
        """Those whose session is still open: the sockets of the others are closed. Asked of all at once, every few seconds."""

    def reprendre(self, passager: Passager) -> Collection[Trame]:
        """What this socket is told when announcements may have been missed. It asks for what it lacks."""
        return [{"type": "resync"}]


_ROUTES: dict[str, Route] = {}
R = TypeVar("R", bound=type[Route])


def en_direct(nom: str) -> Callable[[R], R]:
    """The decorated route has this name. Raises ValueError when two have it."""

    def inscrire(genre: R) -> R:
        if nom in _ROUTES:
            raise ValueError(f"La route « {nom} » est déclarée deux fois.")
        _ROUTES[nom] = genre()
        return genre

    return inscrire


def routes() -> Mapping[str, Route]:
    """By name; `registre.modules("direct")` has read those of all apps by then."""
    return _ROUTES
