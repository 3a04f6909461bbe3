"""Series of numbers."""

from django.contrib import admin

from apps.socle.models import SerieNumero
from nsia_pass_api.admin import AdminLecture, texte


@admin.register(SerieNumero)
class SerieAdmin(AdminLecture):
    list_display = ["serie", texte("annee", "Année"), texte("dernier", "Dernier numéro")]
    fieldsets = [(None, {"fields": (("serie", texte("annee", "Année"), texte("dernier", "Dernier numéro")),)})]
    ordering = ["-annee", "serie"]
