"""What was exchanged with an operator about a payment: where it is kept, and its journal."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.text import capfirst

from ..registre import echanges
from .portee import visible


def liens_operateur(request: HttpRequest, operateur: str, reference: uuid.UUID | None) -> list[tuple[str, str]]:
    """Lists that say what was exchanged with the operator about our reference."""
    avec = echanges(operateur)
    if reference is None or avec is None:
        return []
    return [_echanges(apps.get_model(nom)._meta, reference) for nom in avec.listes if visible(request, nom)]


@dataclass(frozen=True, kw_only=True)
class Echange:
    """One exchange with an operator, as people read it. `page`: where all of it is."""

    le: datetime
    quoi: str
    issue: str
    duree_ms: int
    page: str


def journal_operateur(request: HttpRequest, operateur: str, reference: uuid.UUID | None) -> Sequence[Echange] | None:
    """What was said with the operator about our reference; None when it is not to be read."""
    avec = echanges(operateur)
    if reference is None or avec is None or not visible(request, avec.lu_par):
        return None
    trouves: Sequence[Echange] = import_string(avec.source)(reference=reference)
    return trouves


def _echanges(meta: Any, reference: uuid.UUID) -> tuple[str, str]:
    page = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist", query={"q": str(reference)})
    return capfirst(str(meta.verbose_name_plural)), page
