"""The former database in the back office: what waits and why, what was placed with a reserve, each passage of the import."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join

from apps.reprise.models import LigneReprise, MotifReprise, Reprise, ReserveReprise, SortReprise
from nsia_pass_api.back_office.cellules import (
    badge,
    code,
    donnees_brutes,
    lien,
    moment,
    pastille,
    telephone,
    texte,
    xaf,
)
from nsia_pass_api.back_office.lecture import AdminLecture
from nsia_pass_api.back_office.recherche import numero, numero_telephone
from nsia_pass_api.money import formater_nombre, formater_xaf

SORT = pastille("sort", "Sort", {SortReprise.PLACEE: "success", SortReprise.QUARANTAINE: "warning"}, SortReprise)


def pastille_motif(ligne: LigneReprise) -> str:
    """Why it waits, or what it leaves to be looked at."""
    if ligne.motif:
        return badge(ligne.get_motif_display(), "warning")
    return format_html_join(" ", "{}", ((badge(ReserveReprise(une).label, "info"),) for une in ligne.reserves)) or "–"


pastille_motif.short_description = "Motif"


class SortFiltre(admin.SimpleListFilter):
    title, parameter_name = "sort", "sort"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("reserve", "Placée avec une réserve"), ("placee", "Placée"), ("toutes", "Toutes")]

    def choices(self, changelist: Any) -> Any:
        attente, *autres = super().choices(changelist)
        return [{**attente, "display": "En quarantaine"}, *autres]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "toutes":
                return queryset
            case "placee":
                return queryset.filter(sort=SortReprise.PLACEE)
            case "reserve":
                return queryset.exclude(reserves=[])
        return queryset.filter(sort=SortReprise.QUARANTAINE)


class ReserveFiltre(admin.SimpleListFilter):
    title, parameter_name = "réserve", "reserve"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(ReserveReprise.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(reserves__contains=[self.value()]) if self.value() else queryset


@admin.register(LigneReprise)
class LigneRepriseAdmin(AdminLecture):
    search_help_text = "Téléphone ou police"
    recherches = {"telephone": numero_telephone, "police": numero}
    list_before_template = "admin/quarantaine.html"
    list_filter = [SortFiltre, "motif", "table_source", ReserveFiltre]
    list_display = [
        code("", "Ligne"),
        pastille_motif,
        texte("explication", "Explication"),
        telephone("telephone"),
        code("police", "Police"),
        xaf("montant", "Montant"),
    ]
    list_select_related = ["client", "souscription", "paiement"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (SORT, pastille_motif),
                    texte("explication", "Explication"),
                    (xaf("montant", "Montant"), xaf("ecart", "Écart avec les paiements")),
                    (
                        lien("client", "Client", modele="pass_clients.ClientPass", pk="client_id"),
                        lien(
                            "souscription",
                            "Souscription",
                            modele="pass_clients.SouscriptionPass",
                            pk="souscription_id",
                        ),
                        lien("paiement", "Paiement", modele="pass_payments.PaiementPass", pk="paiement_id"),
                    ),
                    moment("placee_le", "Placée le"),
                )
            },
        ),
        (
            "Dans l'ancienne base",
            {"fields": (texte("get_table_source_display", "Table"), donnees_brutes("brut", "Ligne"))},
        ),
        ("Identité de la ligne", {"fields": ((code("empreinte", "Empreinte"), texte("rang", "Rang")),)}),
    ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        lignes = self.get_queryset(request).filter(sort=SortReprise.QUARANTAINE)
        totaux = (
            lignes.order_by().values("motif").annotate(nombre=Count("pk"), somme=Sum("montant")).order_by("-nombre")
        )
        contexte = {
            "totaux": [
                {
                    "motif": un["motif"],
                    "libelle": MotifReprise(un["motif"]).label,
                    "nombre": formater_nombre(un["nombre"]),
                    "somme": formater_xaf(un["somme"] or 0),
                }
                for un in totaux
            ]
        }
        return super().changelist_view(request, {**contexte, **(extra_context or {})})


def tables_du_bilan(passage: Reprise) -> str:
    """The account of the passage, a table a line."""
    lignes = (
        (
            LigneReprise.Table(table).label,
            formater_nombre(compte["lues"]),
            formater_nombre(compte["placees"]),
            formater_nombre(compte["quarantaine"]),
            formater_xaf(compte["argent_lu"]),
            formater_xaf(compte["argent_place"]),
            formater_xaf(compte["argent_quarantaine"]),
        )
        for table, compte in passage.bilan.get("tables", {}).items()
    )
    corps = format_html_join("", "<div>{} : {} lues = {} placées + {} en quarantaine · {} = {} + {}</div>", lignes)
    return format_html("{}", corps) if corps else "–"


tables_du_bilan.short_description = "Réconciliation"


def etat_du_passage(passage: Reprise) -> str:
    return badge("Terminé", "success") if passage.terminee_le else badge("Interrompu ou en cours", "warning")


etat_du_passage.short_description = "État"


@admin.register(Reprise)
class RepriseAdmin(AdminLecture):
    list_display = [
        moment("commencee_le", "Commencé le"),
        code("source", "Source"),
        etat_du_passage,
        texte("lignes_lues", "Lignes lues"),
        texte("lignes_nouvelles", "Nouvelles"),
        texte("dossiers", "Clients traités"),
        moment("terminee_le", "Terminé le"),
    ]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (code("source", "Source"), etat_du_passage),
                    (
                        moment("commencee_le", "Commencé le", secondes=True),
                        moment("terminee_le", "Terminé le", secondes=True),
                    ),
                    (texte("lignes_lues", "Lignes lues"), texte("lignes_nouvelles", "Lignes nouvelles")),
                    (texte("lots", "Lots écrits"), texte("dossiers", "Clients traités")),
                    tables_du_bilan,
                )
            },
        )
    ]
