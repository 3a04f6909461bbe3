"""Who may do what, and on which rows: what the back office and the API of agents both ask.

Each app says it of its models in its `pages.py`; the table that comes of it is rendered into docs/back_office.md. A role is a
group. Its permissions are written after each migration by `equipe.accorder_roles`. A client belongs to the agency of the client's
row, and to the agent who follows that client.
"""

from functools import cache
from typing import TypeVar

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Permission
from django.db.models import Model, Q, QuerySet
from django.utils.text import capfirst

from apps.borne_auth.models import Agent, RoleAgent
from apps.socle.natures import natures
from nsia_pass_api.registre import Droits, pages
from nsia_pass_api.roles import VOIENT_TOUT, disjointes

M = TypeVar("M", bound=Model)

# Letters of the table, and the permission that each is.
LETTRES = {"L": "view", "A": "add", "M": "change", "S": "delete", "R": "rattacher"}
VERBES = {"L": "lire", "A": "ajouter", "M": "modifier", "S": "supprimer", "R": "rattacher à une agence"}


def droits() -> dict[str, Droits]:
    """What each role may do, by model (`app.Modele`)."""
    return {nom: page.droits for nom, page in pages().items() if page.droits is not None}


# Who takes lists away as files, of what they read.
EXPORTENT = frozenset({RoleAgent.ADMINISTRATEUR, RoleAgent.GESTIONNAIRE, RoleAgent.AGENT, RoleAgent.AUDITEUR})


def peut_exporter(agent: AbstractBaseUser, modele: type[Model]) -> bool:
    """Whether this person may take away, as a file, the list of `modele` that she reads."""
    return (
        isinstance(agent, Agent) and agent.role in EXPORTENT and "L" in droits()[modele._meta.label].lettres(agent.role)
    )


def permissions_du_role(role: RoleAgent) -> frozenset[str]:
    """The permissions (`app.codename`) of the role, as the table says."""
    return frozenset(
        _permission(nom, LETTRES[lettre]) for nom, permis in droits().items() for lettre in permis.lettres(role)
    )


def _permission(nom: str, verbe: str) -> str:
    app, _, modele = nom.partition(".")
    return f"{app}.{verbe}_{modele.lower()}"


def droit_lisible(permission: Permission) -> str:
    """« Clients : modifier »."""
    verbe, _, _ = permission.codename.partition("_")
    lettre = next((lettre for lettre, nom in LETTRES.items() if nom == verbe), None)
    modele = permission.content_type.model_class()
    quoi = capfirst(str(modele._meta.verbose_name_plural if modele else permission.content_type.model))
    return f"{quoi} : {VERBES[lettre] if lettre else verbe}"


@cache
def roles_decideurs() -> frozenset[RoleAgent]:
    """Those whose members decide what others propose: two people give them, and keep their accounts (natures.py)."""
    decident = {nature.droit_decider for _, nature in natures()}
    return frozenset(role for role in RoleAgent if permissions_du_role(role) & decident)


def est_decideur(agent: Agent) -> bool:
    return agent.role in roles_decideurs()


def droits_lisibles(role: RoleAgent) -> list[tuple[str, str]]:
    """What the role may do, a model a line, as people read it."""
    return [
        (
            capfirst(str(apps.get_model(nom)._meta.verbose_name_plural)),
            ", ".join(VERBES[lettre] for lettre in permis.lettres(role)),
        )
        for nom, permis in droits().items()
        if permis.lettres(role)
    ]


def table_des_droits() -> str:
    """As docs/back_office.md shows it: a line a model, apps from the lowest up."""
    entete = ["model", "rows of agents and advisors", *RoleAgent.values]
    lignes = [
        [f"`{nom}`", page.lignes.nom, *(page.droits.lettres(role) or "–" for role in RoleAgent)]
        for nom, page in pages().items()
        if page.droits is not None
    ]
    return "".join(f"| {' | '.join(ligne)} |\n" for ligne in [entete, ["---"] * len(entete), *lignes]).replace(
        "| --- ", "|---"
    )


def lignes_permises(agent: AbstractBaseUser, lignes: QuerySet[M]) -> QuerySet[M]:
    """Those of `lignes` that this person may reach, whatever is done with them; none without a role or a declaration."""
    condition = _condition(agent, lignes)
    return lignes.none() if condition is None else lignes.filter(condition)


def parts_permises(agent: AbstractBaseUser, lignes: QuerySet[M]) -> list[QuerySet[M]]:
    """The same rows in parts, each row in one, that PostgreSQL counts faster than the whole."""
    condition = _condition(agent, lignes)
    return [] if condition is None else [lignes.filter(part) for part in disjointes(condition)]


def _condition(agent: AbstractBaseUser, lignes: QuerySet[M]) -> Q | None:
    if not isinstance(agent, Agent) or agent.role is None:
        return None
    page = pages().get(lignes.model._meta.label)
    if page is None:
        return None
    return Q() if agent.role in VOIENT_TOUT else page.lignes.pour(agent.role, agent)
