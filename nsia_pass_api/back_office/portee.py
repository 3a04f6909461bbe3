"""What whoever signed in may reach: rows, pages, models of the menu."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string


class LignesPermises:
    """Mixin, before any other: what settings.BACK_OFFICE_LIGNES lets this person reach, in lists, pages, acts and searches."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        lignes: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return lignes_permises(request, lignes)


def lignes_permises(request: HttpRequest, lignes: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `lignes` that whoever signed in may reach."""
    permises: QuerySet[Any] = import_string(settings.BACK_OFFICE_LIGNES)(request.user, lignes)
    return permises


def lignes_lues(request: HttpRequest, lignes: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `lignes` that whoever signed in may reach, on a page that may be opened."""
    return lignes_permises(request, lignes) if lisible(request, lignes.model) else lignes.none()


def parts_lues(request: HttpRequest, lignes: QuerySet[Any]) -> list[QuerySet[Any]]:
    """The rows of `lignes_lues` in parts, each row in one; no part when there is none."""
    if not lisible(request, lignes.model):
        return []
    parts: list[QuerySet[Any]] = import_string(settings.BACK_OFFICE_PARTS)(request.user, lignes)
    return parts


def lisible(request: HttpRequest, modele: type[models.Model]) -> bool:
    """Whether whoever signed in may open the pages of `modele`; those of a model that has none are anybody's."""
    page = admin.site._registry.get(modele)
    return page is None or bool(page.has_view_permission(request))


def visible(request: HttpRequest, nom: str) -> bool:
    """Whether the model `nom` (`app.Modele`) has pages that whoever signed in may open."""
    modele = apps.get_model(nom)
    return admin.site.is_registered(modele) and lisible(request, modele)
