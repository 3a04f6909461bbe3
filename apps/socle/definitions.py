"""The settings that the insurer changes in the back office: what they are called, in which unit, within which bounds.

An app defines its own in its `definitions.py`; their defaults are those of settings, under the same names.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A whole number between two bounds."""

    libelle: str
    aide: str
    unite: str
    minimum: int
    maximum: int


DEFINITIONS: dict[str, Definition] = {}
ORDRES: list[tuple[str, str]] = []
"""The first never passes the second."""


def definir(nom: str, definition: Definition) -> None:
    """The insurer may change the setting `nom`. Raises ValueError when two places define it."""
    if nom in DEFINITIONS:
        raise ValueError(f"Le réglage « {nom} » est défini deux fois.")
    DEFINITIONS[nom] = definition


def ordonner(moindre: str, autre: str) -> None:
    """The setting `moindre` never passes `autre`."""
    ORDRES.append((moindre, autre))


definir(
    "DEUX_PERSONNES_JOURS",
    Definition(
        libelle="Deux personnes : indépendance",
        aide="Qui a créé ou modifié le compte d'un collègue ne compte pas, pendant ce délai, pour une autre personne que lui.",
        unite="jours",
        minimum=7,
        maximum=365,
    ),
)
