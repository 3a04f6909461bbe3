"""What was asked of MTN and what it answered. Secrets and phones are masked before they come here."""

from django.db import models

from apps.pass_payments.operateurs.models import (
    DemandeOperateur,
    EchangeOperateur,
    StatutDemande,
    contraintes_d_echange,
    contraintes_de_demande,
    garde_d_echange,
    gardes_de_demande,
    index_d_echange,
)


class GenreMTN(models.TextChoices):
    """The value is the resource's name in MTN's addresses."""

    REQUESTTOPAY = "requesttopay", "Encaissement"
    REFUND = "refund", "Remboursement"
    TRANSFER = "transfer", "Versement"


class TransactionMTN(DemandeOperateur):
    """One reference of ours at MTN."""

    Genre = GenreMTN
    Statut = StatutDemande

    genre = models.CharField(max_length=12, choices=GenreMTN.choices)

    class Meta:
        db_table = "transactions_mtn"
        verbose_name = "transaction MTN"
        verbose_name_plural = "transactions MTN"
        ordering = ["-id"]
        constraints = contraintes_de_demande("transactions_mtn", GenreMTN)
        indexes = [models.Index(fields=["numero"], name="transactions_mtn_par_numero")]
        triggers = gardes_de_demande("transaction_mtn")


class LogMTN(EchangeOperateur):
    """One exchange with MTN."""

    class Meta:
        db_table = "journal_mtn"
        verbose_name = "échange avec MTN"
        verbose_name_plural = "échanges avec MTN"
        ordering = ["-id"]
        constraints = contraintes_d_echange("journal_mtn")
        indexes = [index_d_echange("journal_mtn")]
        triggers = [garde_d_echange("echange_mtn")]
