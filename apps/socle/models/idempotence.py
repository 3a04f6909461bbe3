"""Answers that were given, kept for whoever asks again."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class RequeteIdempotente(models.Model):
    """The first answer to a request that may come again: same `cle`, same body, same answer. Written with what it did."""

    portee = models.CharField("portée", max_length=40)
    cle = models.CharField("clé", max_length=64)
    empreinte = models.CharField("empreinte de la demande", max_length=64)
    statut_http = models.SmallIntegerField()
    reponse = models.JSONField("réponse")
    cree_le = models.DateTimeField("reçue le", db_default=Now())

    class Meta:
        db_table = "requetes_idempotentes"
        verbose_name = "requête idempotente"
        verbose_name_plural = "requêtes idempotentes"
        constraints = [
            models.UniqueConstraint(fields=["portee", "cle"], name="requetes_une_par_cle"),
            models.CheckConstraint(condition=Q(empreinte__regex=r"^[0-9a-f]{64}$"), name="requetes_empreinte"),
        ]
        indexes = [models.Index(fields=["cree_le"], name="requetes_par_age")]
        triggers = [pgtrigger.Protect(name="requete_immuable", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.portee} {self.cle}"
