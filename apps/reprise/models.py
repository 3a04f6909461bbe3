"""What came from the former database: each of its rows with its fate, and each passage of `import_whatsappdb`."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.pass_clients.models import ClientPass, SouscriptionPass
from apps.pass_payments.models.paiements import PaiementPass
from nsia_pass_api.constraints import parmi


class TableReprise(models.TextChoices):
    SOUSCRIPTIONS = "souscriptionpass", "SouscriptionPass"
    PAIEMENTS = "paiementpass", "PaiementPass"
    CONTRATS = "contrat", "Contrat"
    COTISATIONS = "cotisation", "Cotisation"
    AGENTS = "agents", "agents"


class SortReprise(models.TextChoices):
    A_PLACER = "a_placer", "À placer"
    PLACEE = "placee", "Placée"
    QUARANTAINE = "quarantaine", "En quarantaine"


class MotifReprise(models.TextChoices):
    """Why a row waits for a person."""

    LIGNE_VIDE = "ligne_vide", "Ligne vide"
    LIGNE_EN_DOUBLE = "ligne_en_double", "Ligne écrite deux fois"
    RETIREE = "retiree", "Ligne retirée de l'ancienne base"
    DEJA_REPRISE = "deja_reprise", "Ligne changée après avoir été reprise"
    NOM_ABSENT = "nom_absent", "Nom ou prénom absent"
    TELEPHONE_ABSENT = "telephone_absent", "Téléphone absent"
    TELEPHONE_INVALIDE = "telephone_invalide", "Téléphone impossible"
    PRODUIT_INCONNU = "produit_inconnu", "Produit inconnu"
    POLICE_ILLISIBLE = "police_illisible", "Numéro de police illisible"
    POLICE_EN_DOUBLE = "police_en_double", "Police portée par plusieurs souscriptions"
    POLICE_PRISE = "police_prise", "Police déjà attribuée chez nous"
    ETAT_INCONNU = "etat_inconnu", "État inconnu"
    PRIME_ILLISIBLE = "prime_illisible", "Prime absente ou illisible"
    DATE_ABSENTE = "date_absente", "Date absente"
    DATE_IMPOSSIBLE = "date_impossible", "Date impossible"
    MONTANT_ABSENT = "montant_absent", "Montant absent"
    MONTANT_ILLISIBLE = "montant_illisible", "Montant illisible"
    MONTANT_NEGATIF = "montant_negatif", "Montant négatif"
    MONTANT_NUL = "montant_nul", "Montant nul"
    MONTANT_EXCESSIF = "montant_excessif", "Montant hors de toute mesure"
    STATUT_INCONNU = "statut_inconnu", "Statut inconnu"
    STATUT_INDECIS = "statut_indecis", "Paiement resté sans réponse"
    MODE_INCONNU = "mode_inconnu", "Mode de paiement inconnu"
    SANS_SOUSCRIPTION = "sans_souscription", "Souscription introuvable"
    SOUSCRIPTION_AMBIGUE = "souscription_ambigue", "Plusieurs souscriptions possibles"
    SOUSCRIPTION_EN_QUARANTAINE = "souscription_en_quarantaine", "Sa souscription est en quarantaine"
    CONTRAT_EN_DOUBLE = "contrat_en_double", "Contrat écrit plusieurs fois"
    AGENT_EN_DOUBLE = "agent_en_double", "Agent écrit plusieurs fois"


class ReserveReprise(models.TextChoices):
    """What a placed row leaves to be looked at."""

    NOM_DIFFERENT = "nom_different", "Même téléphone, autre nom"
    ENCODAGE = "encodage", "Texte abîmé"
    DEUX_POLICES = "deux_polices", "Deux numéros de police"
    SOLDE_CONTREDIT = "solde_contredit", "Solde différent des paiements"
    COTISATIONS_CONTREDITES = "cotisations_contredites", "Cotisations différentes des paiements"
    ETAT_CONTREDIT = "etat_contredit", "État contredit"
    CLIENT_CONTREDIT = "client_contredit", "Autre téléphone au contrat"


class Reprise(models.Model):
    """One passage of `import_whatsappdb`, with its progress: each batch that is committed says so here."""

    source = models.CharField(max_length=200)
    commencee_le = models.DateTimeField("commencée le", db_default=Now())
    avancee_le = models.DateTimeField("avancée le", db_default=Now())
    terminee_le = models.DateTimeField("terminée le", null=True, blank=True)
    lignes_lues = models.IntegerField("lignes lues", default=0)
    lignes_nouvelles = models.IntegerField("lignes nouvelles", default=0)
    lots = models.IntegerField("lots écrits", default=0)
    dossiers = models.IntegerField("clients traités", default=0)
    bilan = models.JSONField(default=dict)

    class Meta:
        db_table = "reprises"
        verbose_name = "passage de l'import"
        verbose_name_plural = "passages de l'import"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source} · {self.commencee_le:%d/%m/%Y %H:%M}"


class LigneReprise(models.Model):
    """One row of the former database. Its identity: table, fingerprint of what it says, rank among rows that say the same."""

    Table = TableReprise
    Sort = SortReprise
    Motif = MotifReprise
    Reserve = ReserveReprise

    table_source = models.CharField("table", max_length=16, choices=TableReprise.choices)
    empreinte = models.CharField(max_length=64)
    rang = models.IntegerField()
    brut = models.JSONField("ligne d'origine")
    sort = models.CharField(max_length=11, choices=SortReprise.choices, default=SortReprise.A_PLACER)
    motif = models.CharField(max_length=28, choices=MotifReprise.choices, blank=True, default="", db_default="")
    explication = models.CharField(max_length=300, blank=True, default="", db_default="")
    reserves = ArrayField(
        models.CharField(max_length=28, choices=ReserveReprise.choices),
        verbose_name="réserves",
        default=list,
        blank=True,
    )
    montant = models.BigIntegerField("montant (XAF)", null=True, blank=True)
    ecart = models.BigIntegerField("écart (XAF)", null=True, blank=True)
    telephone = models.CharField("téléphone", max_length=13, blank=True, default="", db_default="")
    police = models.CharField(max_length=30, blank=True, default="", db_default="")
    client = models.ForeignKey(
        ClientPass, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    souscription = models.ForeignKey(
        SouscriptionPass, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    paiement = models.OneToOneField(
        PaiementPass, on_delete=models.PROTECT, null=True, blank=True, related_name="reprise"
    )
    placee_le = models.DateTimeField("placée le", null=True, blank=True)

    class Meta:
        db_table = "lignes_reprises"
        verbose_name = "ligne de l'ancienne base"
        verbose_name_plural = "lignes de l'ancienne base"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["table_source", "empreinte", "rang"], name="reprises_ligne_unique"),
            parmi("table_source", TableReprise, name="reprises_table_connue"),
            parmi("sort", SortReprise, name="reprises_sort_connu"),
            models.CheckConstraint(condition=Q(rang__gte=1), name="reprises_rang_positif"),
            models.CheckConstraint(
                condition=(Q(sort="quarantaine") & Q(motif__in=MotifReprise.values))
                | (~Q(sort="quarantaine") & Q(motif="")),
                name="reprises_motif_si_quarantaine",
            ),
            models.CheckConstraint(
                condition=Q(sort="placee", placee_le__isnull=False) | (~Q(sort="placee") & Q(placee_le__isnull=True)),
                name="reprises_placee_datee",
            ),
            models.CheckConstraint(
                condition=Q(paiement__isnull=True) | Q(sort="placee", table_source="paiementpass"),
                name="reprises_paiement_place",
            ),
        ]
        indexes = [
            models.Index(fields=["sort", "motif", "-id"], name="reprises_par_motif"),
            models.Index(fields=["telephone"], condition=~Q(telephone=""), name="reprises_par_telephone"),
            models.Index(fields=["police"], condition=~Q(police=""), name="reprises_par_police"),
            models.Index(
                fields=["souscription"], condition=Q(souscription__isnull=False), name="reprises_par_souscription"
            ),
            GinIndex(fields=["reserves"], name="reprises_reserves", condition=~Q(reserves=[])),
        ]
        triggers = [
            pgtrigger.Protect(name="ligne_reprise_indelebile", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="ligne_reprise_d_origine", fields=["table_source", "empreinte", "rang", "brut"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_table_source_display()} {self.empreinte[:10]}/{self.rang}"
