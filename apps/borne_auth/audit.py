"""Which tables are followed by the audit, which are not and why; and on whose behalf a request writes.

Apps say it in their `pages.py`. Migrations put the triggers (`nsia_pass_api.sqlaudit.auditer`); a test compares them with what
apps say, and fails for a model of which none says anything. How it holds: docs/decisions/0012.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import LazyObject

from apps.borne_auth.authentication import BorneConnectee, ClientConnecte
from apps.borne_auth.models import Agent
from nsia_pass_api.addresses import adresse_du_client
from nsia_pass_api.audit import ANONYME, Contexte, au_nom_de
from nsia_pass_api.logs import request_id
from nsia_pass_api.registre import Suivie, modeles


def suivies() -> dict[str, Suivie]:
    """How the audit follows each table that it follows, by model."""
    return {nom: modele.audit for nom, modele in modeles().items() if isinstance(modele.audit, Suivie)}


@cache
def modeles_suivis() -> dict[str, type[Model]]:
    """The followed models by table."""
    return {modele._meta.db_table: modele for modele in map(_modele, suivies())}


def _modele(nom: str) -> type[Model]:
    app, _, modele = nom.partition(".")
    return apps.get_app_config(app).get_model(modele)


def adresse_historique(agent: AbstractBaseUser, objet: Model) -> str | None:
    """The page that tells what happened to `objet`; None for who may not read the journal, and for what is not followed."""
    if not (isinstance(agent, Agent) and agent.has_perm("borne_auth.view_journalaudit")):
        return None
    nom, champ = modeles()[objet._meta.label].derriere or (objet._meta.label, "pk")
    if not isinstance(modeles()[nom].audit, Suivie):
        return None
    ligne = {"table": _modele(nom)._meta.db_table, "cle": getattr(objet, champ)}
    return reverse("admin:borne_auth_journalaudit_changelist", query=ligne)


class AuditMiddleware:
    """What a request writes is its caller's: known at the moment of the write, without a query of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        adresse = adresse_du_client(request)
        with au_nom_de(lambda: _de_la_requete(request, adresse)):
            return self.get_response(request)


def _de_la_requete(request: HttpRequest, adresse: str) -> Contexte:
    acteur, source, origine = _appelant(request)
    return Contexte(acteur, source, origine, adresse, request_id() or "")


def _appelant(request: HttpRequest) -> tuple[str, str, str]:
    """Actor, source, kiosk. Who was not looked up yet is nobody: then nothing was decided on account of who it is."""
    qui: Any = request.__dict__.get("user")
    if isinstance(qui, LazyObject):
        qui = request.__dict__.get("_cached_user")
    if isinstance(qui, ClientConnecte):
        return f"client:{qui.client_id}", "borne", qui.origine
    if isinstance(qui, BorneConnectee):
        return f"borne:{qui.origine}" if qui.origine else ANONYME, "borne", qui.origine
    route = request.resolver_match
    source = "admin" if route is not None and "admin" in route.app_names else "api"
    return f"agent:{qui.pk}" if isinstance(qui, Agent) else ANONYME, source, ""
