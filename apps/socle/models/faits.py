"""Facts: what happened in one app, for apps that it does not know; and where each fact has still to be delivered."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from nsia_pass_api.constraints import parmi


class Fait(models.Model):
    """Something that happened, written in the transaction of what happened; never changed nor deleted.

    `cle` names what it happened to (« souscription:12 »): facts of one key are delivered in the order of their ids. `donnees`
    holds ids, states and amounts in XAF, nothing that names a person.
    """

    nom = models.CharField(max_length=40)
    cle = models.CharField("objet", max_length=80)
    donnees = models.JSONField("données", encoder=DjangoJSONEncoder)
    survenu_le = models.DateTimeField("survenu le", db_default=Now())

    class Meta:
        db_table = "faits"
        verbose_name = "fait"
        verbose_name_plural = "faits"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(nom__regex=r"^[a-z_]+\.[a-z_]+$"), name="faits_nom_forme"),
            models.CheckConstraint(condition=~Q(cle=""), name="faits_objet_nomme"),
        ]
        indexes = [models.Index(fields=["cle", "id"], name="faits_par_objet")]
        triggers = [pgtrigger.Protect(name="fait_immuable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.nom} · {self.cle}"


class StatutLivraison(models.TextChoices):
    A_FAIRE = "a_faire", "À transmettre"
    FAITE = "faite", "Transmis"
    ECARTEE = "ecartee", "Écarté"


class Livraison(models.Model):
    """One fact for one handler (`traitant`: « app.fonction »), due until the handler has taken it or a person sets it aside.

    The worker claims it by moving `a_faire_le` ahead; the handler's writes and `faite` are one transaction.
    """

    Statut = StatutLivraison

    fait = models.ForeignKey(Fait, on_delete=models.PROTECT, related_name="livraisons")
    traitant = models.CharField(max_length=80)
    cle = models.CharField("objet", max_length=80)
    statut = models.CharField(max_length=7, choices=StatutLivraison.choices, default=StatutLivraison.A_FAIRE)
    a_faire_le = models.DateTimeField("à transmettre le", null=True, blank=True, db_default=Now())
    tentatives = models.SmallIntegerField(default=0)
    erreur = models.CharField("dernière erreur", max_length=200, blank=True)
    finie_le = models.DateTimeField("terminée le", null=True, blank=True)
    ecartee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    motif = models.CharField("pourquoi", max_length=200, blank=True)

    class Meta:
        db_table = "livraisons_faits"
        verbose_name = "transmission d'un fait"
        verbose_name_plural = "transmissions des faits"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["fait", "traitant"], name="livraisons_une_par_traitant"),
            parmi("statut", StatutLivraison, name="livraisons_statut_connu"),
            models.CheckConstraint(
                condition=Q(statut="a_faire", a_faire_le__isnull=False, finie_le__isnull=True)
                | Q(statut__in=["faite", "ecartee"], a_faire_le__isnull=True, finie_le__isnull=False),
                name="livraisons_dates",
            ),
            models.CheckConstraint(
                condition=(Q(statut="ecartee", ecartee_par__isnull=False) & ~Q(motif=""))
                | (~Q(statut="ecartee") & Q(ecartee_par__isnull=True, motif="")),
                name="livraisons_ecartees_par_quelqu_un",
            ),
        ]
        indexes = [
            models.Index(fields=["a_faire_le"], condition=Q(statut="a_faire"), name="livraisons_a_faire"),
            models.Index(fields=["traitant", "cle", "fait"], condition=Q(statut="a_faire"), name="livraisons_en_ordre"),
            models.Index(fields=["id"], condition=Q(statut="a_faire", tentatives__gte=5), name="livraisons_bloquees"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="livraison_transition", field="statut", transitions=[("a_faire", "faite"), ("a_faire", "ecartee")]
            ),
            pgtrigger.ReadOnly(name="livraison_immuable", fields=["fait", "traitant", "cle"]),
            pgtrigger.Protect(name="livraison_indelebile", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.fait_id} → {self.traitant}"
