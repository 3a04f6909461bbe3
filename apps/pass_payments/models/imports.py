"""Files that people hand in: what was read of each, shown, then done or not. The same content is done once."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from nsia_pass_api.constraints import parmi


class NatureImport(models.TextChoices):
    ENCAISSEMENTS = "encaissements", "Encaissements d'agence"
    RATTACHEMENTS = "rattachements", "Rattachement de clients à une agence"


class StatutImport(models.TextChoices):
    PREVU = "prevu", "À confirmer"
    CONFIRME = "confirme", "Fait"


class ImportFichier(models.Model):
    """`lignes` is what was shown and what is done, no other: the file itself is not kept."""

    Nature = NatureImport
    Statut = StatutImport

    nature = models.CharField(max_length=13, choices=NatureImport.choices)
    nom_fichier = models.CharField("fichier", max_length=120)
    empreinte = models.CharField(max_length=64)
    lignes = models.JSONField()
    nombre = models.IntegerField("lignes")
    total = models.BigIntegerField("total (XAF)", null=True, blank=True)
    doublons = models.JSONField(
        default=list, db_default=[], help_text="Lignes dont l'argent est déjà enregistré, et où."
    )
    statut = models.CharField(max_length=8, choices=StatutImport.choices, default=StatutImport.PREVU)
    deposant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="déposé par"
    )
    depose_le = models.DateTimeField("déposé le", db_default=Now())
    confirme_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="confirmé par",
    )
    confirme_le = models.DateTimeField("confirmé le", null=True, blank=True)

    class Meta:
        db_table = "imports_fichiers"
        verbose_name = "import de fichier"
        verbose_name_plural = "imports de fichiers"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["nature", "empreinte"], condition=Q(statut="confirme"), name="imports_une_seule_fois"
            ),
            parmi("nature", NatureImport, name="imports_nature_connue"),
            parmi("statut", StatutImport, name="imports_statut_connu"),
            models.CheckConstraint(condition=Q(nombre__gte=1), name="imports_non_vides"),
            models.CheckConstraint(
                condition=Q(statut="confirme", confirme_le__isnull=False, confirme_par__isnull=False)
                | Q(statut="prevu", confirme_le__isnull=True, confirme_par__isnull=True),
                name="imports_confirmation_datee",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="import_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="import_immuable", fields=["nature", "empreinte", "deposant", "depose_le"]),
            pgtrigger.Protect(
                name="import_confirme",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__statut="confirme"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} · {self.nom_fichier}"


class DoublonConfirme(models.Model):
    """A line of a file that looks like money already recorded, and is other money all the same: who says so, when and why."""

    fichier = models.ForeignKey(ImportFichier, on_delete=models.PROTECT, related_name="confirmes", db_index=False)
    ligne = models.IntegerField()
    contre = models.CharField("déjà enregistré", max_length=200)
    motif = models.CharField(max_length=200)
    confirme_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name="confirmé par",
    )
    confirme_le = models.DateTimeField("confirmé le", db_default=Now())

    class Meta:
        db_table = "doublons_confirmes"
        verbose_name = "doublon confirmé"
        verbose_name_plural = "doublons confirmés"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["fichier", "ligne"], name="doublons_une_fois"),
            models.CheckConstraint(condition=~Q(motif=""), name="doublons_motives"),
        ]
        triggers = [pgtrigger.Protect(name="doublon_immuable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Ligne {self.ligne} de {self.fichier}"
