"""What an app adds to the page of another app's model, without being imported by it: `registre.ajouter` names the class."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from unfold.admin import TabularInline


class Ajout:
    """`actes`: buttons; `devant` and `derriere`: tabs before and after those of the page."""

    actes: ClassVar[Sequence[Any]] = ()
    devant: ClassVar[Sequence[type[TabularInline]]] = ()
    derriere: ClassVar[Sequence[type[TabularInline]]] = ()

    def annoter(self, objets: QuerySet[Any]) -> QuerySet[Any]:
        """What `remarques` needs of the object whose page is opened."""
        return objets

    def remarques(self, objet: Any) -> Sequence[str]:
        """What whoever opens the page should know before acting."""
        return ()

    def resume(self, objet: Any) -> Sequence[tuple[str, str, bool]]:
        """Figures above the page: label, figure, and whether it is bad news."""
        return ()

    def panneaux(self, objet: Any) -> Sequence[Any]:
        """Tables below the page (`dossier.Panneau`)."""
        return ()
