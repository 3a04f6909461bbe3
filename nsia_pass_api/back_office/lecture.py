"""What only services write: pages and tables to read."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet

from ..lisible import nommer
from .admin_pass import AdminPass
from .portee import LignesPermises


class LectureSeule:
    """Mixin for what only services write: shown, never added, changed nor deleted here, whatever one's permissions."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class AdminLecture(LectureSeule, AdminPass):
    """A page to read: `fieldsets` may hold cells."""

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))


class LignesLecture(PaginationInlineFormSet):  # type: ignore[misc]
    """Rows that no form posted: what comes from the browser is not read, so there is nothing to validate nor to save."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def is_valid(self) -> bool:
        return True

    def save(self, commit: bool = True) -> list[models.Model]:
        self.new_objects: list[models.Model] = []
        self.changed_objects: list[models.Model] = []
        self.deleted_objects: list[models.Model] = []
        return []


class FichesLues(LignesLecture):
    """Rows whose `avant` and `apres` are records of `modele`: they know the names of what these point to (`fiche`)."""

    modele: ClassVar[Callable[[Any], type[models.Model]]]

    def get_queryset(self) -> Any:
        lignes = super().get_queryset()
        if not hasattr(self, "_noms"):
            de = type(self).modele
            fiches: dict[type[models.Model], list[dict[str, Any]]] = defaultdict(list)
            for ligne in lignes:
                fiches[de(ligne)] += [ligne.avant, ligne.apres]
            self._noms = {cle: nom for modele, lues in fiches.items() for cle, nom in nommer(modele, lues).items()}
            for ligne in lignes:
                ligne.noms = self._noms
        return lignes


class TableauLecture(LectureSeule, LignesPermises, TabularInline):  # type: ignore[misc]
    """A table to read on another object's page, under its own tab: `fields` may hold cells. One query, two when paginated."""

    formset = LignesLecture
    extra = 0
    max_num = 0
    tab = True
    hide_title = True

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Sequence[Any]:
        return tuple(self.fields)
