"""The base of every admin: constant queries, exact search, files, a refusal of a service shown as a message."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from ..errors import ErreurPass
from ..textes import champ_tape
from .exports import AvecExport
from .historique import AvecHistorique
from .listes import Liste, PaginateurEstime
from .portee import LignesPermises
from .recherche import AvecRecherche

admin.site.index_title = "Accueil"


class TextesTapes:
    """Mixin, before the page or the table: what people type in its fields is kept as `textes.nettoyer` says."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if (classe := champ_tape(db_field)) is not None:
            kwargs.setdefault("form_class", classe)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class AdminPass(TextesTapes, LignesPermises, AvecHistorique, AvecExport, AvecRecherche, ModelAdmin):  # type: ignore[misc]
    """Base of every admin: constant queries and no COUNT(*), a refusal of a service shown as a message.

    `table_comptee`: table whose statistics count a view. `lignes_comptees_comme`: what many rows are, if not the title.
    """

    list_per_page = 50
    list_max_show_all = 50
    list_filter_sheet = True
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by: ClassVar[Sequence[str]] = ()
    compressed_fields = True
    warn_unsaved_form = True

    table_comptee: ClassVar[str | None] = None
    lignes_comptees_comme: ClassVar[str] = ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Liste

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *args: Any, **kwargs: Any
    ) -> PaginateurEstime:
        entiere = not set(request.GET) - {PAGE_VAR, ORDER_VAR}
        comptees = self.lignes_comptees(request) if entiere else None
        return PaginateurEstime(
            queryset, per_page, table=self.table_comptee or self.model._meta.db_table, comptees=comptees
        )

    def lignes_comptees(self, request: HttpRequest) -> QuerySet[Any] | None:
        """As many rows as this person's list has without search nor filter, when they cost less to count elsewhere."""
        return None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[no-any-return]
        except ErreurPass as erreur:
            self.message_user(request, erreur.detail, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
