"""Facts by name: which exist, and who does something when one has happened.

An app declares in its own `faits.py` the facts that it says, and what it does of those of other apps:

    declarer("paiement.regle", "Un paiement est confirmé.", donnees=("paiement", "souscription", "montant"))

    @quand("paiement.regle")
    def tenir_la_promesse(fait: Fait) -> None: ...

A handler runs in a transaction of its own, at least once for each fact and in order for one key: it must be idempotent, and call
nobody over the network (it writes rows that are due). Its name is in rows: renamed, it needs a migration of those that wait.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from apps.socle.cles import nommer
from apps.socle.models import Fait

Traitant = Callable[[Fait], None]


@dataclass(frozen=True)
class Declaration:
    """What a name says, in French for people, and the keys that its `donnees` have."""

    libelle: str
    donnees: frozenset[str]


_FAITS: dict[str, Declaration] = {}
_TRAITANTS: dict[str, dict[str, Traitant]] = {}


def declarer(nom: str, libelle: str, *, donnees: Iterable[str]) -> None:
    """The fact `nom` may be said. Raises ValueError when two places declare it."""
    if nom in _FAITS:
        raise ValueError(f"Le fait « {nom} » est déclaré deux fois.")
    _FAITS[nom] = Declaration(libelle, frozenset(donnees))


def quand(nom: str) -> Callable[[Traitant], Traitant]:
    """The decorated function takes each fact `nom` that is said from now on."""

    def inscrire(traitant: Traitant) -> Traitant:
        app = traitant.__module__.removeprefix("apps.").partition(".")[0]
        _TRAITANTS.setdefault(nom, {})[f"{app}.{traitant.__name__}"] = traitant
        return traitant

    return inscrire


def declaration(nom: str) -> Declaration:
    """Raises KeyError for a name that no app declares."""
    return _FAITS[nom]


def declarations() -> dict[str, Declaration]:
    return dict(sorted(_FAITS.items()))


def traitants(nom: str) -> dict[str, Traitant]:
    """The handlers of the fact `nom`, by their names."""
    return _TRAITANTS.get(nom, {})


nommer("code", "Code n°")
nommer("proposition", "Proposition n°", ancien="ancien téléphone", nouveau="nouveau téléphone")
nommer("fichier", "Fichier")

declarer(
    "fichier.juge",
    "Un fichier est vérifié, ou refusé avec un motif.",
    donnees=("fichier", "domaine", "objet", "motif"),
)
