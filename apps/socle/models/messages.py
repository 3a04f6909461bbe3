"""The outbox of messages. A row is due when `a_envoyer_le` has come; it is claimed by moving that moment ahead (SKIP LOCKED)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.socle.cles import cle_lisible
from nsia_pass_api import coffre
from nsia_pass_api.constraints import parmi, telephone
from nsia_pass_api.gardes import fige


class StatutMessage(models.TextChoices):
    A_ENVOYER = "a_envoyer", "À envoyer"
    ENVOYE = "envoye", "Envoyé"
    ABANDONNE = "abandonne", "Abandonné"


# What begins the key of a message that holds a one-time code, and what is left of its text afterwards.
CLE_DE_CODE = "code:"
TEXTE_EFFACE = "NSIA : code à usage unique (effacé)."


class MessageSortant(models.Model):
    """An SMS to a client, written in the transaction of what it announces and sent by the worker. `cle`: once per fact.

    The text of one that holds a code is sealed until then, erased as soon as it is sent, given up or out of date, and shown
    to nobody.
    """

    Statut = StatutMessage

    cle = models.CharField("fait annoncé", max_length=80)
    telephone = models.CharField("téléphone", max_length=13)
    texte = models.CharField(max_length=480)
    statut = models.CharField(max_length=9, choices=StatutMessage.choices, default=StatutMessage.A_ENVOYER)
    cree_le = models.DateTimeField("écrit le", db_default=Now())
    a_envoyer_le = models.DateTimeField("à envoyer le", null=True, blank=True, db_default=Now())
    tentatives = models.SmallIntegerField(default=0)
    envoye_le = models.DateTimeField("envoyé le", null=True, blank=True)

    class Meta:
        db_table = "messages_sortants"
        verbose_name = "message"
        verbose_name_plural = "messages"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["cle"], name="messages_une_fois"),
            telephone("telephone", name="messages_telephone_congo"),
            parmi("statut", StatutMessage, name="messages_statut_connu"),
            models.CheckConstraint(
                condition=Q(statut="a_envoyer", a_envoyer_le__isnull=False, envoye_le__isnull=True)
                | Q(statut="envoye", a_envoyer_le__isnull=True, envoye_le__isnull=False)
                | Q(statut="abandonne", a_envoyer_le__isnull=True, envoye_le__isnull=True),
                name="messages_dates",
            ),
            models.CheckConstraint(
                condition=~Q(cle__startswith=CLE_DE_CODE) | Q(texte__regex=coffre.FORME) | Q(texte=TEXTE_EFFACE),
                name="messages_codes_scelles",
            ),
        ]
        indexes = [
            models.Index(fields=["a_envoyer_le"], condition=Q(statut="a_envoyer"), name="messages_a_envoyer"),
            models.Index(fields=["cree_le"], condition=Q(statut="abandonne"), name="messages_abandonnes"),
        ]
        triggers = [
            pgtrigger.Protect(name="message_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="message_immuable", fields=["cle", "telephone"]),
            fige("statut", "envoye_le", name="message_termine", quand=pgtrigger.Q(old__statut__df="a_envoyer")),
        ]

    def __str__(self) -> str:
        return cle_lisible(self.cle)

    @property
    def porte_un_code(self) -> bool:
        return self.cle.startswith(CLE_DE_CODE)

    @property
    def texte_montrable(self) -> str:
        return TEXTE_EFFACE if self.porte_un_code else self.texte
