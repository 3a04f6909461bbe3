"""Figures for Prometheus: requests counted by this server's processes, and what the database says when asked.

Requests are counted in memory, and in files of METRIQUES_DOSSIER where several processes serve (prometheus_client's way):
any of them then answers for all. Everything else is read from the database at each scrape, by queries that look at few rows,
so that it is true whichever process did the work. No label holds a path, a police, a phone or a name.
"""

import hmac
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

if settings.METRIQUES_DOSSIER:  # read by prometheus_client when it is imported
    Path(settings.METRIQUES_DOSSIER).mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = settings.METRIQUES_DOSSIER

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from .alertes import Alerte
from .lisible import COMPTE_MAXIMUM
from .registre import modules

VERBES = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SECONDES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_AUCUNE = "aucune"

disable_created_metrics()  # type: ignore[no-untyped-call]
_registre = CollectorRegistry()
REQUETES = Counter(
    "nsia_requetes", "Requêtes servies, par nom de route.", ["route", "methode", "statut"], registry=_registre
)
DUREES = Histogram(
    "nsia_requetes_secondes", "Durée des requêtes, par nom de route.", ["route"], buckets=SECONDES, registry=_registre
)


@dataclass(frozen=True)
class Mesure:
    """One figure of the database: `valeurs` by labels, which all have the names `etiquettes`."""

    nom: str
    aide: str
    etiquettes: tuple[str, ...] = ()
    valeurs: dict[tuple[str, ...], float] = field(default_factory=dict)


def a_regarder(alertes: Iterable[Alerte]) -> Mesure:
    """The same lines as those of the home page, for nobody's eyes in particular."""
    return Mesure(
        "nsia_a_regarder",
        f"Ce qui appelle quelqu'un, comme à l'accueil du back-office ; au plus {COMPTE_MAXIMUM}.",
        ("code",),
        {(alerte.code,): min(alerte.nombre, COMPTE_MAXIMUM) for alerte in alertes},
    )


def files_dues(files: Mapping[str, tuple[QuerySet[Any], str]], *, quand: datetime) -> Iterator[Mesure]:
    """What is due and not claimed: how many (at most COMPTE_MAXIMUM), and since when the first waits.

    `files`: name → its due rows in the order of an index, and the column that says since when.
    """
    nombres: dict[tuple[str, ...], float] = {}
    retards: dict[tuple[str, ...], float] = {}
    for nom, (dues, champ) in files.items():
        depuis = list(dues.values_list(champ, flat=True)[:COMPTE_MAXIMUM])
        nombres[nom,] = len(depuis)
        retards[nom,] = (quand - depuis[0]).total_seconds() if depuis else 0
    yield Mesure("nsia_file_lignes", f"Lignes dues qui attendent ; au plus {COMPTE_MAXIMUM}.", ("file",), nombres)
    yield Mesure("nsia_file_retard_secondes", "Depuis quand la plus ancienne est due.", ("file",), retards)


def ages(dates: Mapping[str, datetime | None], *, quand: datetime) -> Mesure:
    """Seconds since what must happen again and again last happened; absent when it never did."""
    return Mesure(
        "nsia_age_secondes",
        "Depuis le dernier battement d'un travailleur, le dernier rapprochement, la fin de la tâche planifiée la moins récente.",
        ("quoi",),
        {(nom,): (quand - le).total_seconds() for nom, le in dates.items() if le is not None},
    )


class MesureMiddleware:
    """Counts and times each request under the name of its route, which is one of a fixed set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        debut = time.perf_counter()
        response = self.get_response(request)
        trouvee = request.resolver_match
        route = (trouvee.view_name or trouvee.route or "accueil") if trouvee else _AUCUNE
        methode = request.method if request.method in VERBES else "AUTRE"
        REQUETES.labels(route, methode, str(response.status_code)).inc()
        DUREES.labels(route).observe(time.perf_counter() - debut)
        return response


class _Base(Collector):
    """Asks `mesures` of each app's `metriques.py`; a database that does not answer is itself a figure."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        repond = 1
        familles: dict[str, GaugeMetricFamily] = {}
        try:
            for module in modules("metriques"):
                mesures: Iterable[Mesure] = module.mesures()
                for mesure in mesures:
                    neuve = GaugeMetricFamily(mesure.nom, mesure.aide, labels=mesure.etiquettes)
                    # Two apps may say the same figure of different things: two operators do.
                    famille = familles.setdefault(mesure.nom, neuve)
                    for etiquettes, valeur in mesure.valeurs.items():
                        famille.add_metric(etiquettes, valeur)
        except Error:
            repond = 0
        yield from familles.values()
        base = GaugeMetricFamily("nsia_base_repond", "1 quand la base a répondu à toutes les questions de cette page.")
        base.add_metric((), repond)
        yield base


@require_GET
@never_cache
def metriques(request: HttpRequest) -> HttpResponse:
    """`GET /metriques/`, for who has the token; an unknown address for everybody else."""
    if not permis(request):
        raise Http404
    registre = CollectorRegistry(auto_describe=False)
    registre.register(_Base())
    requetes: CollectorRegistry = _registre
    if settings.METRIQUES_DOSSIER:
        requetes = CollectorRegistry()
        MultiProcessCollector(requetes, path=settings.METRIQUES_DOSSIER)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(requetes) + generate_latest(registre), content_type=CONTENT_TYPE_LATEST)


def permis(request: HttpRequest) -> bool:
    """The bearer of METRIQUES_JETON; without one, outside production, a program of this machine that no proxy stands for."""
    if settings.METRIQUES_JETON:
        presente = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(presente, f"Bearer {settings.METRIQUES_JETON}".encode())
    relayee = any(f"HTTP_{nom}" in request.META for nom in ("X_FORWARDED_FOR", "FORWARDED", "X_REAL_IP"))
    return not settings.PRODUCTION and not relayee and request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")
