"""Figures of the months, for the pictures of the home page: derived, thrown away and computed again every night."""

from django.db import models
from django.db.models import Q

from apps.pass_clients.models import Agence
from apps.pass_products.models import ProduitPass


class IndicateurMensuel(models.Model):
    """What a month brought to an agency for a product, as `calculer_indicateurs` found it at `calcule_le`."""

    mois = models.DateField("mois", help_text="Son premier jour.")
    agence = models.ForeignKey(
        Agence,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Celle des clients ; vide : ceux qui n'en ont pas.",
    )
    produit = models.ForeignKey(ProduitPass, on_delete=models.PROTECT, related_name="+", db_index=False)
    souscriptions = models.IntegerField("souscriptions activées")
    encaissements = models.IntegerField("paiements encaissés")
    encaisse = models.BigIntegerField("encaissé, net (XAF)")
    arrieres = models.BigIntegerField(
        "arriérés (XAF)", help_text="Ce qui était dû ce mois-là et n'est toujours pas payé."
    )
    calcule_le = models.DateTimeField("calculé le")

    class Meta:
        db_table = "indicateurs_mensuels"
        verbose_name = "chiffre du mois"
        verbose_name_plural = "chiffres du mois"
        ordering = ["-mois", "agence", "produit_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mois", "agence", "produit"], name="indicateurs_un_par_mois", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(mois__day=1), name="indicateurs_premier_du_mois"),
        ]

    def __str__(self) -> str:
        return f"{self.mois:%m/%Y} · {self.agence or 'sans agence'} · {self.produit}"
