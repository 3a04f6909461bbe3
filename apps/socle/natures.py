"""The kinds of acts that two people do together, by code. An app declares its own in its `natures.py`:

    @proposable("remboursement")
    class Remboursement(Nature[PaiementPass]): ...

The code is in rows: renamed, it needs a migration of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.utils.module_loading import import_string

if TYPE_CHECKING:  # a proposal reads the name of its kind here
    from apps.socle.models import Proposition

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Demande:
    """What is asked of an object: `avant` as it is, `apres` as it would be, the same keys in both, as JSON.

    `cle` names the object (« sinistre:SIN-2026-000123 »), whatever table holds it; `client_id` and `paiement_id` say besides
    whose file and which payment it is about.
    """

    cle: str
    client_id: int | None
    avant: Mapping[str, Any]
    apres: Mapping[str, Any]
    paiement_id: int | None = None


@dataclass(frozen=True)
class Changement:
    """A line that the checker reads; `avant` is `apres` when it only says what it is about."""

    libelle: str
    avant: str
    apres: str

    @property
    def change(self) -> bool:
        return self.avant != self.apres


class Nature(ABC, Generic[M]):
    """One kind. `droit_proposer` and `droit_decider`: permissions (`app.codename`) that it takes to ask and to decide.

    `champs`: for each key of a demand, its label and how its value is read by people; `essentiel`: those that a list shows.
    """

    libelle: ClassVar[str]
    droit_proposer: ClassVar[str]
    droit_decider: ClassVar[str]
    champs: ClassVar[Mapping[str, tuple[str, Callable[[Any], str]]]]
    essentiel: ClassVar[Sequence[str]]

    @abstractmethod
    def objet(self, proposition: "Proposition") -> M:
        """What the proposal is about."""

    @abstractmethod
    def tenir(self, objet: M) -> M:
        """The object as it is now, held with what comes before it in the order of locks until the transaction ends."""

    @abstractmethod
    def demander(self, objet: M, **saisie: Any) -> Demande:
        """What would be done of the held object. Raises ErreurPass when it makes no sense."""

    @abstractmethod
    def situation(self, objet: M) -> Mapping[str, Any]:
        """`avant` of a demand, as it would be read of the held object now."""

    @abstractmethod
    def executer(self, objet: M, proposition: "Proposition", *, decideur: AbstractBaseUser, quand: datetime) -> None:
        """What was proposed is done of the held object, by one service. Raises ErreurPass: then nothing is decided."""

    @abstractmethod
    def fait(self, proposition: "Proposition") -> str:
        """What whoever approved reads."""

    def alerte(self, proposition: "Proposition") -> str:
        """What whoever decides must not overlook, said above all else; empty when nothing is out of the ordinary."""
        return ""

    def changements(self, proposition: "Proposition", *, champs: Sequence[str] = ()) -> list[Changement]:
        """The lines of `champs`, or all of them."""
        return [
            Changement(libelle, _lu(proposition.avant.get(cle), montrer), _lu(proposition.apres.get(cle), montrer))
            for cle, (libelle, montrer) in self.champs.items()
            if cle in proposition.apres and (not champs or cle in champs)
        ]


class Independance(Protocol):
    """Of settings.INDEPENDANCE: who is another person than whom."""

    def liees(self, agent_id: int) -> Collection[int]:
        """Those who are no second person for this agent, who is among them."""

    def peuvent_decider(self, *, demandeur_id: int, droit: str) -> Sequence[str]:
        """The names of those who may decide what this person asks, by the permission `droit`."""


@cache
def independance() -> Independance:
    kind: Independance = import_string(settings.INDEPENDANCE)()
    return kind


def _lu(valeur: Any, montrer: Callable[[Any], str]) -> str:
    return "–" if valeur is None or valeur == "" else montrer(valeur)


_NATURES: dict[str, Nature[Any]] = {}
G = TypeVar("G", bound=type[Nature[Any]])


def proposable(code: str) -> Callable[[G], G]:
    """The decorated kind is that of proposals of this code. Raises ValueError when two have it."""

    def inscrire(genre: G) -> G:
        if code in _NATURES:
            raise ValueError(f"La nature « {code} » est déclarée deux fois.")
        _NATURES[code] = genre()
        return genre

    return inscrire


def nature(code: str) -> Nature[Any]:
    """The kind of that code. Raises KeyError when no app declares it."""
    return _NATURES[code]


def natures() -> Collection[tuple[str, Nature[Any]]]:
    return _NATURES.items()
