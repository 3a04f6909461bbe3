"""Tickets of the live process."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from nsia_pass_api.gardes import fige


class BilletDirect(models.Model):
    """Opens one socket on `objet`, once, before `expire_le`. The ticket itself is nowhere: `empreinte` is its SHA-256."""

    empreinte = models.CharField(primary_key=True, max_length=64)
    route = models.CharField(max_length=30)
    objet = models.CharField(max_length=80)
    porteur = models.CharField(max_length=80)
    emis_le = models.DateTimeField("émis le", db_default=Now())
    expire_le = models.DateTimeField("expire le")
    utilise_le = models.DateTimeField("utilisé le", null=True, blank=True)

    class Meta:
        db_table = "billets_direct"
        verbose_name = "billet"
        verbose_name_plural = "billets"
        constraints = [
            models.CheckConstraint(condition=Q(empreinte__regex=r"^[0-9a-f]{64}$"), name="billets_empreinte"),
            models.CheckConstraint(condition=~Q(route="") & ~Q(objet="") & ~Q(porteur=""), name="billets_lies"),
        ]
        indexes = [models.Index(fields=["expire_le"], name="billets_par_age")]
        triggers = [
            pgtrigger.ReadOnly(name="billet_immuable", exclude=["utilise_le"]),
            fige("utilise_le", name="billet_usage_unique", quand=pgtrigger.Q(old__utilise_le__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.objet}"
