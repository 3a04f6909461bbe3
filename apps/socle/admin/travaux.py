"""What runs by itself: planned jobs, workers."""

from typing import Any

from django.contrib import admin

from apps.socle.models import TachePlanifiee, Travailleur
from apps.socle.selectors import ABSENCE
from nsia_pass_api.back_office.cellules import badge, code, moment, texte
from nsia_pass_api.back_office.lecture import AdminLecture
from nsia_pass_api.dates import maintenant


def _etat_de_la_tache(tache: TachePlanifiee) -> str:
    if tache.erreur:
        return badge("Échouée", "danger")
    if tache.fin_le is not None:
        return badge("Terminée", "success")
    return badge("En cours", "info") if tache.debut_le is not None else badge("Pas encore", "")


def _etat_du_travailleur(travailleur: Travailleur) -> str:
    vivant = travailleur.vu_le > maintenant() - ABSENCE
    return badge("Au travail", "success") if vivant else badge("Muet", "danger")


def _etat(montrer: Any) -> Any:
    def cellule(objet: Any) -> str:
        return str(montrer(objet))

    cellule.__name__ = "pastille_etat"
    cellule.short_description = "État"
    return cellule


@admin.register(TachePlanifiee)
class TacheAdmin(AdminLecture):
    list_display = [
        texte("", "Tâche"),
        moment("prochaine_le", "Prochaine exécution"),
        moment("debut_le", "Commencée le", secondes=True),
        moment("fin_le", "Terminée le", secondes=True),
        _etat(_etat_de_la_tache),
    ]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (texte("", "Tâche"), _etat(_etat_de_la_tache)),
                    moment("prochaine_le", "Prochaine exécution"),
                    (moment("debut_le", "Commencée le", secondes=True), moment("fin_le", "Terminée le", secondes=True)),
                    texte("erreur", "Erreur"),
                )
            },
        ),
    ]


@admin.register(Travailleur)
class TravailleurAdmin(AdminLecture):
    list_display = [
        code("hote", "Machine"),
        texte("pid", "Processus"),
        moment("demarre_le", "Démarré le", secondes=True),
        moment("vu_le", "Vu le", secondes=True),
        _etat(_etat_du_travailleur),
    ]
    fieldsets = [
        (
            None,
            {
                "fields": (
                    (code("hote", "Machine"), texte("pid", "Processus")),
                    (moment("demarre_le", "Démarré le", secondes=True), moment("vu_le", "Vu le", secondes=True)),
                    _etat(_etat_du_travailleur),
                )
            },
        ),
    ]
