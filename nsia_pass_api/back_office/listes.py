"""Lists that never count a big table, and are filtered by what they declare alone."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.views.main import ORDER_VAR
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from ..lisible import COMPTE_MAXIMUM, compte_lisible
from ..money import formater_nombre


class PaginateurEstime(Paginator):  # type: ignore[type-arg]
    """Counts at most COMPTE_MAXIMUM rows; a whole table that has more is said to have what its statistics say."""

    template_name = "admin/pagination_estimee.html"

    def __init__(
        self, rows: QuerySet[Any], per_page: int, *, table: str, comptees: QuerySet[Any] | None = None
    ) -> None:
        super().__init__(rows, per_page)
        self.rows, self.table = rows if comptees is None else comptees, table

    @cached_property
    def count(self) -> int:
        if not self.rows.query.where:
            with connection.cursor() as cursor:
                cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [self.table])
                (estimation,) = cursor.fetchone()
            if estimation > COMPTE_MAXIMUM:
                return int(estimation)
        return self.rows.order_by()[: COMPTE_MAXIMUM + 1].count()

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, COMPTE_MAXIMUM) // self.per_page))

    @property
    def compte(self) -> str:
        """The count as people read it."""
        if self.count <= COMPTE_MAXIMUM + 1:
            return compte_lisible(self.count, COMPTE_MAXIMUM)
        return f"environ {formater_nombre(round(self.count, 3 - len(str(self.count))))}"


class Liste(ChangeList):  # type: ignore[misc]
    """Filters by what its filters declare and orders by its sortable columns; raises DisallowedModelAdminLookup for the rest.

    Django lets any column of the table be compared in the address, also those that no page shows (decision 19).
    """

    result_list: Any

    def get_filters(self, request: HttpRequest) -> Any:
        filtres = super().get_filters(request)
        # Each filter takes its own parameters out of the third element: what is left is nobody's.
        if refuses := sorted(filtres[2]):
            raise DisallowedModelAdminLookup(f"no filter declares {', '.join(refuses)[:80]}")
        return filtres

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        if not self.sortable_by:
            self.params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)

    def get_ordering_field(self, field_name: Any) -> Any:
        return super().get_ordering_field(field_name) if field_name in self.sortable_by else None

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # The header would count the whole table again; the footer says the number.
        self.full_result_count = self.result_count
        lignes = list(self.result_list)
        self.model_admin.preparer(lignes)
        self.result_list = lignes
        self.nommes = nommes_au_dela(lignes)


def nommes_au_dela(lignes: Sequence[Any], montrees: int = 0) -> str:
    """How many bear the name that was looked for, when more than these of `lignes` that are shown; nothing otherwise."""
    nommes = getattr(lignes[0], "nommes", 0) if lignes else 0
    return compte_lisible(nommes, COMPTE_MAXIMUM) if nommes > (montrees or len(lignes)) else ""
