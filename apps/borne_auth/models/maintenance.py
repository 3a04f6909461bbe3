"""What opens the maintenance of a kiosk: a code that the back office gives."""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q

from apps.borne_auth.models.identite import Agent, Borne
from nsia_pass_api.constraints import parmi

DUREE_MAINTENANCE = timedelta(minutes=10)


class StatutCodeMaintenance(models.TextChoices):
    EN_ATTENTE = "en_attente", "Attend d'être tapé"
    UTILISE = "utilise", "Utilisé"
    REMPLACE = "remplace", "Remplacé par un autre"


class CodeMaintenance(models.Model):
    """Eight digits that open the maintenance of one kiosk, once, until `expire_le`. Only a keyed hash of them is kept.

    One waits at a time for a kiosk; what was used or replaced stays so.
    """

    borne = models.ForeignKey(Borne, on_delete=models.PROTECT, related_name="codes_maintenance")
    donne_par = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)
    motif = models.CharField(max_length=200)
    empreinte = models.CharField("empreinte du code", max_length=64, editable=False)
    statut = models.CharField(
        max_length=10, choices=StatutCodeMaintenance.choices, default=StatutCodeMaintenance.EN_ATTENTE
    )
    donne_le = models.DateTimeField("donné le")
    expire_le = models.DateTimeField("expire le")
    fini_le = models.DateTimeField("utilisé ou remplacé le", null=True)

    class Meta:
        db_table = "codes_maintenance"
        verbose_name = "code de maintenance"
        verbose_name_plural = "codes de maintenance"
        constraints = [
            models.UniqueConstraint(
                fields=["borne"], condition=Q(statut="en_attente"), name="codes_maintenance_un_par_borne"
            ),
            parmi("statut", StatutCodeMaintenance, name="codes_maintenance_statut_connu"),
            models.CheckConstraint(
                condition=Q(statut="en_attente", fini_le__isnull=True)
                | (~Q(statut="en_attente") & Q(fini_le__isnull=False)),
                name="codes_maintenance_finis_dates",
            ),
            models.CheckConstraint(condition=~Q(motif=""), name="codes_maintenance_motives"),
            models.CheckConstraint(condition=Q(empreinte__regex=r"^[0-9a-f]{64}$"), name="codes_maintenance_haches"),
            models.CheckConstraint(
                condition=Q(expire_le__gt=F("donne_le"), expire_le__lte=F("donne_le") + DUREE_MAINTENANCE),
                name="codes_maintenance_courts",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="code_maintenance_immuable", exclude=["statut", "fini_le"]),
            pgtrigger.Protect(
                name="code_maintenance_usage_unique",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__statut__df="en_attente"),
            ),
            pgtrigger.Protect(name="code_maintenance_indelebile", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.pk)
