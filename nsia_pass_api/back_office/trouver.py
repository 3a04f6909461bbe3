"""« Trouver »: one box for whatever a person has in hand, that leads to the object or says what it may be."""

from collections.abc import Iterator
from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst

from ..registre import a_trouver
from .admin_pass import AdminPass
from .listes import nommes_au_dela

# Of each kind; the rest is read in its list.
MONTRES = 8
_PLUS_LONG = 100


def trouver(request: HttpRequest) -> HttpResponse:
    """The page of the only object that a term names, else what holds it, kind by kind, on the rows that this person may reach.

    Two queries a kind that she may see, one to three more for a name and one for what tells namesakes apart, whatever there is
    to find.
    """
    terme = request.GET.get("q", "").strip()[:_PLUS_LONG]
    pages = list(_pages(request)) if terme else []
    for page in pages:
        designees = list(page.lignes_designees(page.get_queryset(request), terme)[:2])
        if len(designees) == 1:
            return HttpResponseRedirect(_adresse(page, "change", quote(designees[0].pk)))
    trouvees = [(page, lignes) for page in pages if (lignes := _lignes(request, page, terme))]
    if len(trouvees) == 1 and len(trouvees[0][1]) == 1:
        page, (objet,) = trouvees[0]
        return HttpResponseRedirect(_adresse(page, "change", quote(objet.pk)))
    context = admin.site.each_context(request) | {
        "title": "Trouver",
        "terme": terme,
        "sections": [_section(page, lignes, terme) for page, lignes in trouvees],
        # Whose data is shown, for the log of what was read.
        "trouvees": [(page.model, lignes[:MONTRES]) for page, lignes in trouvees],
    }
    return TemplateResponse(request, "admin/trouver.html", context)


def _pages(request: HttpRequest) -> Iterator[AdminPass]:
    """Those of `registre.a_trouver` that this person may see."""
    for nom in a_trouver():
        page = cast(AdminPass, admin.site.get_model_admin(apps.get_model(nom)))
        if page.has_view_permission(request):
            yield page


def _lignes(request: HttpRequest, page: AdminPass, terme: str) -> list[Any]:
    """One more than is shown, which says that there are others."""
    lignes = page.get_queryset(request).order_by(*page.get_ordering(request), "-pk")
    lignes, _ = page.get_search_results(request, lignes, terme)
    return list(lignes[: MONTRES + 1])


def _section(page: AdminPass, trouvees: list[Any], terme: str) -> dict[str, Any]:
    montrees = trouvees[:MONTRES]
    page.preparer(montrees)
    return {
        "titre": capfirst(str(page.opts.verbose_name_plural)),
        "nommes": nommes_au_dela(trouvees, len(montrees)),
        "lignes": [(page.en_bref(objet), _adresse(page, "change", quote(objet.pk))) for objet in montrees],
        "suite": _adresse(page, "changelist", q=terme) if len(trouvees) > MONTRES else "",
    }


def _adresse(page: AdminPass, acte: str, *cle: str, **parametres: str) -> str:
    nom = f"admin:{page.opts.app_label}_{page.opts.model_name}_{acte}"
    return reverse(nom, args=cle, query=parametres or None)
