"""Whose files there are, by name: which app decides who reads them. An app declares its own in its `fichiers.py`:

    @domaine("sinistre", libelle="Sinistre", lecture_de=client_du_sinistre)
    def peut_lire(lecteur: Lecteur, fichier: FichierPrive) -> bool: ...

The name is in rows: renamed, it needs a migration of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import PermissionsMixin

if TYPE_CHECKING:
    from apps.socle.models import FichierPrive


@dataclass(frozen=True)
class Lecteur:
    """Who reads: `reference` (« agent:12 », « client:34 ») is in the links that this reader is given; `agent` for the staff."""

    reference: str
    agent: PermissionsMixin | None = None


Regle = Callable[[Lecteur, "FichierPrive"], bool]


@dataclass(frozen=True)
class Domaine:
    """`lecture_de`: whose data a file shows, as the key of the client, or None when nobody knows: each reading by the staff is
    then noted. Without it, readings are not."""

    libelle: str
    peut_lire: Regle
    lecture_de: Callable[["FichierPrive"], int | None] | None


_DOMAINES: dict[str, Domaine] = {}


def domaine(
    nom: str, *, libelle: str, lecture_de: Callable[["FichierPrive"], int | None] | None = None
) -> Callable[[Regle], Regle]:
    """The decorated function says who reads the files of this name. Raises ValueError when two places declare it."""

    def inscrire(regle: Regle) -> Regle:
        if nom in _DOMAINES:
            raise ValueError(f"Le domaine de fichiers « {nom} » est déclaré deux fois.")
        _DOMAINES[nom] = Domaine(libelle, regle, lecture_de)
        return regle

    return inscrire


def le_domaine(nom: str) -> Domaine:
    """The domain of that name. Raises KeyError when no app declares it."""
    return _DOMAINES[nom]


def libelle_du_domaine(nom: str) -> str:
    """As people read it; the name itself when the app that declared it is gone."""
    return _DOMAINES[nom].libelle if nom in _DOMAINES else nom
