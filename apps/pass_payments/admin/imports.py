"""Files handed in: a form, what is wrong line by line or what will be done, then one act that does it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst

from apps.pass_payments.forms import DepotForm
from apps.pass_payments.models import ImportFichier, StatutImport
from apps.pass_payments.services.imports import (
    NATURES,
    ErreurDeLigne,
    ImportImpossible,
    confirmer,
    deposer,
    natures_permises,
)
from nsia_pass_api.actes import Acte, AvecActes, Lignes
from nsia_pass_api.admin import AdminLecture, code, moment, pastille, texte, xaf
from nsia_pass_api.errors import ErreurPass
from nsia_pass_api.money import formater_nombre, formater_xaf
from nsia_pass_api.tableaux import titre_de_colonne

STATUT = pastille("statut", "État", {StatutImport.PREVU: "warning", StatutImport.CONFIRME: "success"}, StatutImport)
MONTREES = 100


class Confirmer(Acte):
    nom = "confirmer"
    libelle = "Faire ce que dit le fichier"
    droit = "pass_payments.add_importfichier"
    icone = "done_all"
    genre = "primary"
    explication = "Toutes les lignes, ou aucune : si l'une n'est plus possible, rien n'est fait."

    def possible(self, objet: ImportFichier, agent: AbstractBaseUser) -> bool:
        return objet.statut == StatutImport.PREVU

    def relecture(self, objet: ImportFichier, saisie: dict[str, Any]) -> Lignes:
        return [
            ("Ce qui sera fait", objet.get_nature_display()),
            ("Lignes", formater_nombre(objet.nombre)),
            *([("Total", formater_xaf(objet.total))] if objet.total is not None else []),
        ]

    def executer(self, objet: ImportFichier, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        try:
            fait = confirmer(fichier=objet, agent=agent)
        except ImportImpossible as impossible:
            raise ErreurPass(f"{impossible.detail} {en_une_phrase(impossible.erreurs[0])}") from impossible
        return f"C'est fait : {formater_nombre(fait.nombre)} ligne{'s' if fait.nombre > 1 else ''}."


def titre(colonne: str) -> str:
    return capfirst(titre_de_colonne(colonne))


def en_une_phrase(erreur: ErreurDeLigne) -> str:
    colonne = titre_de_colonne(erreur.colonne)
    ou = f"Ligne {erreur.ligne}, colonne « {colonne} »" if erreur.colonne else f"Ligne {erreur.ligne}"
    return f"{ou} : {erreur.pourquoi}"


def tableau_des_lignes(fichier: ImportFichier) -> str:
    """What was read, and is done when confirmed."""
    colonnes = list(NATURES[ImportFichier.Nature(fichier.nature)].colonnes)
    entete = format_html_join("", "<th>{}</th>", (("Ligne",), *((titre(colonne),) for colonne in colonnes)))
    corps = format_html_join(
        "",
        "<tr>{}</tr>",
        (
            (format_html_join("", "<td>{}</td>", ((une["numero"],), *((une["cases"][c] or "–",) for c in colonnes))),)
            for une in fichier.lignes[:MONTREES]
        ),
    )
    reste = len(fichier.lignes) - MONTREES
    suite = format_html("<p>Et {} autres lignes.</p>", formater_nombre(reste)) if reste > 0 else ""
    return format_html(
        '<div class="import-tableau"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}',
        entete,
        corps,
        suite,
    )


tableau_des_lignes.short_description = "Lignes lues"


@admin.register(ImportFichier)
class ImportAdmin(AvecActes, AdminLecture):
    actes = [Confirmer()]
    list_display = [
        code("", "Import"),
        STATUT,
        texte("nombre", "Lignes"),
        xaf("total", "Total"),
        texte("deposant", "Déposé par"),
        moment("depose_le", "Déposé le"),
    ]
    list_filter = ["statut", "nature"]
    list_select_related = ["deposant"]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (texte("get_nature_display", "Contenu"), STATUT),
                    (code("nom_fichier", "Fichier"), texte("nombre", "Lignes"), xaf("total", "Total")),
                    (texte("deposant", "Déposé par"), moment("depose_le", "Déposé le")),
                    (texte("confirme_par", "Confirmé par"), moment("confirme_le", "Confirmé le")),
                )
            },
        ),
        ("Ce que dit le fichier", {"fields": (tableau_des_lignes,)}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("deposant", "confirme_par")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may hand files in, of one kind at least."""
        return request.user.has_perm("pass_payments.add_importfichier") and bool(natures_permises(request.user))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form; what is wrong in the file, line by line; or the page of what will be done."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        natures = natures_permises(request.user)
        envoye = request.method == "POST"
        formulaire = DepotForm(request.POST if envoye else None, request.FILES if envoye else None, natures=natures)
        erreurs: list[ErreurDeLigne] = []
        if envoye and formulaire.is_valid():
            fichier = formulaire.cleaned_data["fichier"]
            try:
                depot = deposer(
                    nature=formulaire.cleaned_data["nature"],
                    nom=fichier.name,
                    contenu=fichier.read(),
                    agent=request.user,
                )
            except ImportImpossible as impossible:
                formulaire.add_error(None, impossible.detail)
                erreurs = impossible.erreurs
            except ErreurPass as erreur:
                formulaire.add_error("fichier", erreur.detail)
            else:
                self.message_user(
                    request, "Le fichier est juste. Relisez, puis confirmez : rien n'est encore fait.", messages.INFO
                )
                return HttpResponseRedirect(reverse("admin:pass_payments_importfichier_change", args=[depot.pk]))
        contexte = {
            **self.admin_site.each_context(request),
            "title": "Importer un fichier",
            "opts": self.opts,
            "form": formulaire,
            "erreurs": [(une.ligne, titre(une.colonne), une.pourquoi) for une in erreurs],
            "natures": [
                (
                    une.label,
                    [
                        (titre(nom), attendu, nom in NATURES[une].obligatoires)
                        for nom, attendu in NATURES[une].colonnes.items()
                    ],
                )
                for une in natures
            ],
            "retour": reverse("admin:pass_payments_importfichier_changelist"),
        }
        return TemplateResponse(request, "admin/depot.html", contexte)
