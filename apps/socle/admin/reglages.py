"""What the insurer sets, and the series of numbers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from apps.socle.definitions import DEFINITIONS
from apps.socle.models import ChangementReglage, Reglage, SerieNumero
from apps.socle.reglages import par_defaut
from apps.socle.services.reglages import changer_reglage
from nsia_pass_api.back_office.actes import Acte, AvecActes
from nsia_pass_api.back_office.cellules import Cellule, moment, texte
from nsia_pass_api.back_office.lecture import AdminLecture, TableauLecture
from nsia_pass_api.money import formater_nombre
from nsia_pass_api.textes import TexteTape


class ReglageForm(forms.Form):
    valeur = forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget(attrs={"inputmode": "numeric"}))
    motif = TexteTape(
        max_length=200,
        label="Motif",
        help_text="On le relira dans l'historique.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def __init__(self, saisie: Any, *, reglage: Reglage) -> None:
        super().__init__(saisie)
        definition = DEFINITIONS[reglage.nom]
        self.fields["valeur"].label = f"{definition.libelle} ({definition.unite})"
        self.fields[
            "valeur"
        ].help_text = (
            f"{definition.aide} De {formater_nombre(definition.minimum)} à {formater_nombre(definition.maximum)}."
        )
        self.initial = {"valeur": en_vigueur(reglage)}


def en_vigueur(reglage: Reglage) -> int:
    return par_defaut(reglage.nom) if reglage.valeur is None else reglage.valeur


class Changer(Acte):
    nom = "changer"
    libelle = "Changer la valeur"
    droit = "socle.change_reglage"
    icone = "tune"
    genre = "primary"
    explication = "La nouvelle valeur vaut pour tous dès la prochaine demande. Ce qui est déjà fait ne change pas."

    def possible(self, objet: Reglage, agent: AbstractBaseUser) -> bool:
        return True

    def formulaire(self, objet: Reglage, saisie: Any) -> forms.Form:
        return ReglageForm(saisie, reglage=objet)

    def executer(self, objet: Reglage, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        changer_reglage(nom=objet.nom, acteur=agent, **saisie)
        return "Le réglage est changé."


class Revenir(Changer):
    nom = "revenir"
    libelle = "Revenir à la valeur d'installation"
    icone = "settings_backup_restore"
    genre = "default"

    def possible(self, objet: Reglage, agent: AbstractBaseUser) -> bool:
        return objet.valeur is not None

    def formulaire(self, objet: Reglage, saisie: Any) -> forms.Form:
        formulaire = ReglageForm(saisie, reglage=objet)
        del formulaire.fields["valeur"]
        return formulaire

    def executer(self, objet: Reglage, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        changer_reglage(nom=objet.nom, valeur=None, motif=saisie["motif"], acteur=agent)
        return "Le réglage est revenu à sa valeur d'installation."


def valeur_du_changement(champ: str, libelle: str) -> Cellule:
    """The value with its unit; for none, what the environment said then, of which old changes only know that it was its own."""

    def cellule(changement: ChangementReglage) -> str:
        valeur = getattr(changement, champ)
        if valeur is not None:
            return _avec_unite(changement.reglage_id, valeur)
        if changement.defaut is None:
            return "Valeur d'installation"
        return f"{_avec_unite(changement.reglage_id, changement.defaut)} (à l'installation)"

    cellule.__name__ = f"valeur_{champ}"
    cellule.short_description = libelle  # type: ignore[attr-defined]
    return cellule


class ChangementTableau(TableauLecture):
    model = ChangementReglage
    verbose_name_plural = "historique"
    per_page = 25
    fields = (
        moment("change_le", "Le", secondes=True),
        valeur_du_changement("avant", "Avant"),
        valeur_du_changement("apres", "Après"),
        texte("motif", "Motif"),
        texte("acteur", "Par"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("acteur")


@admin.register(Reglage)
class ReglageAdmin(AvecActes, AdminLecture):
    actes = [Changer(), Revenir()]
    inlines = [ChangementTableau]
    list_display = ["libelle", "valeur_lue", "defaut", moment("change_le", "Changé le")]
    fieldsets = [
        (
            None,
            {"fields": ("libelle", "aide", ("valeur_lue", "defaut"))},
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the code: a setting that is no longer one keeps its row and its history."""
        dernier = ChangementReglage.objects.filter(reglage=OuterRef("pk")).order_by("-id").values("change_le")[:1]
        return super().get_queryset(request).filter(nom__in=DEFINITIONS).annotate(change_le=Subquery(dernier))

    @admin.display(description="Réglage")
    def libelle(self, reglage: Reglage) -> str:
        return DEFINITIONS[reglage.nom].libelle

    @admin.display(description="À quoi il sert")
    def aide(self, reglage: Reglage) -> str:
        return DEFINITIONS[reglage.nom].aide

    @admin.display(description="Valeur")
    def valeur_lue(self, reglage: Reglage) -> str:
        return _lisible(reglage, en_vigueur(reglage))

    @admin.display(description="À l'installation")
    def defaut(self, reglage: Reglage) -> str:
        return _lisible(reglage, par_defaut(reglage.nom))


def _lisible(reglage: Reglage, valeur: int) -> str:
    return _avec_unite(reglage.nom, valeur)


def _avec_unite(nom: str, valeur: int) -> str:
    return f"{formater_nombre(valeur)} {DEFINITIONS[nom].unite}"


@admin.register(SerieNumero)
class SerieAdmin(AdminLecture):
    list_display = ["serie", texte("annee", "Année"), texte("dernier", "Dernier numéro")]
    fieldsets = [(None, {"fields": (("serie", texte("annee", "Année"), texte("dernier", "Dernier numéro")),)})]
    ordering = ["-annee", "serie"]
