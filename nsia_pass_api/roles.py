"""The roles of the staff, and which rows of a model each reads. What each may do is said by apps in their `pages.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, Protocol

from django.db.models import Q, TextChoices


class RoleAgent(TextChoices):
    """One person has one of them at most: the database refuses a second. Each is a group."""

    ADMINISTRATEUR = "administrateur", "Administrateur"
    GESTIONNAIRE = "gestionnaire", "Gestionnaire"
    AGENT = "agent", "Agent"
    CONSEILLER = "conseiller", "Conseiller"
    AUDITEUR = "auditeur", "Auditeur"


# Those who read all rows of what they may read.
VOIENT_TOUT = frozenset({RoleAgent.ADMINISTRATEUR, RoleAgent.GESTIONNAIRE, RoleAgent.AUDITEUR})


class Personne(Protocol):
    """What rules ask of a member of staff."""

    pk: Any
    agence_id: int | None


@dataclass(frozen=True)
class Regle:
    """The rows of a person who does not read them all, and how docs/back_office.md calls them."""

    nom: str
    pour: Callable[[RoleAgent, Personne], Q]


def du_client(chemin: str = "") -> Regle:
    """`chemin` leads to the client: an agent reads those of the own agency and those followed, an advisor the latter."""
    prefixe = f"{chemin}__" if chemin else ""

    def pour(role: RoleAgent, personne: Personne) -> Q:
        suivis = Q(**{f"{prefixe}suivi_par": personne.pk})
        if role == RoleAgent.AGENT and personne.agence_id is not None:
            return suivis | Q(**{f"{prefixe}agence": personne.agence_id})
        return suivis

    return Regle("the client's", pour)


def de_soi(champ: str) -> Regle:
    """What this person has made."""
    return Regle("one's own", lambda role, personne: Q(**{champ: personne.pk}))


def _de_son_agence(role: RoleAgent, personne: Personne) -> Q:
    return Q(agence=personne.agence_id) if personne.agence_id is not None else Q(pk__in=())


def disjointes(condition: Q) -> list[Q]:
    """Conditions of which a row meets one at most, and that are `condition` together.

    For counts: PostgreSQL finds the rows of each by an index, where for « one or the other » it reads the table.
    """
    if condition.connector != Q.OR or condition.negated:
        return [condition]
    parts: list[Q] = []
    vues: list[Q] = []
    for enfant in map(Q, reversed(condition.children)):  # the agency's, then those of others whom the person follows
        parts.append(reduce(and_, (~vue for vue in vues), enfant))
        vues.append(enfant)
    return parts


DE_SON_AGENCE = Regle("the agency's", _de_son_agence)
SOI_MEME = Regle("oneself", lambda role, personne: Q(pk=personne.pk))
TOUTES = Regle("all", lambda role, personne: Q())
