"""Files handed in: a form, what is wrong line by line or what will be done, then one act that does it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst

from apps.pass_payments.forms import DepotForm, DoublonForm
from apps.pass_payments.models import DoublonConfirme, ImportFichier, StatutImport
from apps.pass_payments.services.imports import (
    NATURES,
    ErreurDeLigne,
    ImportImpossible,
    confirmer,
    confirmer_doublon,
    deposer,
    doublons_a_confirmer,
    natures_permises,
)
from nsia_pass_api.back_office.actes import Acte, AvecActes, Lignes
from nsia_pass_api.back_office.cellules import code, moment, pastille, texte, xaf
from nsia_pass_api.back_office.lecture import AdminLecture
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
        return objet.statut == StatutImport.PREVU and not doublons_a_confirmer(objet)

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


class ConfirmerDoublon(Acte):
    """One line at a time: whoever confirms has looked at the receipt that is already there."""

    nom = "confirmer_doublon"
    libelle = "Confirmer une ligne déjà enregistrée"
    droit = "pass_payments.add_importfichier"
    icone = "content_copy"
    genre = "danger"
    explication = (
        "Confirmez seulement si le client a payé deux fois. Si c'est le même argent, ôtez la ligne du fichier et déposez-le à "
        "nouveau : confirmée, elle créditerait le contrat une seconde fois."
    )

    def possible(self, objet: ImportFichier, agent: AbstractBaseUser) -> bool:
        return bool(doublons_a_confirmer(objet))

    def formulaire(self, objet: ImportFichier, saisie: Any) -> Form:
        return DoublonForm(saisie, lignes=doublons_a_confirmer(objet))

    def situation(self, objet: ImportFichier) -> Lignes:
        return [(f"Ligne {ligne}", contre) for ligne, contre in doublons_a_confirmer(objet)]

    def executer(self, objet: ImportFichier, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        fait = confirmer_doublon(fichier=objet, ligne=int(saisie["ligne"]), motif=saisie["motif"], agent=agent)
        restent = len(doublons_a_confirmer(objet))
        suite = f" Il en reste {restent} à confirmer ou à ôter." if restent else ""
        return f"La ligne {fait.ligne} sera encaissée en plus.{suite}"


def en_une_phrase(erreur: ErreurDeLigne) -> str:
    colonne = titre_de_colonne(erreur.colonne)
    ou = f"Ligne {erreur.ligne}, colonne « {colonne} »" if erreur.colonne else f"Ligne {erreur.ligne}"
    return f"{ou} : {erreur.pourquoi}"


def tableau_des_lignes(fichier: ImportFichier) -> str:
    """What was read, and is done when confirmed."""
    colonnes = list(NATURES[ImportFichier.Nature(fichier.nature)].colonnes)
    entete = format_html_join("", "<th>{}</th>", (("Ligne",), *((titre(colonne),) for colonne in colonnes)))
    confirmes = {un.ligne: un for un in fichier.confirmes.select_related("confirme_par")} if fichier.doublons else {}
    doublons = {un["ligne"]: un["contre"] for un in fichier.doublons}
    corps = format_html_join(
        "",
        "<tr>{}</tr>{}",
        (
            (
                format_html_join("", "<td>{}</td>", ((une["numero"],), *((une["cases"][c] or "–",) for c in colonnes))),
                _doublon(len(colonnes) + 1, doublons.get(une["numero"], ""), confirmes.get(une["numero"])),
            )
            for une in sorted(fichier.lignes, key=lambda une: une["numero"] not in doublons)[:MONTREES]
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


def _doublon(largeur: int, contre: str, confirme: DoublonConfirme | None) -> str:
    """Under a line: what it repeats, and who said that it is other money."""
    if confirme is not None:
        quand = f"{timezone.localtime(confirme.confirme_le):%d/%m/%Y %H:%M}"
        dit = f"{confirme.contre} Confirmée par {confirme.confirme_par} le {quand} : {confirme.motif}"
        return format_html('<tr><td colspan="{}">{}</td></tr>', largeur, dit)
    if not contre:
        return ""
    modele = '<tr><td colspan="{}"><strong class="text-red-600 dark:text-red-400">{} À confirmer ou à ôter.</strong></td></tr>'
    return format_html(modele, largeur, contre)


tableau_des_lignes.short_description = "Lignes lues"


@admin.register(ImportFichier)
class ImportAdmin(AvecActes, AdminLecture):
    actes = [Confirmer(), ConfirmerDoublon()]
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

    def remarques(self, request: HttpRequest, objet: ImportFichier) -> Sequence[str]:
        nombre = len(doublons_a_confirmer(objet))
        if not nombre:
            return []
        lignes = "1 ligne dit" if nombre == 1 else f"{nombre} lignes disent"
        return [
            f"Rien ne peut être fait : {lignes} un encaissement déjà enregistré. Ôtez du fichier ce qui est le même argent, ou "
            "confirmez une à une les lignes qui sont un autre paiement, avec le motif."
        ]

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
                if not depot.doublons:
                    juste = "Le fichier est juste. Relisez, puis confirmez : rien n'est encore fait."
                    self.message_user(request, juste, messages.INFO)
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
