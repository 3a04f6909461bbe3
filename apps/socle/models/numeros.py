"""The last number drawn of each series."""

import pgtrigger
from django.db import models
from django.db.models import Q


class SerieNumero(models.Model):
    """The last number drawn of a series in a year. Read and moved only by `numbers.allouer`."""

    serie = models.CharField("série", max_length=40)
    annee = models.SmallIntegerField("année")
    dernier = models.BigIntegerField("dernier numéro")

    class Meta:
        db_table = "series_numeros"
        verbose_name = "série de numéros"
        verbose_name_plural = "séries de numéros"
        constraints = [
            models.UniqueConstraint(fields=["serie", "annee"], name="series_une_par_annee"),
            models.CheckConstraint(condition=Q(dernier__gte=0), name="series_positives"),
        ]
        triggers = [
            pgtrigger.Protect(name="serie_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="serie_immuable", exclude=["dernier"]),
            pgtrigger.Protect(
                name="serie_sans_retour",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__dernier__lt=pgtrigger.F("old__dernier")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.serie} {self.annee}"
