"""The trail: what changed in business tables, and who of the staff read whose data. Written once, edited by nobody.

Migrations write these tables by hand, and no flush empties them (docs/decisions/0012). They point to nothing: what they tell
outlives its object.
"""

from django.db import models
from django.db.models.functions import Now


class ActionAudit(models.TextChoices):
    AJOUT = "ajout", "Ajout"
    CHANGEMENT = "changement", "Changement"
    SUPPRESSION = "suppression", "Suppression"


class SourceAudit(models.TextChoices):
    ADMIN = "admin", "Back-office"
    API = "api", "API"
    BORNE = "borne", "Borne"
    COMMANDE = "commande", "Commande"
    SQL = "sql", "SQL direct"


class JournalAudit(models.Model):
    """One row that changed, written by the triggers of its table: the columns that changed, or the whole row that came or went.

    `acteur`: `agent:12`, `client:34`, `borne:BZV-01`, `commande:cycle_de_vie`, `anonyme`, or `sql:` and a role of PostgreSQL.
    """

    Action = ActionAudit
    Source = SourceAudit

    id = models.BigAutoField(primary_key=True)
    quand = models.DateTimeField("le")
    txid = models.BigIntegerField("transaction")
    action = models.CharField(max_length=11, choices=ActionAudit.choices)
    table_nom = models.CharField("table", max_length=63)
    cle = models.CharField("clé", max_length=80)
    acteur = models.CharField("par", max_length=100)
    source = models.CharField("depuis", max_length=8, choices=SourceAudit.choices)
    origine = models.CharField("borne ou machine", max_length=120)
    adresse = models.CharField("adresse", max_length=45)
    requete = models.CharField("requête", max_length=64)
    avant = models.JSONField(null=True)
    apres = models.JSONField("après", null=True)

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "journal_audit"
        verbose_name = "modification"
        verbose_name_plural = "journal des modifications"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"n° {self.pk}"


class NatureLecture(models.TextChoices):
    LISTE = "liste", "Liste"
    PAGE = "page", "Fiche"
    HISTORIQUE = "historique", "Historique"
    RECHERCHE = "recherche", "Recherche"
    EXPORT = "export", "Export"
    DOCUMENT = "document", "Document"


class LectureDonnees(models.Model):
    """A member of staff was shown personal data: one row a page. `filtres`: names of what was asked for, never its values."""

    Nature = NatureLecture

    id = models.BigAutoField(primary_key=True)
    quand = models.DateTimeField("le", db_default=Now())
    agent_id = models.BigIntegerField("agent")
    nature = models.CharField(max_length=10, choices=NatureLecture.choices)
    route = models.CharField("page", max_length=200)
    objet = models.CharField("objet", max_length=80)
    cle = models.CharField("clé", max_length=80)
    client_id = models.BigIntegerField("client concerné", null=True)
    nombre = models.IntegerField("lignes lues")
    filtres = models.JSONField("critères", default=list)
    adresse = models.CharField("adresse", max_length=45)
    requete = models.CharField("requête", max_length=64)

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "lectures_donnees"
        verbose_name = "consultation"
        verbose_name_plural = "consultations"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"n° {self.pk}"
