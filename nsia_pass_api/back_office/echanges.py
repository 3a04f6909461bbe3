"""What was exchanged with an operator about a payment: where it is kept, and its journal."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.text import capfirst

from .portee import visible


def liens_operateur(request: HttpRequest, operateur: str, reference: uuid.UUID | None) -> list[tuple[str, str]]:
    """Lists of settings.BACK_OFFICE_ECHANGES that say what was exchanged with the operator about our reference."""
    if reference is None:
        return []
    modeles = [nom for nom in settings.BACK_OFFICE_ECHANGES.get(operateur, ()) if visible(request, nom)]
    return [_echanges(apps.get_model(nom)._meta, reference) for nom in modeles]


@dataclass(frozen=True, kw_only=True)
class Echange:
    """One exchange with an operator, as people read it. `page`: where all of it is."""

    le: datetime
    quoi: str
    issue: str
    duree_ms: int
    page: str


def journal_operateur(request: HttpRequest, operateur: str, reference: uuid.UUID | None) -> Sequence[Echange] | None:
    """What was said with the operator about our reference, by settings.BACK_OFFICE_JOURNAUX; None when it is not to be read."""
    modele, source = settings.BACK_OFFICE_JOURNAUX.get(operateur, ("", ""))
    if reference is None or not modele or not visible(request, modele):
        return None
    echanges: Sequence[Echange] = import_string(source)(reference=reference)
    return echanges


def _echanges(meta: Any, reference: uuid.UUID) -> tuple[str, str]:
    page = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist", query={"q": str(reference)})
    return capfirst(str(meta.verbose_name_plural)), page
