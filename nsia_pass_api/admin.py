"""What every page of the back office shares: lists that never count a big table, exact search, cells in French, navigation."""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial, reduce
from operator import or_
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets, quote, unquote
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import URLPattern, path, resolve, reverse
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import PaginationInlineFormSet
from unfold.views import ChangeList

from . import exports
from .dates import dernier_jour_couvert
from .errors import ErreurPass
from .lisible import COMPTE_MAXIMUM, VIDE, Cles, champs, cles_lisibles, compte_lisible, nommer, valeur_lisible
from .lisible import libelle as libelle_du_champ
from .money import formater_nombre, formater_xaf
from .redaction import masquer_texte
from .regard import Regard
from .registre import Menu, alertes, echanges, menu
from .telephones import afficher, masquer, normaliser
from .textes import champ_tape

admin.site.index_title = "Accueil"


class PaginateurEstime(Paginator):  # type: ignore[type-arg]
    """Counts at most COMPTE_MAXIMUM rows; a whole table that has more is said to have what its statistics say."""

    template_name = "admin/pagination_estimee.html"

    def __init__(
        self, rows: QuerySet[Any], per_page: int, *, table: str, comptees: QuerySet[Any] | None = None
    ) -> None:
        super().__init__(rows, per_page)
        self.rows, self.table = rows if comptees is None else comptees, table

    @cached_property
    def count(self) -> int:
        if not self.rows.query.where:
            with connection.cursor() as cursor:
                cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [self.table])
                (estimation,) = cursor.fetchone()
            if estimation > COMPTE_MAXIMUM:
                return int(estimation)
        return self.rows.order_by()[: COMPTE_MAXIMUM + 1].count()

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, COMPTE_MAXIMUM) // self.per_page))

    @property
    def compte(self) -> str:
        """The count as people read it."""
        if self.count <= COMPTE_MAXIMUM + 1:
            return compte_lisible(self.count, COMPTE_MAXIMUM)
        return f"environ {formater_nombre(round(self.count, 3 - len(str(self.count))))}"


class Liste(ChangeList):  # type: ignore[misc]
    """Filters by what its filters declare and orders by its sortable columns; raises DisallowedModelAdminLookup for the rest.

    Django lets any column of the table be compared in the address, also those that no page shows (decision 19).
    """

    result_list: Any

    def get_filters(self, request: HttpRequest) -> Any:
        filtres = super().get_filters(request)
        # Each filter takes its own parameters out of the third element: what is left is nobody's.
        if refuses := sorted(filtres[2]):
            raise DisallowedModelAdminLookup(f"no filter declares {', '.join(refuses)[:80]}")
        return filtres

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        if not self.sortable_by:
            self.params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)

    def get_ordering_field(self, field_name: Any) -> Any:
        return super().get_ordering_field(field_name) if field_name in self.sortable_by else None

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # The header would count the whole table again; the footer says the number.
        self.full_result_count = self.result_count
        lignes = list(self.result_list)
        self.model_admin.preparer(lignes)
        self.result_list = lignes
        self.nommes = nommes_au_dela(lignes)


def nommes_au_dela(lignes: Sequence[Any], montrees: int = 0) -> str:
    """How many bear the name that was looked for, when more than these of `lignes` that are shown; nothing otherwise."""
    nommes = getattr(lignes[0], "nommes", 0) if lignes else 0
    return compte_lisible(nommes, COMPTE_MAXIMUM) if nommes > (montrees or len(lignes)) else ""


class LignesPermises:
    """Mixin, before any other: what settings.BACK_OFFICE_LIGNES lets this person reach, in lists, pages, acts and searches."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        lignes: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return lignes_permises(request, lignes)


class AvecHistorique:
    """Mixin: « Historique » leads where settings.BACK_OFFICE_HISTORIQUE says, and is not there for who may not go."""

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        objet = kwargs.get("obj")
        context["show_history"] = objet is not None and _historique(request, objet) is not None
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page: Any = self
        objet = page.get_object(request, unquote(object_id))
        if objet is None:
            return page._get_obj_does_not_exist_redirect(request, page.opts, object_id)  # type: ignore[no-any-return]
        adresse = _historique(request, objet)
        if adresse is None or not page.has_view_permission(request, objet):
            raise PermissionDenied
        return HttpResponseRedirect(adresse)


def _historique(request: HttpRequest, objet: models.Model) -> str | None:
    adresse: str | None = import_string(settings.BACK_OFFICE_HISTORIQUE)(request.user, objet)
    return adresse


def lignes_permises(request: HttpRequest, lignes: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `lignes` that whoever signed in may reach."""
    permises: QuerySet[Any] = import_string(settings.BACK_OFFICE_LIGNES)(request.user, lignes)
    return permises


def lignes_lues(request: HttpRequest, lignes: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `lignes` that whoever signed in may reach, on a page that she may open."""
    return lignes_permises(request, lignes) if lisible(request, lignes.model) else lignes.none()


def lisible(request: HttpRequest, modele: type[models.Model]) -> bool:
    """Whether whoever signed in may open the pages of `modele`; those of a model that has none are anybody's."""
    page = admin.site._registry.get(modele)
    return page is None or bool(page.has_view_permission(request))


class TextesTapes:
    """Mixin, before the page or the table: what people type in its fields is kept as `textes.nettoyer` says."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if (classe := champ_tape(db_field)) is not None:
            kwargs.setdefault("form_class", classe)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class AvecExport:
    """Mixin, before the admin: the list as it is filtered is taken away as a file, by whom settings.BACK_OFFICE_EXPORT lets."""

    admin_site: Any
    model: Any
    opts: Any
    get_changelist_instance: Any
    get_list_display: Any
    has_view_permission: Any
    message_user: Any
    list_after_template = "admin/exporter.html"

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view(self.export_view)
        nom = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/<str:forme>/", vue, name=nom), *super().get_urls()]  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        contexte = {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "exports": self._exports(request) if self.has_export_permission(request) else [],
        }
        reponse: HttpResponse = super().changelist_view(  # type: ignore[misc]
            request, {**contexte, **(extra_context or {})}
        )
        return reponse

    def preparer(self, lignes: list[Any]) -> None:
        """What cells need to know of the rows together, found before they are shown or written."""

    def _exports(self, request: HttpRequest) -> list[tuple[str, str]]:
        """The list as it is filtered, in each format: its name and address."""
        choisis = {cle: request.GET.getlist(cle) for cle in request.GET if cle not in (PAGE_VAR, "e")}
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        return [(forme.upper(), reverse(page, args=[forme], query=choisis or None)) for forme in exports.FORMATS]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whoever reads the list and whom settings.BACK_OFFICE_EXPORT lets take it away."""
        permis: bool = import_string(settings.BACK_OFFICE_EXPORT)(request.user, self.model)
        return permis and self.has_view_permission(request)

    def export_view(self, request: HttpRequest, forme: str) -> HttpResponseBase:
        """The rows and columns of the list that has the same address, as a file."""
        if forme not in exports.FORMATS:
            raise Http404
        if not self.has_export_permission(request):
            raise PermissionDenied
        adresse = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        try:
            liste = self.get_changelist_instance(request)
            return exports.repondre(
                request,
                lignes=liste.queryset,
                nombre=liste.result_count,
                colonnes=[exports.colonne(self, cellule) for cellule in self.get_list_display(request)],
                preparer=self.preparer,
                forme=forme,
            )
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{adresse}?{ERROR_FLAG}=1")
        except ErreurPass as erreur:
            self.message_user(request, erreur.detail, messages.ERROR)
            return HttpResponseRedirect(f"{adresse}?{request.GET.urlencode()}")


class AdminPass(TextesTapes, LignesPermises, AvecHistorique, AvecExport, ModelAdmin):  # type: ignore[misc]
    """Base of every admin: constant queries and no COUNT(*), a refusal of a service shown as a message.

    `recherches`: where an exact search looks, by lookup, with what gives a term its canonical form (raising ErreurPass or
    ValueError when it cannot be one). Each lookup must have an index. `table_comptee`: table whose statistics count a view.
    `lignes_comptees_comme`: what many rows are, if not the title.
    """

    list_per_page = 50
    list_max_show_all = 50
    list_filter_sheet = True
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by: ClassVar[Sequence[str]] = ()
    compressed_fields = True
    warn_unsaved_form = True

    table_comptee: ClassVar[str | None] = None
    lignes_comptees_comme: ClassVar[str] = ""
    recherches: ClassVar[dict[str, Callable[[str], Any]]] = {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Liste

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *args: Any, **kwargs: Any
    ) -> PaginateurEstime:
        entiere = not set(request.GET) - {PAGE_VAR, ORDER_VAR}
        comptees = self.lignes_comptees(request) if entiere else None
        return PaginateurEstime(
            queryset, per_page, table=self.table_comptee or self.model._meta.db_table, comptees=comptees
        )

    def lignes_comptees(self, request: HttpRequest) -> QuerySet[Any] | None:
        """As many rows as this person's list has without search nor filter, when they cost less to count elsewhere."""
        return None

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        return list(self.recherches)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows that `search_term` names: numbers and phones are met exactly, words are names where somebody has one."""
        terme = search_term.strip()
        if not terme:
            return queryset, False
        if not any(signe.isdecimal() for signe in terme):
            nommees = self.lignes_nommees(queryset, terme)
            if nommees is not None:
                return nommees, False
        return self._qui_repondent(queryset, self._criteres(terme)), False

    def lignes_designees(self, lignes: QuerySet[Any], terme: str) -> QuerySet[Any]:
        """Those of `lignes` whose own number `terme` is, not that of something to which they belong."""
        return self._qui_repondent(lignes, (un for un in self._criteres(terme) if not any("__" in nom for nom in un)))

    def _qui_repondent(self, lignes: QuerySet[Any], criteres: Iterable[dict[str, Any]]) -> QuerySet[Any]:
        trouvees = [self.model._default_manager.filter(**critere).order_by().values("pk") for critere in criteres]
        if not trouvees:
            return lignes.none()
        # One index a branch; an OR over joined tables would read them whole.
        premiere, *autres = trouvees
        return lignes.filter(pk__in=premiere.union(*autres) if autres else premiere)

    def en_bref(self, objet: Any) -> Sequence[Any]:
        """What tells the object from others where kinds are read together."""
        return (objet,)

    def lignes_nommees(self, lignes: QuerySet[Any], terme: str) -> QuerySet[Any] | None:
        """Those of `lignes` that the words of `terme` name, the closest first; None where nobody has a name."""
        return None

    def _criteres(self, terme: str) -> Iterable[dict[str, Any]]:
        for lookup, forme in self.recherches.items():
            try:
                yield {lookup: forme(terme)}
            except (ErreurPass, ValueError):
                continue

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[no-any-return]
        except ErreurPass as erreur:
            self.message_user(request, erreur.detail, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


def qui_commencent(lignes: QuerySet[Any], terme: str, *champs: str) -> QuerySet[Any]:
    """Those of `lignes` of which each word of `terme` begins one of `champs`."""
    for mot in terme.split():
        lignes = lignes.filter(reduce(or_, (Q(**{f"{champ}__istartswith": mot}) for champ in champs)))
    return lignes


class LectureSeule:
    """Mixin for what only services write: shown, never added, changed nor deleted here, whatever one's permissions."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class AdminLecture(LectureSeule, AdminPass):
    """A page to read: `fieldsets` may hold cells."""

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))


class LignesLecture(PaginationInlineFormSet):  # type: ignore[misc]
    """Rows that no form posted: what comes from the browser is not read, so there is nothing to validate nor to save."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def is_valid(self) -> bool:
        return True

    def save(self, commit: bool = True) -> list[models.Model]:
        self.new_objects: list[models.Model] = []
        self.changed_objects: list[models.Model] = []
        self.deleted_objects: list[models.Model] = []
        return []


class FichesLues(LignesLecture):
    """Rows whose `avant` and `apres` are records of `modele`: they know the names of what these point to (`fiche`)."""

    modele: ClassVar[Callable[[Any], type[models.Model]]]

    def get_queryset(self) -> Any:
        lignes = super().get_queryset()
        if not hasattr(self, "_noms"):
            de = type(self).modele
            fiches: dict[type[models.Model], list[dict[str, Any]]] = defaultdict(list)
            for ligne in lignes:
                fiches[de(ligne)] += [ligne.avant, ligne.apres]
            self._noms = {cle: nom for modele, lues in fiches.items() for cle, nom in nommer(modele, lues).items()}
            for ligne in lignes:
                ligne.noms = self._noms
        return lignes


class TableauLecture(LectureSeule, LignesPermises, TabularInline):  # type: ignore[misc]
    """A table to read on another object's page, under its own tab: `fields` may hold cells. One query, two when paginated."""

    formset = LignesLecture
    extra = 0
    max_num = 0
    tab = True
    hide_title = True

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Sequence[Any]:
        return tuple(self.fields)


# Cells: callables for `list_display`, `fields` and `fieldsets`. A path follows relations: « souscription__client__telephone ».

Cellule = Callable[[Any], Any]


def _cellule(genre: str, chemin: str, libelle: str, montrer: Callable[[Any], Any]) -> Cellule:
    """`genre` begins the cell's CSS class: back_office.css lays out amounts, dates and phones."""

    def cellule(objet: Any) -> Any:
        valeur = suivre(objet, chemin)
        return VIDE if valeur is None or valeur in ("", {}) else montrer(valeur)

    cellule.__name__ = f"{genre}_{chemin}"
    cellule.short_description = libelle  # type: ignore[attr-defined]
    if genre in _BRUTES:
        cellule.brute = lambda objet: suivre(objet, chemin)  # type: ignore[attr-defined]
    return cellule


# Cells that files hold as they are; others are read as they are shown, without their HTML.
_BRUTES = frozenset({"texte", "code", "montant", "taux", "moment"})


def suivre(objet: Any, chemin: str) -> Any:
    """What lies at the end of `chemin`, called when it is a method; None when one step is absent; the object for no path."""
    for etape in chemin.split("__") if chemin else ():
        # A reverse one-to-one that nobody points to raises a subclass of AttributeError.
        objet = getattr(objet, etape, None)
    return objet() if callable(objet) else objet


def texte(chemin: str, libelle: str) -> Cellule:
    return _cellule("texte", chemin, libelle, str)


def code(chemin: str, libelle: str) -> Cellule:
    """A number that is never cut over two lines."""
    return _cellule("code", chemin, libelle, str)


def xaf(chemin: str, libelle: str) -> Cellule:
    return _cellule("montant", chemin, libelle, formater_xaf)


def taux(chemin: str, libelle: str) -> Cellule:
    return _cellule("taux", chemin, libelle, lambda valeur: f"{number_format(valeur, 2)} %")


def du(chemin: str, libelle: str) -> Cellule:
    """An amount that nobody should owe: nothing is written of zero, the rest is red."""

    def montrer(montant: int) -> str:
        return (
            format_html('<span class="text-red-600 dark:text-red-400">{}</span>', formater_xaf(montant))
            if montant
            else VIDE
        )

    return _cellule("montant", chemin, libelle, montrer)


def telephone(chemin: str, libelle: str = "Téléphone") -> Cellule:
    cellule = _cellule("telephone", chemin, libelle, afficher)
    cellule.brute = lambda objet: suivre(objet, chemin)  # type: ignore[attr-defined]
    return cellule


def telephone_masque(chemin: str, libelle: str = "Téléphone") -> Cellule:
    """Enough of a number to recognise it, where many are read together."""
    return _cellule("telephone", chemin, libelle, masquer)


def brut(chemin: str, libelle: str) -> Cellule:
    """A text as it came from outside, phones and secrets masked."""

    def montrer(valeur: str) -> str:
        return format_html('<pre class="brut">{}</pre>', masquer_texte(valeur))

    return _cellule("brut", chemin, libelle, montrer)


def jour(chemin: str, libelle: str) -> Cellule:
    """A date, or that of a moment in Brazzaville."""

    def montrer(valeur: date) -> str:
        return f"{timezone.localtime(valeur) if isinstance(valeur, datetime) else valeur:%d/%m/%Y}"

    cellule = _cellule("jour", chemin, libelle, montrer)
    cellule.brute = lambda objet: _jour(suivre(objet, chemin))  # type: ignore[attr-defined]
    return cellule


def dernier_jour(chemin: str, libelle: str) -> Cellule:
    """The last covered day of a term, at whose `chemin` lies the first day that it no longer covers; in files too."""
    cellule = _cellule("jour", chemin, libelle, lambda fin: f"{dernier_jour_couvert(fin):%d/%m/%Y}")

    def brute(objet: Any) -> date | None:
        fin = suivre(objet, chemin)
        return fin and dernier_jour_couvert(fin)

    cellule.brute = brute  # type: ignore[attr-defined]
    return cellule


def _jour(valeur: date | None) -> date | None:
    return timezone.localtime(valeur).date() if isinstance(valeur, datetime) else valeur


def mois(chemin: str, libelle: str) -> Cellule:
    """The month of a date."""
    return _cellule("jour", chemin, libelle, lambda valeur: f"{MONTHS[valeur.month].capitalize()} {valeur.year}")


def moment(chemin: str, libelle: str, *, secondes: bool = False) -> Cellule:
    """Date and time in Brazzaville."""

    def montrer(valeur: datetime) -> str:
        return f"{timezone.localtime(valeur):{'%d/%m/%Y %H:%M:%S' if secondes else '%d/%m/%Y %H:%M'}}"

    return _cellule("moment", chemin, libelle, montrer)


def donnees(chemin: str, libelle: str, *, cles: Cles) -> Cellule:
    """A JSON object, a key a line, each called and read as `cles` says."""

    def montrer(valeur: dict[str, Any]) -> str:
        return format_html_join("", "<div>{} : {}</div>", cles_lisibles(valeur, cles))

    return _cellule("donnees", chemin, libelle, montrer)


def donnees_brutes(chemin: str, libelle: str) -> Cellule:
    """A JSON object as it came from outside, a key a line."""

    def montrer(valeur: dict[str, Any]) -> str:
        lignes = ((cle, json.dumps(contenu, ensure_ascii=False).strip('"')) for cle, contenu in valeur.items())
        return format_html_join("", '<div class="brut">{} : {}</div>', lignes)

    return _cellule("donnees", chemin, libelle, montrer)


def fiche(chemin: str, libelle: str, *, modele: Callable[[Any], type[models.Model]]) -> Cellule:
    """A record of the fields of `modele` as JSON, a field a line; in a table of `FichesLues`, what they point to is named."""

    def cellule(objet: Any) -> str:
        connus, noms = champs(modele(objet)), getattr(objet, "noms", None)
        lignes = (
            (libelle_du_champ(connus[nom]), valeur_lisible(connus[nom], valeur, noms))
            for nom, valeur in (suivre(objet, chemin) or {}).items()
            if nom in connus
        )
        return format_html_join("", "<div>{} : {}</div>", lignes) or VIDE

    cellule.__name__ = f"donnees_{chemin}"
    cellule.short_description = libelle  # type: ignore[attr-defined]
    return cellule


def pastille(chemin: str, libelle: str, couleurs: dict[str, str], choix: type[models.TextChoices]) -> Cellule:
    """The label of `choix` as a badge, in the colour that `couleurs` gives its value."""

    def montrer(valeur: str) -> str:
        return badge(choix(valeur).label, couleurs.get(valeur, ""))

    return _cellule("pastille", chemin, libelle, montrer)


def badge(texte: str, couleur: str) -> str:
    """`couleur`: success, info, warning, danger, primary, or nothing for grey."""
    return render_to_string("unfold/helpers/label.html", {"type": couleur, "text": texte})


def lien(chemin: str, libelle: str, *, modele: str, pk: str) -> Cellule:
    """The text at `chemin`, leading to the page of the `modele` (`app.Modele`) whose key lies at `pk`."""

    def cellule(objet: Any) -> Any:
        valeur, cle = suivre(objet, chemin), suivre(objet, pk)
        return VIDE if valeur is None or cle is None else vers(modele, cle, valeur)

    cellule.__name__ = f"lien_{chemin}"
    cellule.short_description = libelle  # type: ignore[attr-defined]
    return cellule


def vers(modele: str, cle: Any, texte: Any) -> str:
    """`texte`, leading to the page of the `modele` (`app.Modele`) of key `cle`."""
    page = reverse(f"admin:{modele.lower().replace('.', '_')}_change", args=[quote(cle)])
    return format_html('<a class="text-link" href="{}">{}</a>', page, texte)


# Canonical forms of what people type, for `recherches`.


def numero(terme: str) -> str:
    """A police, subscription or transaction number: capitals, without spaces."""
    return "".join(terme.upper().split())


def numero_telephone(terme: str) -> str:
    return normaliser(terme)


def reference(terme: str) -> uuid.UUID:
    return uuid.UUID(terme)


# Named by settings.UNFOLD.


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections of the menu that hold something for this person: models that exist and that she may see."""
    groupes = [
        {
            "title": titre,
            "separator": True,
            "items": [_entree(nom, entree) for nom, entree in entrees if _visible(request, nom)],
        }
        for titre, entrees in menu()
    ]
    accueil = {"title": "Accueil", "icon": "home", "link": reverse("admin:index")}
    return [{"items": [accueil]}, *(groupe for groupe in groupes if groupe["items"])]


def _visible(request: HttpRequest, nom: str) -> bool:
    modele = apps.get_model(nom)
    return admin.site.is_registered(modele) and lisible(request, modele)


def _entree(nom: str, entree: Menu) -> dict[str, Any]:
    meta = apps.get_model(nom)._meta
    return {
        "title": capfirst(str(meta.verbose_name_plural)),
        "description": entree.resume,
        "icon": entree.icone,
        "link": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
    }


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

    All count the rows of this person, on pages that she may see.
    """
    permises = Regard(request.user, partial(lignes_lues, request))
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


def liens_operateur(request: HttpRequest, operateur: str, reference: uuid.UUID | None) -> list[tuple[str, str]]:
    """Lists that say what was exchanged with the operator about our reference."""
    avec = echanges(operateur)
    if reference is None or avec is None:
        return []
    return [_echanges(apps.get_model(nom)._meta, reference) for nom in avec.listes if _visible(request, nom)]


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
    if reference is None or avec is None or not _visible(request, avec.lu_par):
        return None
    trouves: Sequence[Echange] = import_string(avec.source)(reference=reference)
    return trouves


def _echanges(meta: Any, reference: uuid.UUID) -> tuple[str, str]:
    page = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist", query={"q": str(reference)})
    return capfirst(str(meta.verbose_name_plural)), page


def environnement(request: HttpRequest) -> list[str]:
    return ["Production", "danger"] if settings.PRODUCTION else ["Démonstration", "warning"]
