"""What apps tell each other, and what could not be delivered."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import PermissionDenied
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.socle import faits
from apps.socle.models import Livraison, StatutLivraison
from apps.socle.selectors import DONT_ON_SE_SOUCIE
from apps.socle.services.faits import ecarter, relancer
from nsia_pass_api.back_office.actes import Acte, AvecActes
from nsia_pass_api.back_office.cellules import code, moment, pastille, texte
from nsia_pass_api.back_office.lecture import AdminLecture
from nsia_pass_api.textes import TexteTape

_COULEURS = {StatutLivraison.A_FAIRE: "info", StatutLivraison.FAITE: "success", StatutLivraison.ECARTEE: "warning"}
STATUT = pastille("statut", "État", _COULEURS, StatutLivraison)


class _ActeLivraison(Acte):
    droit = "socle.change_livraison"

    def possible(self, objet: Livraison, agent: AbstractBaseUser) -> bool:
        return objet.statut == StatutLivraison.A_FAIRE

    @staticmethod
    def _decideur(agent: AbstractBaseUser) -> PermissionsMixin:
        if not isinstance(agent, PermissionsMixin):
            raise PermissionDenied
        return agent


class Relancer(_ActeLivraison):
    nom = "relancer"
    libelle = "Transmettre maintenant"
    icone = "refresh"
    explication = "Ce fait sera transmis dans les secondes qui viennent, comme s'il ne l'avait jamais été."

    def executer(self, objet: Livraison, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        relancer(livraison=objet, agent=self._decideur(agent))
        return "Ce fait va être transmis. Rechargez cette page dans quelques secondes."


class EcarterForm(forms.Form):
    motif = TexteTape(
        label="Pourquoi", max_length=200, widget=UnfoldAdminTextareaWidget, help_text="On le relira sur cette page."
    )


class Ecarter(_ActeLivraison):
    nom = "ecarter"
    libelle = "Écarter"
    icone = "block"
    genre = "danger"
    explication = (
        "Ce fait ne sera jamais transmis à ce destinataire, et ceux qui le suivent pour le même objet le seront. "
        "Faites d'abord à la main ce que le destinataire aurait fait."
    )

    def formulaire(self, objet: Livraison, saisie: Any) -> forms.Form:
        return EcarterForm(saisie)

    def executer(self, objet: Livraison, agent: AbstractBaseUser, saisie: dict[str, Any]) -> str:
        ecarter(livraison=objet, agent=self._decideur(agent), motif=saisie["motif"])
        return "Ce fait est écarté."


class SouciFiltre(admin.SimpleListFilter):
    title = "difficulté"
    parameter_name = "difficulte"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("oui", "Essayés plusieurs fois sans succès")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(DONT_ON_SE_SOUCIE) if self.value() == "oui" else queryset


def _libelle(livraison: Livraison) -> str:
    connus = faits.declarations()
    nom = livraison.fait.nom
    return connus[nom].libelle if nom in connus else nom


_libelle.short_description = "Ce qui est arrivé"  # type: ignore[attr-defined]


# What the first half of a key names, as people read it; another app's keys are read as they are.
_GENRES = {"souscription": "Souscription", "client": "Client", "paiement": "Paiement", "sinistre": "Sinistre"}


def _objet(livraison: Livraison) -> str:
    genre, _, ident = livraison.cle.partition(":")
    return f"{_GENRES.get(genre, genre.capitalize())} n° {ident}"


_objet.short_description = "Objet"  # type: ignore[attr-defined]


def _cle(terme: str) -> str:
    """« Souscription n° 12 », « souscription 12 » and `souscription:12` are one key."""
    genre, *reste = terme.replace("n°", " ").replace(":", " ").split()
    return f"{genre.lower()}:{''.join(reste)}"


def _donnees(livraison: Livraison) -> str:
    return json.dumps(livraison.fait.donnees, ensure_ascii=False)


_donnees.short_description = "Données"  # type: ignore[attr-defined]


@admin.register(Livraison)
class LivraisonAdmin(AvecActes, AdminLecture):
    actes = (Relancer(), Ecarter())
    search_help_text = "Objet, comme souscription 12"
    recherches = {"cle": _cle}
    list_select_related = ("fait",)
    list_filter = ("statut", SouciFiltre)
    list_display = (
        moment("fait__survenu_le", "Survenu le", secondes=True),
        _libelle,
        _objet,
        code("traitant", "Destinataire"),
        STATUT,
        texte("tentatives", "Essais"),
        texte("erreur", "Dernière erreur"),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    (_libelle, STATUT),
                    (code("fait__nom", "Nom du fait"), _objet),
                    (moment("fait__survenu_le", "Survenu le", secondes=True), code("traitant", "Destinataire")),
                    _donnees,
                )
            },
        ),
        (
            "Transmission",
            {
                "fields": (
                    (texte("tentatives", "Essais"), texte("erreur", "Dernière erreur")),
                    (moment("a_faire_le", "Prochain essai"), moment("finie_le", "Terminée le")),
                    (texte("ecartee_par", "Écarté par"), texte("motif", "Pourquoi")),
                )
            },
        ),
    )

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("fait", "ecartee_par")
