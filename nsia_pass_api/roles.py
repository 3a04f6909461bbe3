"""The roles of the staff, and which rows of a model each reads. What each may do is said by apps in their `pages.py`."""

from collections.abc import Callable
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


Regle = Callable[[RoleAgent, Personne], Q]
"""The rows of a person who does not read them all."""


def du_client(chemin: str = "") -> Regle:
    """`chemin` leads to the client: an agent reads those of the own agency and those whom he follows, an advisor the latter."""
    prefixe = f"{chemin}__" if chemin else ""

    def regle(role: RoleAgent, personne: Personne) -> Q:
        suivis = Q(**{f"{prefixe}suivi_par": personne.pk})
        if role == RoleAgent.AGENT and personne.agence_id is not None:
            return suivis | Q(**{f"{prefixe}agence": personne.agence_id})
        return suivis

    return regle


def de_son_agence(role: RoleAgent, personne: Personne) -> Q:
    return Q(agence=personne.agence_id) if personne.agence_id is not None else Q(pk__in=())


def soi_meme(role: RoleAgent, personne: Personne) -> Q:
    return Q(pk=personne.pk)


def de_soi(champ: str) -> Regle:
    """What this person has made."""

    def regle(role: RoleAgent, personne: Personne) -> Q:
        return Q(**{champ: personne.pk})

    return regle


def toutes(role: RoleAgent, personne: Personne) -> Q:
    return Q()
