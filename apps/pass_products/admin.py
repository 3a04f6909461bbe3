from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from apps.pass_products.models import Garantie, Periodicite, ProduitPass, StatutProduit
from nsia_pass_api.admin import AdminPass, badge, pastille, taux, texte, xaf
from nsia_pass_api.money import formater_xaf

COULEURS_PRODUIT = {StatutProduit.ACTIF: "success", StatutProduit.INACTIF: "warning"}

CHAMPS_GARANTIE = (
    ("code", "type"),
    "libelle",
    ("montant", "plafond"),
    ("franchise", "taux"),
    ("age_min", "age_max"),
    ("delai_carence_jours", "a_confirmer"),
)


class GarantieInline(StackedInline):
    model = Garantie
    extra = 0
    fields = CHAMPS_GARANTIE
    collapsible = True


class ProduitForm(forms.ModelForm):
    description = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))
    periodicites = forms.MultipleChoiceField(
        label="Périodicités permises",
        choices=Periodicite.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Les rythmes de paiement entre lesquels le client choisit.",
    )

    class Meta:
        model = ProduitPass
        fields = "__all__"


@admin.register(ProduitPass)
class ProduitAdmin(AdminPass):
    form = ProduitForm
    inlines = [GarantieInline]
    list_display = [
        "nom_pass",
        texte("code_pass", "Code"),
        texte("get_categorie_display", "Catégorie"),
        texte("branche", "Branche"),
        "fourchette",
        taux("taux_epargne", "Épargne"),
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
        "confirmation",
    ]
    list_filter = ["produit", "type", "a_confirmer"]
    list_select_related = ["produit"]
    fields = ("produit", *CHAMPS_GARANTIE)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("produit")

    @admin.display(description="Carence")
    def carence(self, garantie: Garantie) -> str:
        return f"{garantie.delai_carence_jours} j" if garantie.delai_carence_jours else "Aucune"

    @admin.display(description="Valeurs")
    def confirmation(self, garantie: Garantie) -> str:
        return badge("À confirmer", "warning") if garantie.a_confirmer else badge("Confirmées", "success")
