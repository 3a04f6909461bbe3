from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import StackedInline
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
)

from apps.pass_products.models import Garantie, ModificationCatalogue, Periodicite, ProduitPass, StatutProduit
from apps.pass_products.services import ecrire_garantie, ecrire_produit, etablir_devis, retirer_garantie
from nsia_pass_api.back_office.actes import AvecActes, Lignes
from nsia_pass_api.back_office.admin_pass import AdminPass, TextesTapes
from nsia_pass_api.back_office.cellules import badge, fiche, moment, pastille, taux, texte, xaf
from nsia_pass_api.back_office.lecture import FichesLues, TableauLecture
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.errors import ErreurPass
from nsia_pass_api.lisible import VIDE
from nsia_pass_api.money import formater_xaf
from nsia_pass_api.textes import TexteTape

COULEURS_PRODUIT = {StatutProduit.ACTIF: "success", StatutProduit.INACTIF: "warning"}

CHAMPS_GARANTIE = (
    ("code", "type"),
    "libelle",
    ("montant", "plafond"),
    ("franchise", "taux"),
    ("age_min", "age_max"),
    ("delai_carence_jours", "a_confirmer"),
)


def etat_des_valeurs(garantie: Garantie) -> str:
    if garantie.pk is None:
        return VIDE
    return badge("À confirmer par NSIA", "warning") if garantie.a_confirmer else badge("Confirmées", "success")


etat_des_valeurs.short_description = "Valeurs"


class GarantieInline(TextesTapes, StackedInline):
    model = Garantie
    extra = 0
    fields = (etat_des_valeurs, *CHAMPS_GARANTIE)
    readonly_fields = (etat_des_valeurs,)
    collapsible = True


def modele_modifie(modification: ModificationCatalogue) -> type[models.Model]:
    """Whose fields its `avant` and `apres` hold."""
    return Garantie if modification.garantie else ProduitPass


class Modifications(FichesLues):
    modele = modele_modifie


class ModificationTableau(TableauLecture):
    """What changed, and by whom: without anybody, the command that loads the catalogue."""

    model = ModificationCatalogue
    formset = Modifications
    verbose_name_plural = "historique"
    per_page = 25
    fields = (
        moment("faite_le", "Le"),
        texte("get_acte_display", "Acte"),
        texte("garantie_lue", "Garantie"),
        fiche("avant", "Avant", modele=modele_modifie),
        fiche("apres", "Après", modele=modele_modifie),
        texte("acteur", "Par"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each with the guarantee as it is called, or was when it was taken away."""
        actuelle = Garantie.objects.filter(produit=OuterRef("produit"), code=OuterRef("garantie")).values("libelle")
        lue = Coalesce(
            Subquery(actuelle), KeyTextTransform("libelle", "avant"), F("garantie"), output_field=models.CharField()
        )
        return super().get_queryset(request).select_related("acteur").annotate(garantie_lue=lue)


class ProduitForm(forms.ModelForm):
    description = TexteTape(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))
    periodicites = forms.MultipleChoiceField(
        label="Périodicités permises",
        choices=Periodicite.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Les rythmes de paiement entre lesquels le client choisit.",
    )

    class Meta:
        model = ProduitPass
        fields = "__all__"


class DevisForm(forms.Form):
    montant = forms.IntegerField(
        label="Prime d'une période (FCFA)", widget=UnfoldAdminIntegerFieldWidget(attrs={"inputmode": "numeric"})
    )
    periodicite = forms.ChoiceField(label="Périodicité", widget=UnfoldAdminSelectWidget)
    date_debut = forms.DateField(label="Début", widget=UnfoldAdminSingleDateWidget)
    date_naissance = forms.DateField(
        label="Date de naissance du souscripteur", required=False, widget=UnfoldAdminSingleDateWidget
    )

    def __init__(self, saisie: Any, *, produit: ProduitPass) -> None:
        super().__init__(
            saisie or None,
            initial={
                "montant": produit.prix_minimum,
                "periodicite": produit.periodicites[0],
                "date_debut": aujourdhui(),
            },
        )
        self.fields["periodicite"].choices = [(une, Periodicite(une).label) for une in produit.periodicites]


@admin.register(ProduitPass)
class ProduitAdmin(AvecActes, AdminPass):
    form = ProduitForm
    inlines = [GarantieInline, ModificationTableau]
    list_display = [
        "nom_pass",
        texte("code_pass", "Code"),
        texte("get_categorie_display", "Catégorie"),
        texte("branche", "Branche"),
        "fourchette",
        taux("taux_epargne", "Épargne"),
        "garanties_lues",
        pastille("statut", "Statut", COULEURS_PRODUIT, StatutProduit),
    ]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    ("nom_pass", "code_pass"),
                    "description",
                    ("categorie", "branche"),
                    ("code_ussd", "statut"),
                )
            },
        ),
        ("Prime", {"fields": (("prix_minimum", "prix_maximum"), "periodicites", "taux_epargne")}),
        (
            "Couverture",
            {"fields": (("duree_validite_jours", "delai_grace_jours"), "nombre_beneficiaires_max")},
        ),
    ]

    @admin.display(description="Prime")
    def fourchette(self, produit: ProduitPass) -> str:
        return f"{formater_xaf(produit.prix_minimum)} à {formater_xaf(produit.prix_maximum)}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        a_confirmer = ArrayAgg(
            "garanties__libelle", filter=Q(garanties__a_confirmer=True), order_by="garanties__id", default=[]
        )
        return super().get_queryset(request).annotate(garanties_a_confirmer=a_confirmer)

    @admin.display(description="Garanties")
    def garanties_lues(self, produit: ProduitPass) -> str:
        nombre = len(produit.garanties_a_confirmer)
        return badge(f"{nombre} à confirmer", "warning") if nombre else badge("Confirmées", "success")

    def remarques(self, request: HttpRequest, objet: Any) -> Sequence[str]:
        if not objet.garanties_a_confirmer:
            return []
        return [f"Valeurs que NSIA doit encore confirmer : {', '.join(objet.garanties_a_confirmer)}."]

    def liens(self, request: HttpRequest, objet: Any) -> Lignes:
        return [("Essayer un devis", reverse("admin:pass_products_produitpass_devis", args=[quote(objet.pk)]))]

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view(self.devis)
        return [path("<path:object_id>/devis/", vue, name="pass_products_produitpass_devis"), *super().get_urls()]

    def devis(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a client would be told of this product now: the quote of the API, which writes nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        produit = self.get_object(request, unquote(object_id))
        if produit is None:
            raise Http404
        formulaire, devis = DevisForm(request.GET, produit=produit), None
        if formulaire.is_valid():
            try:
                devis = etablir_devis(produit=produit, **formulaire.cleaned_data)
            except ErreurPass as erreur:
                formulaire.add_error(None, erreur.detail)
        contexte = {
            **self.admin_site.each_context(request),
            "title": f"Devis {produit}",
            "opts": self.opts,
            "original": produit,
            "form": formulaire,
            "media": self.media + formulaire.media,
            "devis": devis,
            "retour": self._page(produit),
        }
        return TemplateResponse(request, "admin/devis.html", contexte)

    def save_model(self, request: HttpRequest, obj: ProduitPass, form: Any, change: bool) -> None:
        ecrire_produit(produit=obj, acteur=request.user)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        garanties = formset.save(commit=False)
        for garantie in formset.deleted_objects:
            retirer_garantie(garantie=garantie, acteur=request.user)
        for garantie in garanties:
            ecrire_garantie(garantie=garantie, acteur=request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        """Numbers already given carry the code."""
        return ["code_pass"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A product is archived: contracts point to it."""
        return False


@admin.register(Garantie)
class GarantieAdmin(AdminPass):
    list_display = [
        "libelle",
        texte("produit__code_pass", "Produit"),
        texte("get_type_display", "Type"),
        xaf("montant", "Montant"),
        xaf("plafond", "Plafond"),
        "carence",
        etat_des_valeurs,
    ]
    list_filter = ["produit", "type", "a_confirmer"]
    list_select_related = ["produit"]
    fields = ("produit", *CHAMPS_GARANTIE)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("produit")

    @admin.display(description="Carence")
    def carence(self, garantie: Garantie) -> str:
        return f"{garantie.delai_carence_jours} j" if garantie.delai_carence_jours else "Aucune"

    def save_model(self, request: HttpRequest, obj: Garantie, form: Any, change: bool) -> None:
        ecrire_garantie(garantie=obj, acteur=request.user)

    def delete_model(self, request: HttpRequest, obj: Garantie) -> None:
        retirer_garantie(garantie=obj, acteur=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Garantie]) -> None:
        for garantie in queryset:
            retirer_garantie(garantie=garantie, acteur=request.user)
