"""Acts that need two people."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.socle.natures import nature
from nsia_pass_api.constraints import parmi


class StatutProposition(models.TextChoices):
    PROPOSEE = "proposee", "En attente d'une seconde personne"
    APPROUVEE = "approuvee", "Approuvée"
    REFUSEE = "refusee", "Refusée"
    RETIREE = "retiree", "Retirée"
    PERIMEE = "perimee", "Périmée"


_ATTEND_D_ABORD = """
    RAISE EXCEPTION 'proposition % : elle attend d''abord une décision', NEW.cle USING ERRCODE = 'check_violation';
"""


class Proposition(models.Model):
    """An act that one person asks for and another decides. The database refuses that it be the same person.

    `nature` is a kind (`natures`), and `cle` what it is about: one waits at a time for each. `avant` and `apres`
    are what the maker saw and what the maker asks, the same keys in both; the checker reads them, and they stay as they were.
    `client` says whose file it is, hence who reads it; nobody's is read by those who read all.
    """

    Statut = StatutProposition

    nature = models.CharField(max_length=30)
    cle = models.CharField("objet", max_length=80)
    # Named and not imported, as the user model is: every proposal has these two columns, which decide who reads it and where it
    # is shown, and the apps of their tables stand above. What another kind is about, `cle` says.
    client = models.ForeignKey(
        "pass_clients.ClientPass", on_delete=models.PROTECT, null=True, blank=True, related_name="propositions"
    )
    paiement = models.ForeignKey(
        "pass_payments.PaiementPass", on_delete=models.PROTECT, null=True, blank=True, related_name="propositions"
    )
    avant = models.JSONField(default=dict)
    apres = models.JSONField("après", default=dict)
    motif = models.CharField(max_length=200)
    statut = models.CharField(max_length=9, choices=StatutProposition.choices, default=StatutProposition.PROPOSEE)
    demandeur = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    demandee_le = models.DateTimeField("demandée le", db_default=Now())
    expire_le = models.DateTimeField("à décider avant le")
    decideur = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="décideur",
    )
    decidee_le = models.DateTimeField("décidée le", null=True, blank=True)
    # Written by the database: what is done by this decision, and refused without one, is done in this very transaction.
    transaction_decision = models.BigIntegerField("transaction de la décision", null=True, editable=False)
    commentaire = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "propositions"
        verbose_name = "proposition"
        verbose_name_plural = "propositions"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["cle"], condition=Q(statut="proposee"), name="propositions_une_ouverte"),
            models.CheckConstraint(
                condition=Q(decideur__isnull=True) | ~Q(decideur=F("demandeur")), name="propositions_deux_personnes"
            ),
            models.CheckConstraint(
                condition=Q(statut="proposee", decideur__isnull=True, decidee_le__isnull=True)
                | Q(statut__in=["approuvee", "refusee"], decideur__isnull=False, decidee_le__isnull=False)
                | Q(statut__in=["retiree", "perimee"], decideur__isnull=True, decidee_le__isnull=False),
                name="propositions_decision_datee",
            ),
            models.CheckConstraint(condition=~Q(motif="") & ~Q(cle=""), name="propositions_motivees"),
            models.CheckConstraint(condition=Q(nature__regex=r"^[a-z_]{3,30}$"), name="propositions_nature_forme"),
            parmi("statut", StatutProposition, name="propositions_statut_connu"),
        ]
        indexes = [
            models.Index(fields=["expire_le"], condition=Q(statut="proposee"), name="propositions_en_attente"),
            models.Index(
                fields=["demandeur", "decidee_le"],
                condition=Q(decidee_le__isnull=False),
                name="propositions_reponses",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="proposition_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="proposition_demande_immuable",
                fields=[
                    "nature",
                    "cle",
                    "client",
                    "paiement",
                    "avant",
                    "apres",
                    "motif",
                    "demandeur",
                    "demandee_le",
                    "expire_le",
                    "transaction_decision",
                ],
            ),
            # After the guard above, in the order of names.
            pgtrigger.Trigger(
                name="proposition_signee",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__statut__df=pgtrigger.F("new__statut")),
                func="NEW.transaction_decision = txid_current(); RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="proposition_attend_d_abord",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__statut__df="proposee")
                | pgtrigger.Q(new__transaction_decision__isnull=False),
                func=_ATTEND_D_ABORD,
            ),
            pgtrigger.Protect(
                name="proposition_decidee",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__statut__df="proposee"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nature_lisible} · {self.cle.partition(':')[2] or self.cle}"

    @property
    def nature_lisible(self) -> str:
        return nature(self.nature).libelle

    @property
    def faite(self) -> bool | None:
        """Whether what is asked has been done; None while it may still be."""
        return None if self.statut == StatutProposition.PROPOSEE else self.statut == StatutProposition.APPROUVEE

    @property
    def reponse(self) -> str:
        """What became of it, in one sentence, with the words of whoever decided; nothing while it waits."""
        match self.statut:
            case StatutProposition.APPROUVEE:
                return f"Approuvée par {self.decideur}{f' : « {self.commentaire} »' if self.commentaire else ''}."
            case StatutProposition.REFUSEE:
                return f"Refusée par {self.decideur} : « {self.commentaire} ». Rien n'a été fait."
            case StatutProposition.RETIREE:
                return "Retirée par la personne qui l'avait demandée. Rien n'a été fait."
            case StatutProposition.PERIMEE:
                return "Personne n'a décidé à temps. Rien n'a été fait. Proposez à nouveau s'il le faut."
        return ""
