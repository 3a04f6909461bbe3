"""Short tables that several apps bring to an object's page (`Ajout.panneaux`), on the rows of whoever looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from .ajouts import Ajout
from .cellules import Cellule
from .portee import lignes_permises, lisible

LIGNES = 10


@dataclass(frozen=True, kw_only=True)
class Panneau:
    """A table of at most `LIGNES` rows, read in one query. `recherche`: what the model's list is asked, to read them all."""

    titre: str
    lignes: QuerySet[Any]
    cellules: Sequence[Cellule]
    vide: str
    recherche: str = ""

    def montrer(self, request: HttpRequest) -> dict[str, Any] | None:
        """What the template reads; None for whoever may not read the model."""
        modele = self.lignes.model
        if not lisible(request, modele):
            return None
        trouvees = list(lignes_permises(request, self.lignes)[: LIGNES + 1])
        reste = len(trouvees) > LIGNES and self.recherche
        liste = f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist"
        return {
            "titre": self.titre,
            "colonnes": [cellule.short_description for cellule in self.cellules],  # type: ignore[attr-defined]
            "lignes": [[cellule(ligne) for cellule in self.cellules] for ligne in trouvees[:LIGNES]],
            "vide": self.vide,
            "tout": reverse(liste, query={"q": self.recherche}) if reste else "",
        }


def dossier(request: HttpRequest, objet: Any, ajouts: Iterable[Ajout]) -> list[dict[str, Any]]:
    """The panels of `objet` that this person may read, in the order of the apps that bring them."""
    panneaux = [panneau for ajout in ajouts for panneau in ajout.panneaux(objet)]
    return [montre for panneau in panneaux if (montre := panneau.montrer(request)) is not None]
