"""What each app says of its models, once, in its `pages.py`, which is discovered like `admin.py`.

`page` is for a model that the back office shows, alone or as a tab: who does what and on which rows, menu entry, « Trouver »,
audit, and whether reading it is reading a person. `table` is for any other: whether the audit follows it. What no app
has declared is read by nobody, and tests name it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from operator import itemgetter
from types import ModuleType
from typing import Any

from django.apps import apps
from django.utils.module_loading import import_string, module_has_submodule

from .lisible import Cles
from .roles import TOUTES, Regle, RoleAgent, du_client

# Sections of the menu, in its order.
CLIENTS = "Clients et contrats"
PAIEMENTS = "Paiements"
OPERATEURS = "Contrôle des opérateurs"
EXPLOITATION = "Exploitation"
CATALOGUE = "Catalogue"
EQUIPE = "Équipe et bornes"
CONTROLE = "Contrôle interne"
SECTIONS = (CLIENTS, PAIEMENTS, OPERATEURS, EXPLOITATION, CATALOGUE, EQUIPE, CONTROLE)

# Why the audit does not follow a table.
JOURNAL = "est lui-même un journal : rien n'y change"
TECHNIQUE = "technique : rien de métier n'y est décidé"


@dataclass(frozen=True)
class Droits:
    """What each role may do, in letters: L reads, A adds, M changes, S deletes, R attaches to an agency."""

    administrateur: str
    gestionnaire: str
    agent: str
    conseiller: str
    auditeur: str

    def lettres(self, role: RoleAgent) -> str:
        return str(getattr(self, role.value))


@dataclass(frozen=True)
class Menu:
    """An entry of the menu: the icon is one of Material Symbols, `resume` says what one does there.

    Entries of a section stand by `rang`, then in the order of apps and of their declarations.
    """

    section: str
    icone: str
    resume: str
    rang: int = 50


@dataclass(frozen=True, kw_only=True)
class Suivie:
    """A table that the audit follows. `libelle`: what a row is, when its model does not say.

    `cles`: how the keys of its JSON columns are read, for a whole row; `lues`: how columns that are codes are. The rest as in
    the migration's `auditer`.
    """

    masquees: tuple[str, ...] = ()
    ignorees: tuple[str, ...] = ()
    libelle: str = ""
    cles: Callable[[Mapping[str, Any]], Cles] = lambda ligne: {}
    lues: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Modele:
    """`client`: the path to the client, `pk` for the client's own table, empty when it belongs to none.

    `audit`: how the audit follows it, or why it does not; empty for a view. `derriere`, for a view: the followed model, and
    where its key is. `impersonnel`: why reading it is not reading a person; empty when it is.
    """

    nom: str
    client: str = ""
    audit: Suivie | str = ""
    derriere: tuple[str, str] | None = None
    droits: Droits | None = None
    lignes: Regle = TOUTES
    menu: Menu | None = None
    trouver: int = 0
    impersonnel: str = ""


_MODELES: dict[str, Modele] = {}


def page(
    nom: str,
    droits: Droits,
    *,
    client: str = "",
    lignes: Regle | None = None,
    audit: Suivie | str = "",
    derriere: tuple[str, str] | None = None,
    menu: Menu | None = None,
    trouver: int = 0,
    impersonnel: str = "",
) -> None:
    """The back office shows `nom` (`app.Modele`). Its rows are those of the client whom `client` leads to, unless `lignes` says.

    `trouver`: its place among what « Trouver » looks for, from 1. Raises ValueError when it is declared twice.
    """
    du = du_client("" if client == "pk" else client) if client else TOUTES
    _declarer(
        Modele(
            nom=nom,
            client=client,
            audit=audit,
            derriere=derriere,
            droits=droits,
            lignes=lignes or du,
            menu=menu,
            trouver=trouver,
            impersonnel=impersonnel,
        )
    )


def table(nom: str, audit: Suivie | str, *, client: str = "") -> None:
    """No page shows `nom`: nobody reads it but the code. Raises ValueError when it is declared twice."""
    _declarer(Modele(nom=nom, client=client, audit=audit))


def _declarer(modele: Modele) -> None:
    if modele.nom in _MODELES:
        raise ValueError(f"Le modèle « {modele.nom} » est déclaré deux fois.")
    _MODELES[modele.nom] = modele


def modeles() -> Mapping[str, Modele]:
    """By name (`app.Modele`), apps from the lowest up."""
    modules("pages")
    return _MODELES


def pages() -> dict[str, Modele]:
    return {nom: modele for nom, modele in modeles().items() if modele.droits is not None}


def menu() -> Iterator[tuple[str, list[tuple[str, Menu]]]]:
    """Sections with the names and entries of their models, in order."""
    entrees = sorted(
        ((nom, modele.menu) for nom, modele in modeles().items() if modele.menu is not None),
        key=lambda entree: entree[1].rang,
    )
    for section in SECTIONS:
        yield section, [entree for entree in entrees if entree[1].section == section]


def a_trouver() -> list[str]:
    """What « Trouver » looks for, in the order in which a term that names one object leads to it."""
    rangs = {nom: modele.trouver for nom, modele in modeles().items() if modele.trouver}
    return sorted(rangs, key=rangs.__getitem__)


# What apps add to pages that are not theirs: dotted paths, since a page may be asked for while others are still imported.

_AJOUTS: dict[str, list[str]] = {}
_ALERTES: list[tuple[int, str]] = []


def ajouter(nom: str, chemin: str) -> None:
    """The class at `chemin`, a `back_office.ajouts.Ajout`, completes the page of `nom`, which is another app's."""
    _AJOUTS.setdefault(nom, []).append(chemin)


def ajouts(nom: str) -> list[Any]:
    """What other apps add to the page of `nom`, apps from the lowest up."""
    modules("pages")
    return [import_string(chemin)() for chemin in _AJOUTS.get(nom, ())]


def alerter(chemin: str, *, rang: int = 50) -> None:
    """The function at `chemin` answers what is to be looked at today: (*, permises) → list of `alertes.Alerte`.

    The home page shows them by `rang`, then in the order of apps and of their declarations.
    """
    _ALERTES.append((rang, chemin))


def alertes() -> list[Callable[..., Any]]:
    modules("pages")
    return [import_string(chemin) for _, chemin in sorted(_ALERTES, key=itemgetter(0))]


@dataclass(frozen=True)
class Echanges:
    """Where what was said with an operator is read.

    `listes`: models searched by our reference; `lu_par`: that whose readers may read the exchanges on a payment's page; `source`,
    as a dotted path: (*, reference) → sequence of `back_office.echanges.Echange`.
    """

    listes: tuple[str, ...]
    lu_par: str
    source: str


_ECHANGES: dict[str, Echanges] = {}


def echanges_avec(operateur: str, echanges: Echanges) -> None:
    _ECHANGES[operateur] = echanges


def echanges(operateur: str) -> Echanges | None:
    """None for an operator without an API."""
    modules("pages")
    return _ECHANGES.get(operateur)


# Modules of apps


@cache
def modules(nom: str) -> tuple[ModuleType, ...]:
    """The module `nom` of each app that has one, apps from the lowest up; the kernel's is not an app's."""
    return tuple(
        import_module(f"{app.name}.{nom}")
        for app in apps.get_app_configs()
        if app.name.startswith("apps.") and app.module is not None and module_has_submodule(app.module, nom)
    )
