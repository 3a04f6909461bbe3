"""What the home page of the back office tells its reader to look at: queues, counted on the rows that this reader may reach."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from .lisible import COMPTE_MAXIMUM, compte_lisible

Permises = Callable[[QuerySet[Any]], QuerySet[Any]]
"""Narrows a queryset to the rows of whoever looks."""
Source = tuple[str, str, QuerySet[Any], dict[str, str]]
"""Code, title, rows, and what their list is asked to show the same."""


@dataclass(frozen=True, kw_only=True)
class Alerte:
    """Something that somebody must look at. `nombre`: at most one more than COMPTE_MAXIMUM, which then means « or more »."""

    code: str
    titre: str
    nombre: int
    vue: str
    """URL name of the admin list."""
    requete: str
    """Its query string, which shows what was counted."""

    @property
    def compte(self) -> str:
        """The number as people read it, as its list says it."""
        return compte_lisible(self.nombre, COMPTE_MAXIMUM)

    @property
    def url(self) -> str:
        return f"{reverse(self.vue)}?{self.requete}".removesuffix("?")


def compter(sources: Iterable[Source], *, permises: Permises) -> list[Alerte]:
    """An alert a source that has rows among those that `permises` leaves. One query each."""
    alertes = [
        Alerte(
            code=code,
            titre=titre,
            nombre=permises(lignes).order_by()[: COMPTE_MAXIMUM + 1].count(),
            vue=f"admin:{lignes.model._meta.app_label}_{lignes.model._meta.model_name}_changelist",
            requete=urlencode(requete),
        )
        for code, titre, lignes, requete in sources
    ]
    return [alerte for alerte in alertes if alerte.nombre]
