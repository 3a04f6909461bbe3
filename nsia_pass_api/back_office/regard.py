"""Whoever looks at the back office, for selectors that answer what is there for her."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet


@dataclass(frozen=True)
class Regard:
    """Narrows a queryset to the rows that `agent` may read, on pages that may be opened; `parts`: the same, to be counted."""

    agent: AbstractBaseUser | AnonymousUser
    lignes: Callable[[QuerySet[Any]], QuerySet[Any]]
    parts: Callable[[QuerySet[Any]], list[QuerySet[Any]]]

    def __call__(self, lignes: QuerySet[Any]) -> QuerySet[Any]:
        return self.lignes(lignes)
