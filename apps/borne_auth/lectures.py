"""Who of the staff was shown whose data: a line a page, in `lectures_donnees`.

Pages of the back office are noted by `LecturesMiddleware`, whatever their class; the rest calls `noter`, exports `noter_export`.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.apps import apps
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.db.models import Model, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from apps.borne_auth.models import Agent, LectureDonnees, NatureLecture
from nsia_pass_api.addresses import adresse_du_client
from nsia_pass_api.logs import request_id
from nsia_pass_api.registre import modeles

_SANS_SENS = {PAGE_VAR, ORDER_VAR, "_changelist_filters", "_popup", "_to_field", "e"}


def personnel(modele: type[Model]) -> bool:
    """Whether reading `modele` is reading a person; what no app declares is."""
    declare = modeles().get(modele._meta.label)
    return declare is None or not declare.impersonnel


def noter(
    request: HttpRequest,
    *,
    nature: NatureLecture,
    modele: type[Model],
    cle: Any = "",
    nombre: int = 1,
    filtres: Iterable[str] | None = None,
    client_id: int | None = None,
) -> None:
    """One line says that whoever signed in was shown `nombre` rows of `modele`, or the one of key `cle`.

    Nothing is written of models without personal data, nor for who is no member of staff. `filtres`: names of criteria, by
    default those of the address; their values, which may be a phone, are not kept. `client_id`: whose data it is, where the
    table of rights does not say.
    """
    agent, nom = request.user, modele._meta.label
    if not isinstance(agent, Agent) or not personnel(modele):
        return
    route = request.resolver_match
    LectureDonnees.objects.create(
        agent_id=agent.pk,
        nature=nature,
        route=f"/{route.route}" if route else "",
        objet=nom,
        cle=str(cle),
        client_id=_client(modele, cle) if client_id is None else client_id,
        nombre=nombre,
        filtres=sorted(set(request.GET) - _SANS_SENS if filtres is None else filtres),
        adresse=adresse_du_client(request),
        requete=request_id() or "",
    )


def noter_export(request: HttpRequest, *, modele: type[Model], nombre: int) -> None:
    """To call before the first row of an export leaves, with the number of rows that its list says to hold."""
    noter(request, nature=NatureLecture.EXPORT, modele=modele, nombre=nombre)


def noter_fichier(request: HttpRequest, *, fichier: Model, client_id: int | None) -> None:
    """One line says that whoever signed in read this private file, which shows the client `client_id`."""
    noter(request, nature=NatureLecture.DOCUMENT, modele=type(fichier), cle=fichier.pk, filtres=(), client_id=client_id)


def _client(modele: type[Model], cle: Any) -> Any:
    """Whose data it is, found by the INSERT itself."""
    declare = modeles().get(modele._meta.label)
    chemin = declare.client if declare is not None else ""
    if not chemin or cle == "":
        return None
    return cle if chemin == "pk" else Subquery(modele._default_manager.filter(pk=cle).order_by().values(chemin)[:1])


class LecturesMiddleware:
    """Each page of the back office that shows personal data is noted before it is drawn; if it cannot be, it is not shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        route = request.resolver_match
        if route is not None and route.view_name == "admin:autocomplete" and response.status_code == 200:
            _noter_suggestions(request, response)
        return response

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        route = request.resolver_match
        contexte = response.context_data or {}
        if route is not None and response.status_code == 200 and ("admin" in route.app_names or "trouvees" in contexte):
            _noter_page(request, contexte)
        return response


def _noter_page(request: HttpRequest, contexte: dict[str, Any]) -> None:
    """By what the admin calls its rows (`cl`, `queryset`) and its object (`original`, `object`), and « Trouver » its own."""
    for modele, lignes in contexte.get("trouvees", ()):
        _noter_lignes(request, modele, lignes)
    liste, objet = contexte.get("cl"), contexte.get("original") or contexte.get("object")
    if liste is not None:
        _noter_lignes(request, liste.model, list(liste.result_list))
    elif isinstance(objet, Model):
        noter(request, nature=NatureLecture.PAGE, modele=type(objet), cle=objet.pk, filtres=())
    elif contexte.get("queryset") is not None:
        _noter_lignes(request, contexte["queryset"].model, list(contexte["queryset"]))
    elif (opts := contexte.get("opts")) is not None and not contexte.get("add"):
        # A page of its own kind: at least that it was opened.
        noter(request, nature=NatureLecture.PAGE, modele=opts.model, nombre=0)


def _noter_lignes(request: HttpRequest, modele: type[Model], lignes: Sequence[Model]) -> None:
    """Of a list of one row it is known whose it is."""
    nature = NatureLecture.RECHERCHE if request.GET.get("q") else NatureLecture.LISTE
    cle = lignes[0].pk if len(lignes) == 1 else ""
    noter(request, nature=nature, modele=modele, cle=cle, nombre=len(lignes))


def _noter_suggestions(request: HttpRequest, response: HttpResponse) -> None:
    champ = apps.get_model(request.GET["app_label"], request.GET["model_name"])._meta.get_field(
        request.GET["field_name"]
    )
    nombre = len(json.loads(response.content)["results"])
    modele: Any = champ.related_model
    noter(
        request,
        nature=NatureLecture.RECHERCHE,
        modele=modele,
        nombre=nombre,
        filtres=["term"] if request.GET.get("term") else (),
    )
