"""Columns, guards and constraints of what is kept of an operator: each operator has tables of its own, made of these.

Tables of their own, and not one for all: each operator's rows are pruned, read and shown apart, and those of MTN stay where
they are. Secrets and phones are masked before they come here.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from nsia_pass_api.constraints import parmi


class StatutDemande(models.TextChoices):
    """The last thing known. The first four are answers to the request, the others to a look-up."""

    ENVOI = "envoi", "Envoi en cours"
    SANS_REPONSE = "sans_reponse", "Sans réponse"
    ACCEPTEE = "acceptee", "Acceptée"
    REFUSEE = "refusee", "Refusée"
    INTROUVABLE = "introuvable", "Inconnue de l'opérateur"
    EN_ATTENTE = "en_attente", "En attente"
    REUSSIE = "reussie", "Réussie"
    ECHOUEE = "echouee", "Échouée"


# What a look-up has seen is not undone by the answer to a request, nor the end by a look-up that was slower.
CONSULTES = (StatutDemande.EN_ATTENTE, StatutDemande.REUSSIE, StatutDemande.ECHOUEE)
FINAUX = (StatutDemande.REUSSIE, StatutDemande.ECHOUEE)


class DemandeOperateur(models.Model):
    """One reference of ours at an operator. `envoi` without anything after it: the process died before the answer.

    `genre`, whose choices the operator gives, is what was asked of it.
    """

    reference = models.UUIDField("référence")
    genre = models.CharField(max_length=12)
    numero = models.CharField("numéro", max_length=40)
    montant = models.IntegerField("montant")
    devise = models.CharField(max_length=3)
    telephone = models.CharField("téléphone masqué", max_length=20)
    destination = models.CharField(max_length=24)
    statut = models.CharField(max_length=12, choices=StatutDemande.choices, default=StatutDemande.ENVOI)
    raison = models.CharField("raison de l'opérateur", max_length=100, blank=True)
    code_financier = models.CharField("identifiant financier", max_length=64, blank=True)
    tentatives = models.IntegerField(default=1)
    premiere_demande = models.DateTimeField("première demande", db_default=Now())
    derniere_demande = models.DateTimeField("dernière demande", db_default=Now())
    derniere_consultation = models.DateTimeField("dernière consultation", null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.reference)


def contraintes_de_demande(table: str, genres: type[models.TextChoices]) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=["reference"], name=f"{table}_reference_unique"),
        models.CheckConstraint(condition=Q(montant__gt=0), name=f"{table}_montant_positif"),
        models.CheckConstraint(condition=Q(tentatives__gt=0), name=f"{table}_tentatives_positives"),
        # A whole number must not come here: nothing of a phone but its prefix and its last two digits.
        models.CheckConstraint(condition=~Q(telephone__regex=r"[0-9]{4}"), name=f"{table}_telephone_masque"),
        parmi("genre", genres, name=f"{table}_genre_connu"),
        parmi("statut", StatutDemande, name=f"{table}_statut_connu"),
    ]


def gardes_de_demande(nom: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Protect(name=f"{nom}_indelebile", operation=pgtrigger.Delete),
        pgtrigger.ReadOnly(
            name=f"{nom}_immuable",
            fields=["reference", "genre", "numero", "montant", "devise", "telephone", "premiere_demande"],
        ),
    ]


class EchangeOperateur(models.Model):
    """One exchange with an operator, redacted. Written once, never changed nor deleted."""

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
        abstract = True

    def __str__(self) -> str:
        return f"{self.methode} {self.chemin}"


def contraintes_d_echange(table: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=Q(duree_ms__gte=0), name=f"{table}_duree_positive"),
        models.CheckConstraint(condition=Q(statut__isnull=False) | ~Q(erreur=""), name=f"{table}_reponse_ou_erreur"),
    ]


def index_d_echange(table: str) -> models.Index:
    """Where a payment's page finds what was said of its reference."""
    return models.Index(fields=["reference", "id"], condition=Q(reference__isnull=False), name=f"{table}_par_reference")


def garde_d_echange(nom: str) -> pgtrigger.Trigger:
    return pgtrigger.Protect(name=f"{nom}_immuable", operation=pgtrigger.Update | pgtrigger.Delete)
