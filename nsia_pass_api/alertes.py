"""What the home page of the back office tells its reader to look at: queues, counted on the rows that this reader may reach."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from .back_office.regard import Regard
from .dates import maintenant
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
            nombre=_nombre(permises.parts(lignes) if isinstance(permises, Regard) else [permises(lignes)]),
            vue=f"admin:{lignes.model._meta.app_label}_{lignes.model._meta.model_name}_changelist",
            requete=urlencode(requete),
        )
        for code, titre, lignes, requete in sources
    ]
    return [alerte for alerte in alertes if alerte.nombre]


def _nombre(parts: list[QuerySet[Any]]) -> int:
    """How many rows `parts` have together, at most one more than COMPTE_MAXIMUM. One query, none without a part."""
    if not parts:
        return 0
    premiere, *autres = (part.order_by().values("pk") for part in parts)
    toutes = premiere.union(*autres, all=True) if autres else premiere
    return toutes[: COMPTE_MAXIMUM + 1].count()


def a_voir(**choix: tuple[str, Callable[..., QuerySet[Any]]]) -> type[admin.SimpleListFilter]:
    """The filter to which alerts of the home page lead: value → its label, and the rows that the alert counts at a moment."""

    class AVoirFiltre(admin.SimpleListFilter):
        title = "alerte"
        parameter_name = "a_voir"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(valeur, libelle) for valeur, (libelle, _) in choix.items()]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            valeur = self.value()
            return queryset & choix[valeur][1](quand=maintenant()) if valeur in choix else queryset

    return AVoirFiltre
