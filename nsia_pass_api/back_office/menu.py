"""The menu of the back office, and the name of the installation above it: named by settings.UNFOLD."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from ..registre import Menu, menu
from .portee import visible


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections of the menu that hold something for this person: models that exist and may be seen."""
    groupes = [
        {
            "title": titre,
            "separator": True,
            "items": [_entree(nom, entree) for nom, entree in entrees if visible(request, nom)],
        }
        for titre, entrees in menu()
    ]
    accueil = {"title": "Accueil", "icon": "home", "link": reverse("admin:index")}
    return [{"items": [accueil]}, *(groupe for groupe in groupes if groupe["items"])]


def _entree(nom: str, entree: Menu) -> dict[str, Any]:
    meta = apps.get_model(nom)._meta
    return {
        "title": capfirst(str(meta.verbose_name_plural)),
        "description": entree.resume,
        "icon": entree.icone,
        "link": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
    }


def environnement(request: HttpRequest) -> list[str]:
    return ["Production", "danger"] if settings.PRODUCTION else ["Démonstration", "warning"]
