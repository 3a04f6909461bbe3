"""The home page: what is to be looked at today, what became of one's demands, pictures."""

import json
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import resolve
from django.utils.module_loading import import_string

from ..money import formater_nombre
from ..registre import alertes
from .portee import lignes_lues, parts_lues
from .regard import Regard

OPTIONS_GRAPHIQUE = {
    "animation": False,
    "maintainAspectRatio": False,
    "scales": {
        "x": {"stacked": True, "grid": {"display": False}},
        "y": {"stacked": True, "beginAtZero": True, "ticks": {"precision": 0}},
    },
    "plugins": {"legend": {"display": True, "position": "bottom", "labels": {"boxWidth": 12, "boxHeight": 12}}},
    "locale": "fr-FR",
}


def accueil(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The home page: what apps find to look at today, the pictures of BACK_OFFICE_GRAPHIQUES, and what
    became of what this person asked for (BACK_OFFICE_DEMANDES).

    All count the rows of this person, on pages that may be opened.
    """
    permises = Regard(request.user, partial(lignes_lues, request), partial(parts_lues, request))
    a_voir = [alerte for source in alertes() for alerte in source(permises=permises)]
    graphiques, calcule_le = import_string(settings.BACK_OFFICE_GRAPHIQUES)(permises=permises)
    return context | {
        "alertes": [alerte for alerte in a_voir if alerte.nombre and _ouverte(request, alerte.url)],
        "demandes": import_string(settings.BACK_OFFICE_DEMANDES)(permises=permises),
        "graphiques": [_dessin(graphique) for graphique in graphiques],
        "calcule_le": calcule_le,
    }


def _ouverte(request: HttpRequest, adresse: str) -> bool:
    page = getattr(resolve(urlsplit(adresse).path).func, "model_admin", None)
    return page is None or bool(page.has_view_permission(request))


def _dessin(graphique: Any) -> dict[str, Any]:
    """What the template of a picture reads: Chart.js's data, and the same figures as a table."""
    series = [
        {"label": nom, "data": valeurs, "backgroundColor": f"var(--graphique-{code.lower()})", "borderRadius": 3}
        for nom, code, valeurs in graphique.series
    ]
    colonnes = zip(graphique.mois, *(valeurs for _, _, valeurs in graphique.series), graphique.totaux, strict=True)
    return {
        "titre": graphique.titre,
        "unite": graphique.unite,
        "donnees": json.dumps({"labels": graphique.mois, "datasets": series}),
        "options": json.dumps(OPTIONS_GRAPHIQUE),
        "produits": [nom for nom, _, _ in graphique.series],
        "lignes": [(mois, [formater_nombre(valeur) for valeur in valeurs]) for mois, *valeurs in colonnes],
        "total": formater_nombre(sum(graphique.totaux)),
    }
