"""Settings of the insurer, and who changed them."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.socle.definitions import DEFINITIONS

# At commit, a setting is what its history says last.
_SELON_HISTORIQUE = """
    IF (SELECT r.valeur FROM reglages r WHERE r.nom = NEW.nom) IS DISTINCT FROM (
        SELECT c.apres FROM changements_reglage c WHERE c.reglage_id = NEW.nom ORDER BY c.id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'réglage % : sa valeur n''est pas celle de son historique', NEW.nom
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


class Reglage(models.Model):
    """A setting of `DEFINITIONS`; without `valeur` it is what the environment says.

    Its bounds are copied from the definition after each migration, and are the owner's alone, like its name.
    """

    nom = models.CharField(primary_key=True, max_length=40)
    valeur = models.IntegerField(null=True, blank=True)
    minimum = models.IntegerField(null=True, editable=False)
    maximum = models.IntegerField(null=True, editable=False)

    class Meta:
        db_table = "reglages"
        verbose_name = "réglage"
        verbose_name_plural = "réglages"
        ordering = ["nom"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valeur__isnull=True) | Q(valeur__gte=F("minimum"), valeur__lte=F("maximum")),
                name="reglages_bornes",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="reglage_indelebile", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="reglage_selon_historique",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("valeur"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=_SELON_HISTORIQUE,
            ),
        ]

    def __str__(self) -> str:
        return DEFINITIONS[self.nom].libelle if self.nom in DEFINITIONS else self.nom


class ChangementReglage(models.Model):
    """One change of a setting, by whom and why. Never changed nor deleted; without a value it is the environment's."""

    reglage = models.ForeignKey(Reglage, on_delete=models.PROTECT, related_name="changements")
    avant = models.IntegerField(null=True, blank=True)
    apres = models.IntegerField("après", null=True, blank=True)
    # What the environment said then, which `avant` or `apres` stands for without a value; of changes before 2026-12, unknown.
    defaut = models.IntegerField("défaut", null=True, blank=True)
    motif = models.CharField(max_length=200)
    acteur = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    change_le = models.DateTimeField("le", db_default=Now())

    class Meta:
        db_table = "changements_reglage"
        verbose_name = "changement"
        verbose_name_plural = "historique"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(motif=""), name="changements_reglage_motives")]
        triggers = [
            pgtrigger.Protect(name="changement_reglage_immuable", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.reglage_id} : {self.apres}"
