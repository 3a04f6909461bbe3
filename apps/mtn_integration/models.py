"""What was asked of MTN and what it answered. Secrets and phones are masked before they come here."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from nsia_pass_api.constraints import parmi


class GenreMTN(models.TextChoices):
    """The value is the resource's name in MTN's addresses."""

    REQUESTTOPAY = "requesttopay", "Encaissement"
    REFUND = "refund", "Remboursement"
    TRANSFER = "transfer", "Versement"


class StatutMTN(models.TextChoices):
    """The last thing known. The first four are answers to the request, the others to a look-up."""

    ENVOI = "envoi", "Envoi en cours"
    SANS_REPONSE = "sans_reponse", "Sans réponse"
    ACCEPTEE = "acceptee", "Acceptée"
    REFUSEE = "refusee", "Refusée"
    INTROUVABLE = "introuvable", "Inconnue de MTN"
    EN_ATTENTE = "en_attente", "En attente"
    REUSSIE = "reussie", "Réussie"
    ECHOUEE = "echouee", "Échouée"


# What a look-up has seen is not undone by the answer to a request, nor the end by a look-up that was slower.
CONSULTES = (StatutMTN.EN_ATTENTE, StatutMTN.REUSSIE, StatutMTN.ECHOUEE)
FINAUX = (StatutMTN.REUSSIE, StatutMTN.ECHOUEE)


class TransactionMTN(models.Model):
    """One reference of ours at MTN. `envoi` without anything after it: the process died before the answer."""

    Genre = GenreMTN
    Statut = StatutMTN

    reference = models.UUIDField("référence")
    genre = models.CharField(max_length=12, choices=GenreMTN.choices)
    numero = models.CharField("numéro", max_length=40)
    montant = models.IntegerField("montant")
    devise = models.CharField(max_length=3)
    telephone = models.CharField("téléphone masqué", max_length=20)
    destination = models.CharField(max_length=24)
    statut = models.CharField(max_length=12, choices=StatutMTN.choices, default=StatutMTN.ENVOI)
    raison = models.CharField("raison de MTN", max_length=100, blank=True)
    code_financier = models.CharField("identifiant financier", max_length=64, blank=True)
    tentatives = models.IntegerField(default=1)
    premiere_demande = models.DateTimeField("première demande", db_default=Now())
    derniere_demande = models.DateTimeField("dernière demande", db_default=Now())
    derniere_consultation = models.DateTimeField("dernière consultation", null=True, blank=True)

    class Meta:
        db_table = "transactions_mtn"
        verbose_name = "transaction MTN"
        verbose_name_plural = "transactions MTN"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="transactions_mtn_reference_unique"),
            models.CheckConstraint(condition=Q(montant__gt=0), name="transactions_mtn_montant_positif"),
            models.CheckConstraint(condition=Q(tentatives__gt=0), name="transactions_mtn_tentatives_positives"),
            # A whole number must not come here: nothing of a phone but its prefix and its last two digits.
            models.CheckConstraint(
                condition=~Q(telephone__regex=r"[0-9]{4}"), name="transactions_mtn_telephone_masque"
            ),
            parmi("genre", GenreMTN, name="transactions_mtn_genre_connu"),
            parmi("statut", StatutMTN, name="transactions_mtn_statut_connu"),
        ]
        indexes = [models.Index(fields=["numero"], name="transactions_mtn_par_numero")]
        triggers = [
            pgtrigger.Protect(name="transaction_mtn_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="transaction_mtn_immuable",
                fields=["reference", "genre", "numero", "montant", "devise", "telephone", "premiere_demande"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.reference)


class LogMTN(models.Model):
    """One exchange with MTN, redacted. Written once, never changed nor deleted."""

    reference = models.UUIDField("référence", null=True, blank=True)
    methode = models.CharField("méthode", max_length=6)
    chemin = models.CharField(max_length=200)
    statut = models.SmallIntegerField("statut HTTP", null=True, blank=True)
    duree_ms = models.IntegerField("durée (ms)")
    demande = models.TextField(blank=True)
    reponse = models.TextField("réponse", blank=True)
    erreur = models.CharField(max_length=300, blank=True)
    le = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "journal_mtn"
        verbose_name = "échange avec MTN"
        verbose_name_plural = "échanges avec MTN"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(duree_ms__gte=0), name="journal_mtn_duree_positive"),
            models.CheckConstraint(
                condition=Q(statut__isnull=False) | ~Q(erreur=""), name="journal_mtn_reponse_ou_erreur"
            ),
        ]
        indexes = [
            models.Index(
                fields=["reference", "id"], condition=Q(reference__isnull=False), name="journal_mtn_par_reference"
            )
        ]
        triggers = [pgtrigger.Protect(name="echange_mtn_immuable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.methode} {self.chemin}"
