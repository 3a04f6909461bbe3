"""Lists of the back office as files: the rows and columns of the list as it is filtered, streamed, without a formula in them.

CSV for what reads text (`;`, UTF-8 with its mark, ISO dates), XLSX for spreadsheets (real dates and numbers).
"""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from html import unescape
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.module_loading import import_string
from django.utils.text import capfirst, slugify

from ..dates import aujourdhui
from ..errors import ErreurPass, RegleMetier
from ..money import formater_nombre
from ..telephones import E164, afficher

FORMATS = ("csv", "xlsx")
LUES_ENSEMBLE = 200
LIGNES_XLSX = 1_048_575  # 2^20, of which one is the header
_CELLULE_XLSX = 32_767
# What XML cannot hold.
_INTERDITS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

# What a spreadsheet would run, in ASCII and in the wide letters that some take for it.
_FORMULE = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20|]|^[\t\r\n]")
# What it would take for a number or a date, and write otherwise.
_NOMBRE = re.compile(r"^[\d\s.,/:-]*\d[\d\s.,/:-]*$|^\d+[eE]\d+$")


class ExportTropGrand(RegleMetier):
    code = "export_trop_grand"
    titre = "Export trop grand"


@dataclass(frozen=True)
class Colonne:
    """A column of a file: its title, and what it takes of an object."""

    titre: str
    valeur: Callable[[Any], Any]


def colonne(page: Any, cellule: Any) -> Colonne:
    """The column of a list, `cellule` being what `list_display` holds: a cell of `cellules`, a function or a field."""
    if cellule == "__str__":
        return Colonne(str(page.model._meta.verbose_name).capitalize(), str)
    if isinstance(cellule, str) and not callable(getattr(page, cellule, None)):
        champ = page.model._meta.get_field(cellule)
        return Colonne(str(champ.verbose_name).capitalize(), lambda objet: _du_champ(objet, champ))
    fonction = getattr(page, cellule) if isinstance(cellule, str) else cellule
    titre = str(getattr(fonction, "short_description", fonction.__name__))
    brute = getattr(fonction, "brute", None)
    return Colonne(titre, brute or (lambda objet: _du_html(fonction(objet))))


def _du_champ(objet: Any, champ: Any) -> Any:
    if champ.choices:
        return str(getattr(objet, f"get_{champ.name}_display")())
    return getattr(objet, champ.name)


def _du_html(montre: Any) -> Any:
    if not isinstance(montre, str):
        return montre
    return " ".join(unescape(strip_tags(montre)).split()).removeprefix("–")


def repondre(
    request: HttpRequest,
    *,
    lignes: QuerySet[Any],
    nombre: int,
    colonnes: Sequence[Colonne],
    preparer: Callable[[list[Any]], None],
    forme: str,
) -> HttpResponseBase:
    """The file of `lignes`, `nombre` of them as their list says, of which settings.BACK_OFFICE_JOURNAL_EXPORT is told first.

    `preparer` receives the rows some at a time, before `colonnes` read them. Raises ExportTropGrand before anything is sent.
    """
    modele: type[models.Model] = lignes.model
    noter = import_string(settings.BACK_OFFICE_JOURNAL_EXPORT)
    nom = f"{slugify(str(modele._meta.verbose_name_plural))}-{aujourdhui():%Y-%m-%d}.{forme}"
    if forme == "xlsx":
        if lignes.order_by()[: LIGNES_XLSX + 1].count() > LIGNES_XLSX:
            raise ExportTropGrand(
                f"Cette liste a plus de {formater_nombre(LIGNES_XLSX)} lignes, et un classeur n'en tient pas davantage. "
                "Filtrez-la, ou exportez-la en CSV."
            )
        noter(request, modele=modele, nombre=nombre)
        fichier = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
        ecrire_xlsx(fichier, colonnes, _parcourir(lignes, preparer))
        fichier.seek(0)
        return FileResponse(
            fichier,
            as_attachment=True,
            filename=nom,
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    noter(request, modele=modele, nombre=nombre)
    return StreamingHttpResponse(
        en_csv(colonnes, _parcourir(lignes, preparer)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}"', "X-Content-Type-Options": "nosniff"},
    )


def _parcourir(lignes: QuerySet[Any], preparer: Callable[[list[Any]], None]) -> Iterator[Any]:
    """One snapshot through a server-side cursor: some rows in memory, the first ones at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Else what is planned for all the rows sorts them before the first.
        cursor.execute("SET LOCAL cursor_tuple_fraction = 0.01")
        objets = lignes.iterator(chunk_size=LUES_ENSEMBLE)
        try:
            while lues := list(islice(objets, LUES_ENSEMBLE)):
                preparer(lues)
                yield from lues
        finally:
            # Its cursor is closed while its transaction is there, also for who leaves before the end.
            del objets


# CSV


def en_csv(colonnes: Sequence[Colonne], objets: Iterable[Any]) -> Iterator[bytes]:
    """The file by pieces of LUES_ENSEMBLE rows."""
    tampon = io.StringIO()
    redacteur = csv.writer(tampon, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    yield "\ufeff".encode()
    redacteur.writerow([texte_csv(une.titre) for une in colonnes])
    for rang, objet in enumerate(objets, start=1):
        redacteur.writerow([texte_csv(une.valeur(objet)) for une in colonnes])
        if rang % LUES_ENSEMBLE == 0:
            yield _vider(tampon)
    yield _vider(tampon)


def _vider(tampon: io.StringIO) -> bytes:
    contenu = tampon.getvalue().encode()
    tampon.seek(0)
    tampon.truncate()
    return contenu


def texte_csv(valeur: Any) -> str:
    """ISO dates, plain numbers; a text that would be run, or taken for a number, has an apostrophe before it."""
    valeur = _simple(valeur)
    if isinstance(valeur, datetime):
        return f"{valeur:%Y-%m-%d %H:%M:%S}"
    if isinstance(valeur, str):
        return f"'{valeur}" if _FORMULE.match(valeur) or _NOMBRE.match(valeur) else valeur
    return "" if valeur is None else str(valeur)


def _simple(valeur: Any) -> Any:
    """Numbers, dates, moments of Brazzaville without zone, or text; phones so that no spreadsheet takes them for numbers."""
    if valeur is None or (isinstance(valeur, int | Decimal) and not isinstance(valeur, bool)):
        return valeur
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, datetime):
        return timezone.localtime(valeur).replace(tzinfo=None, microsecond=0) if timezone.is_aware(valeur) else valeur
    if isinstance(valeur, date):
        return valeur
    texte = str(valeur)
    return f"(+242) {afficher(texte)}".replace("\u00a0", " ") if E164.fullmatch(texte) else texte


# XLSX


def ecrire_xlsx(fichier: IO[bytes], colonnes: Sequence[Colonne], objets: Iterable[Any]) -> None:
    """The workbook, written row by row through openpyxl's own temporary file."""
    from openpyxl import Workbook  # a tenth of the time in which the project starts
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    classeur = Workbook(write_only=True)
    feuille = classeur.create_sheet("Export")
    feuille.freeze_panes = "A2"
    neuve = partial(WriteOnlyCell, feuille)
    titres = [_cellule(neuve, une.titre) for une in colonnes]
    for titre in titres:
        titre.font = Font(bold=True)
    feuille.append(titres)
    for objet in objets:
        feuille.append([_cellule(neuve, une.valeur(objet)) for une in colonnes])
    classeur.save(fichier)


def _cellule(neuve: Callable[..., Any], valeur: Any) -> Any:
    valeur = _simple(valeur)
    if not isinstance(valeur, str):
        cellule = neuve(value=valeur)
        if isinstance(valeur, datetime):
            cellule.number_format = "dd/mm/yyyy hh:mm"
        elif isinstance(valeur, date):
            cellule.number_format = "dd/mm/yyyy"
        return cellule
    cellule = neuve()
    # The type is said, not guessed: a text is never a formula, whatever it begins with.
    cellule.value = _INTERDITS.sub("", valeur)[:_CELLULE_XLSX]
    cellule.data_type = "s"
    if _FORMULE.match(valeur):
        cellule.quotePrefix = True  # as when somebody types an apostrophe first
    elif _NOMBRE.match(valeur):
        cellule.number_format = "@"
    return cellule


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
        return [(forme.upper(), reverse(page, args=[forme], query=choisis or None)) for forme in FORMATS]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whoever reads the list and whom settings.BACK_OFFICE_EXPORT lets take it away."""
        permis: bool = import_string(settings.BACK_OFFICE_EXPORT)(request.user, self.model)
        return permis and self.has_view_permission(request)

    def export_view(self, request: HttpRequest, forme: str) -> HttpResponseBase:
        """The rows and columns of the list that has the same address, as a file."""
        if forme not in FORMATS:
            raise Http404
        if not self.has_export_permission(request):
            raise PermissionDenied
        adresse = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        try:
            liste = self.get_changelist_instance(request)
            return repondre(
                request,
                lignes=liste.queryset,
                nombre=liste.result_count,
                colonnes=[colonne(self, cellule) for cellule in self.get_list_display(request)],
                preparer=self.preparer,
                forme=forme,
            )
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{adresse}?{ERROR_FLAG}=1")
        except ErreurPass as erreur:
            self.message_user(request, erreur.detail, messages.ERROR)
            return HttpResponseRedirect(f"{adresse}?{request.GET.urlencode()}")
