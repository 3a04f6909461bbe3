"""The worker's own life: who works, and when each recurring job runs."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.socle.files import TACHES


class Travailleur(models.Model):
    """A worker process: `vu_le` moves while it lives. Read by /sante/pret/ and the back office."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hote = models.CharField("machine", max_length=80)
    pid = models.IntegerField("processus")
    demarre_le = models.DateTimeField("démarré le", db_default=Now())
    vu_le = models.DateTimeField("vu le", db_default=Now())

    class Meta:
        db_table = "travailleurs"
        verbose_name = "travailleur"
        verbose_name_plural = "travailleurs"
        ordering = ["-vu_le"]

    def __str__(self) -> str:
        return f"{self.hote} ({self.pid})"


class TachePlanifiee(models.Model):
    """A recurring job of `files.TACHES`: one worker claims it when `prochaine_le` has come."""

    nom = models.CharField(primary_key=True, max_length=40)
    prochaine_le = models.DateTimeField("prochaine exécution")
    debut_le = models.DateTimeField("commencée le", null=True, blank=True)
    fin_le = models.DateTimeField("terminée le", null=True, blank=True)
    erreur = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "taches_planifiees"
        verbose_name = "tâche planifiée"
        verbose_name_plural = "tâches planifiées"
        ordering = ["prochaine_le"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin_le__isnull=True) | Q(fin_le__gte=F("debut_le")), name="taches_dates_ordonnees"
            ),
        ]

    def __str__(self) -> str:
        return TACHES[self.nom].libelle if self.nom in TACHES else self.nom
