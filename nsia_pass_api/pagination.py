"""Keyset pagination: constant cost whatever the page, no COUNT, cursors that only the server can write."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.core import signing
from django.db.models import Field, Model, Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from .errors import DonneesInvalides

TAILLE_MAXIMALE = 100

Row = Any


@dataclass(frozen=True)
class Asked:
    """`size` rows strictly after `position` in the order, or strictly before it; None: from the beginning."""

    size: int
    position: list[Any] | None
    before: bool

    @property
    def limit(self) -> int:
        """One row more than the page tells whether others follow."""
        return self.size + 1


class PaginationCurseur(BasePagination):
    """Pages of `ordering`: columns that are never null, of which the last ones make each row unique.

    Two lists in one answer: two instances with their own `cursor_query_param` and `page_size_query_param`.
    Raises DonneesInvalides for a cursor that is not ours or a page size out of bounds.
    """

    ordering: Sequence[str] = ("-pk",)
    cursor_query_param = "cursor"
    page_size_query_param = "page_size"
    page_size = 20

    def __init__(
        self,
        *,
        ordering: Sequence[str] | None = None,
        cursor_query_param: str | None = None,
        page_size_query_param: str | None = None,
    ) -> None:
        self.ordering = tuple(ordering or self.ordering)
        self.cursor_query_param = cursor_query_param or self.cursor_query_param
        self.page_size_query_param = page_size_query_param or self.page_size_query_param

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Row]:
        """The rows of the page asked for, in one query; `queryset` gives models or dictionaries."""
        asked = self.asked(request, queryset.model)
        rows = queryset.order_by(*(column.order(reverse=asked.before) for column in self._columns))
        if asked.position is not None:
            rows = rows.filter(self._beyond(asked.position, before=asked.before))
        return self.page(list(rows[: asked.limit]))

    def asked(self, request: Request, model: type[Model]) -> Asked:
        """Which rows of `model` the request asks for, for who reads them by hand: `limit` of them, given to `page`."""
        self._request = request
        self._columns = [_Column(model, name) for name in self.ordering]
        self._salt = f"curseur:{model._meta.label}:{','.join(self.ordering)}"
        self._asked = Asked(self._size(request), *self._read(request))
        return self._asked

    def page(self, found: list[Row]) -> list[Row]:
        """The rows of the page in their order, its links ready: `found` are those asked for, in reverse when before."""
        size, before = self._asked.size, self._asked.before
        more = len(found) > size
        page = found[:size]
        if before:
            page.reverse()
        first = self._asked.position is None
        self.next = self._link(page[-1], before=False) if page and (before or more) else None
        self.previous = self._link(page[0], before=True) if page and (more if before else not first) else None
        return page

    def payload(self, results: Sequence[Any]) -> dict[str, Any]:
        return {"next": self.next, "previous": self.previous, "results": results}

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.payload(data))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {
                    **link,
                    "description": "Page suivante, s'il y en a une.",
                    "example": f"https://borne.nsia.cg/api/v1/…/?{self.cursor_query_param}=WzAsIlZJRSJd…",
                },
                "previous": {**link, "description": "Page précédente, s'il y en a une.", "example": None},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": self.cursor_query_param,
                "in": "query",
                "required": False,
                "description": "Position dans la liste : suivez les liens `next` et `previous`, ne l'écrivez pas.",
                "schema": {"type": "string"},
            },
            {
                "name": self.page_size_query_param,
                "in": "query",
                "required": False,
                "description": "Nombre d'éléments par page.",
                "schema": {"type": "integer", "minimum": 1, "maximum": TAILLE_MAXIMALE, "default": self.page_size},
            },
        ]

    def _size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= TAILLE_MAXIMALE:
            return int(text)
        raise DonneesInvalides(
            champs={self.page_size_query_param: [f"Choisissez un nombre entier de 1 à {TAILLE_MAXIMALE}."]}
        )

    def _read(self, request: Request) -> tuple[list[Any] | None, bool]:
        """The position that the cursor names, as values of the columns, and whether its page comes before it."""
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None, False
        try:
            before, *position = signing.loads(text, salt=self._salt)
        except signing.BadSignature:
            raise DonneesInvalides(
                "Cette page n'existe plus ou n'a jamais existé. Reprenez la liste à son début.",
                champs={self.cursor_query_param: ["Suivez les liens `next` et `previous` sans les modifier."]},
            ) from None
        values = [column.field.to_python(text) for column, text in zip(self._columns, position, strict=True)]
        return values, bool(before)

    def _link(self, row: Row, *, before: bool) -> str:
        cursor = signing.dumps([int(before), *(column.text(row) for column in self._columns)], salt=self._salt)
        return replace_query_param(self._request.build_absolute_uri(), self.cursor_query_param, cursor)

    def _beyond(self, values: list[Any], *, before: bool) -> Q:
        """`a < x OR (a = x AND b < y)`, with `a <= x` beside it so that an index on the first column serves."""
        beyond = Q()
        for column, value in reversed(list(zip(self._columns, values, strict=True))):
            strictly = Q(**{f"{column.name}__{column.side(before)}": value})
            beyond = strictly | (Q(**{column.name: value}) & beyond) if beyond else strictly
        first = self._columns[0]
        return Q(**{f"{first.name}__{first.side(before)}e": values[0]}) & beyond


class _Column:
    def __init__(self, model: type[Model], name: str) -> None:
        self.descending = name.startswith("-")
        self.name = name.removeprefix("-")
        field = model._meta.pk if self.name == "pk" else model._meta.get_field(self.name)
        self.field = cast("Field[Any, Any]", field)

    def order(self, *, reverse: bool) -> str:
        return self.name if self.descending == reverse else f"-{self.name}"

    def side(self, before: bool) -> str:
        return "lt" if self.descending != before else "gt"

    def text(self, row: Row) -> str:
        if isinstance(row, dict):
            value = row[self.name] if self.name in row else row[self.field.attname]
        else:
            value = getattr(row, self.field.attname)
        return str(value.isoformat() if hasattr(value, "isoformat") else value)
