"""Tables of money: payments, their append-only journal, and the views that project subscriptions as instalments and balances.

No total is stored: every amount that a person reads is computed by a view from `paiements_pass` and `periodes_couverture`.
"""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.pass_clients.models import ClientPass, Contrat, SouscriptionPass
from apps.pass_products.models import ProduitPass
from nsia_pass_api.constraints import parmi


class StatutPaiement(models.TextChoices):
    INITIE = "initie", "Demande envoyée"
    EN_COURS = "en_cours", "En attente de votre code PIN"
    EN_VERIFICATION = "en_verification", "En vérification"
    SUCCES = "succes", "Confirmé"
    ECHEC = "echec", "Échoué"
    EXPIRE = "expire", "Expiré"
    REMBOURSE = "rembourse", "Remboursé"


OUVERTS = (StatutPaiement.INITIE, StatutPaiement.EN_COURS, StatutPaiement.EN_VERIFICATION)

# The states of payments.md. A late success after `expire` still counts; nothing leaves `succes` but a refund.
TRANSITIONS: tuple[tuple[str, str], ...] = (
    ("initie", "en_cours"),
    ("initie", "en_verification"),
    ("initie", "succes"),
    ("initie", "echec"),
    ("initie", "expire"),
    ("en_cours", "en_verification"),
    ("en_cours", "succes"),
    ("en_cours", "echec"),
    ("en_cours", "expire"),
    ("en_verification", "en_cours"),
    ("en_verification", "succes"),
    ("en_verification", "echec"),
    ("en_verification", "expire"),
    ("expire", "succes"),
    ("succes", "rembourse"),
)

# At commit, a payment's state is the one that its journal says last; each side checks the other.
_STATUT_SELON_JOURNAL = """
    IF NEW.statut IS DISTINCT FROM (
        SELECT e.statut FROM evenements_paiement e
        WHERE e.paiement_id = NEW.id AND e.statut <> '' ORDER BY e.id DESC LIMIT 1
    ) AND EXISTS (SELECT 1 FROM paiements_pass p WHERE p.id = NEW.id AND p.statut = NEW.statut) THEN
        RAISE EXCEPTION 'paiement % : le statut % ne correspond pas à son journal', NEW.id, NEW.statut
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""
_JOURNAL_SELON_STATUT = """
    IF (SELECT p.statut FROM paiements_pass p WHERE p.id = NEW.paiement_id) IS DISTINCT FROM (
        SELECT e.statut FROM evenements_paiement e
        WHERE e.paiement_id = NEW.paiement_id AND e.statut <> '' ORDER BY e.id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'paiement % : le journal dit %, pas le paiement', NEW.paiement_id, NEW.statut
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


class OperateurPaiement(models.TextChoices):
    MTN = "mtn_money", "MTN Mobile Money"
    AIRTEL = "airtel_money", "Airtel Money"
    MOOV = "moov_money", "Moov Money"
    ESPECES = "especes", "Espèces"
    VIREMENT = "virement", "Virement"
    CHEQUE = "cheque", "Chèque"
    CARTE = "carte", "Carte bancaire"


class TypePaiement(models.TextChoices):
    SOUSCRIPTION_INITIALE = "souscription_initiale", "Souscription initiale"
    COTISATION = "cotisation", "Cotisation"
    RENOUVELLEMENT = "renouvellement", "Renouvellement"
    RATTRAPAGE = "rattrapage", "Rattrapage"


class PaiementPass(models.Model):
    Operateur = OperateurPaiement
    Type = TypePaiement

    Statut = StatutPaiement

    # Each of the two partial indexes below begins with the subscription: a third one would only cost.
    souscription = models.ForeignKey(
        SouscriptionPass, on_delete=models.PROTECT, related_name="paiements", db_index=False
    )
    numero_transaction = models.CharField("numéro", max_length=24)
    montant = models.IntegerField("montant (XAF)")
    frais = models.IntegerField("frais (XAF)", default=0)
    montant_net = models.GeneratedField(
        expression=F("montant") - F("frais"),
        output_field=models.IntegerField("montant net (XAF)"),
        db_persist=True,
        verbose_name="montant net (XAF)",
    )
    devise = models.CharField(max_length=3, default="XAF", editable=False)
    operateur = models.CharField("opérateur", max_length=12, choices=Operateur.choices)
    mode_paiement = models.CharField("mode de paiement", max_length=40)
    numero_payeur = models.CharField("numéro du payeur", max_length=13, blank=True)
    type_paiement = models.CharField("type", max_length=21, choices=Type.choices)
    statut = models.CharField(
        max_length=15, choices=StatutPaiement.choices, default=StatutPaiement.INITIE, editable=False
    )
    motif_echec = models.CharField("motif d'échec", max_length=60, blank=True)
    reference_mobile_money = models.UUIDField("référence Mobile Money", null=True, blank=True, default=uuid.uuid4)
    code_confirmation = models.CharField("code de confirmation", max_length=64, blank=True)
    cle_idempotence = models.CharField("clé d'idempotence", max_length=64, blank=True)
    date_demande = models.DateTimeField("demandé le", db_default=Now())
    date_confirmation = models.DateTimeField("confirmé le", null=True, blank=True)
    date_comptable = models.DateField("date comptable", null=True, blank=True)

    class Meta:
        db_table = "paiements_pass"
        verbose_name = "paiement"
        verbose_name_plural = "paiements"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["numero_transaction"], name="paiements_numero_unique"),
            models.UniqueConstraint(
                fields=["reference_mobile_money"],
                condition=Q(reference_mobile_money__isnull=False),
                name="paiements_reference_unique",
            ),
            models.UniqueConstraint(
                fields=["souscription", "cle_idempotence"],
                condition=~Q(cle_idempotence=""),
                name="paiements_cle_unique",
            ),
            models.UniqueConstraint(
                fields=["souscription", "type_paiement"],
                condition=Q(statut__in=OUVERTS),
                name="paiements_une_tentative_ouverte",
            ),
            models.CheckConstraint(condition=Q(montant__gt=0), name="paiements_montant_positif"),
            models.CheckConstraint(condition=Q(frais__gte=0, frais__lt=F("montant")), name="paiements_frais_bornes"),
            models.CheckConstraint(condition=Q(devise="XAF"), name="paiements_en_xaf"),
            models.CheckConstraint(
                condition=~Q(statut__in=["succes", "rembourse"])
                | Q(date_confirmation__isnull=False, date_comptable__isnull=False),
                name="paiements_succes_date",
            ),
            models.CheckConstraint(condition=Q(statut="echec") | Q(motif_echec=""), name="paiements_motif_si_echec"),
            parmi("operateur", OperateurPaiement, name="paiements_operateur_connu"),
            parmi("type_paiement", TypePaiement, name="paiements_type_connu"),
            parmi("statut", StatutPaiement, name="paiements_statut_connu"),
        ]
        indexes = [
            # What every view sums: an index-only scan of a few entries per subscription.
            models.Index(
                fields=["souscription"],
                include=["montant_net", "date_comptable"],
                condition=Q(statut="succes"),
                name="paiements_succes",
            ),
            models.Index(fields=["souscription", "-date_demande"], name="paiements_recents"),
        ]
        triggers = [
            pgtrigger.FSM(name="paiement_transition", field="statut", transitions=list(TRANSITIONS)),
            pgtrigger.Protect(name="paiement_indelebile", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="paiement_selon_journal",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("statut"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=_STATUT_SELON_JOURNAL,
            ),
        ]

    def __str__(self) -> str:
        return self.numero_transaction


class TypeEvenement(models.TextChoices):
    DEMANDE = "demande", "Demande enregistrée"
    ENVOI = "envoi", "Envoyée à l'opérateur"
    RAPPEL_RECU = "rappel_recu", "Rappel de l'opérateur reçu"
    CONSULTATION = "consultation", "Opérateur consulté"
    CONFIRMATION = "confirmation", "Confirmé"
    ECHEC = "echec", "Échoué"
    EXPIRATION = "expiration", "Expiré"
    LITIGE = "litige", "En litige"
    RAPPROCHEMENT = "rapprochement", "Rapproché du relevé"
    REMBOURSEMENT = "remboursement", "Remboursé"


class EvenementPaiement(models.Model):
    """One fact about a payment. Written by `services`, never changed nor deleted."""

    Type = TypeEvenement

    paiement = models.ForeignKey(PaiementPass, on_delete=models.PROTECT, related_name="evenements", db_index=False)
    type = models.CharField(max_length=13, choices=Type.choices)
    statut = models.CharField(
        "statut qui en résulte",
        max_length=15,
        choices=StatutPaiement.choices,
        blank=True,
        help_text="Vide quand le fait ne change pas le statut.",
    )
    donnees = models.JSONField("données", default=dict, blank=True)
    acteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    date_evenement = models.DateTimeField("le", db_default=Now())

    class Meta:
        db_table = "evenements_paiement"
        verbose_name = "événement de paiement"
        verbose_name_plural = "journal des paiements"
        ordering = ["id"]
        constraints = [
            parmi("type", TypeEvenement, name="evenements_type_connu"),
            models.CheckConstraint(
                condition=Q(statut__in=["", *StatutPaiement.values]), name="evenements_statut_connu"
            ),
        ]
        indexes = [models.Index(fields=["paiement", "id"], name="evenements_par_paiement")]
        triggers = [
            pgtrigger.Protect(name="evenement_immuable", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="journal_selon_statut",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__statut__gt=""),
                func=_JOURNAL_SELON_STATUT,
            ),
        ]

    def __str__(self) -> str:
        return self.get_type_display()


class StatutCotisation(models.TextChoices):
    PAYEE = "payee", "Payée"
    PARTIELLE = "partielle", "Partiellement payée"
    EN_RETARD = "en_retard", "En retard"
    A_VENIR = "a_venir", "À venir"


class Cotisation(models.Model):
    """View `cotisations`: one instalment of a coverage period, with what is allocated to it, oldest first."""

    Statut = StatutCotisation

    numero_quittance = models.CharField(primary_key=True, max_length=60)
    contrat = models.ForeignKey(Contrat, on_delete=models.DO_NOTHING, db_column="police", related_name="cotisations")
    souscription = models.ForeignKey(SouscriptionPass, on_delete=models.DO_NOTHING, related_name="cotisations")
    client = models.ForeignKey(ClientPass, on_delete=models.DO_NOTHING, related_name="cotisations")
    periode = models.SmallIntegerField("période")
    numero = models.SmallIntegerField("numéro")
    date_debut = models.DateField("du")
    date_fin = models.DateField("au (exclu)")
    date_echeance = models.DateField("échéance")
    montant = models.BigIntegerField("montant (XAF)")
    montant_paye = models.BigIntegerField("payé (XAF)")
    reste_a_payer = models.BigIntegerField("reste à payer (XAF)")
    statut = models.CharField(max_length=9, choices=Statut.choices)

    class Meta:
        managed = False
        db_table = "cotisations"
        verbose_name = "cotisation"
        verbose_name_plural = "cotisations"
        ordering = ["date_echeance", "numero_quittance"]

    def __str__(self) -> str:
        return self.numero_quittance


class SoldeContrat(models.Model):
    """View `soldes_contrats`: what a contract owes, has received and holds for its client today."""

    contrat = models.OneToOneField(
        Contrat, on_delete=models.DO_NOTHING, primary_key=True, db_column="police", related_name="soldes"
    )
    souscription = models.OneToOneField(SouscriptionPass, on_delete=models.DO_NOTHING, related_name="soldes")
    client = models.ForeignKey(ClientPass, on_delete=models.DO_NOTHING, related_name="soldes")
    du_a_ce_jour = models.BigIntegerField("dû à ce jour (XAF)")
    total_paye = models.BigIntegerField("total payé (XAF)")
    reste_a_payer = models.BigIntegerField("reste à payer (XAF)")
    montant_en_retard = models.BigIntegerField("en retard (XAF)")
    jours_de_retard = models.IntegerField("jours de retard")
    avoir = models.BigIntegerField("avoir (XAF)")
    prochaine_echeance_date = models.DateField("prochaine échéance", null=True)
    prochaine_echeance_montant = models.BigIntegerField("montant de la prochaine échéance (XAF)", null=True)
    solde_epargne = models.BigIntegerField("solde d'épargne (XAF)", null=True)
    solde = models.BigIntegerField("solde (XAF)")

    class Meta:
        managed = False
        db_table = "soldes_contrats"
        verbose_name = "solde de contrat"
        verbose_name_plural = "soldes des contrats"
        ordering = ["contrat"]

    def __str__(self) -> str:
        return str(self.pk)


class VueDashboardPass(models.Model):
    """View `vue_dashboard_pass`: one row for each client."""

    client = models.OneToOneField(
        ClientPass, on_delete=models.DO_NOTHING, primary_key=True, related_name="vue_dashboard"
    )
    nombre_souscriptions = models.IntegerField()
    nombre_en_cours = models.IntegerField()
    nombre_activees = models.IntegerField()
    nombre_suspendues = models.IntegerField()
    nombre_expirees = models.IntegerField()
    nombre_annulees = models.IntegerField()
    nombre_resiliees = models.IntegerField()
    valeur_totale = models.BigIntegerField()
    total_paye = models.BigIntegerField()
    dernier_paiement_date = models.DateTimeField(null=True)
    dernier_paiement_montant = models.IntegerField(null=True)
    solde_global = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "vue_dashboard_pass"
        verbose_name = "tableau de bord d'un client"
        verbose_name_plural = "tableaux de bord des clients"
        ordering = ["client"]

    def __str__(self) -> str:
        return str(self.pk)


class VueSouscriptionComplete(models.Model):
    """View `vue_souscriptions_pass_completes`: one row for each subscription, its guarantees and beneficiaries as JSON."""

    souscription = models.OneToOneField(
        SouscriptionPass, on_delete=models.DO_NOTHING, primary_key=True, related_name="vue_complete"
    )
    numero_souscription = models.CharField(max_length=40)
    statut = models.CharField(max_length=9)
    montant_souscription = models.IntegerField()
    periodicite = models.CharField(max_length=13)
    canal = models.CharField(max_length=8)
    date_souscription = models.DateTimeField()
    date_activation = models.DateTimeField(null=True)
    police = models.CharField(max_length=30, null=True)
    client = models.ForeignKey(ClientPass, on_delete=models.DO_NOTHING, related_name="+")
    nom = models.CharField(max_length=80)
    prenom = models.CharField(max_length=80)
    telephone = models.CharField(max_length=13)
    produit = models.ForeignKey(ProduitPass, on_delete=models.DO_NOTHING, related_name="+")
    code_produit = models.CharField(max_length=20)
    nom_produit = models.CharField(max_length=80)
    date_debut = models.DateField(null=True)
    date_fin = models.DateField(null=True)
    total_paye = models.BigIntegerField()
    garanties = models.JSONField()
    beneficiaires = models.JSONField()

    class Meta:
        managed = False
        db_table = "vue_souscriptions_pass_completes"
        verbose_name = "souscription complète"
        verbose_name_plural = "souscriptions complètes"
        ordering = ["souscription"]

    def __str__(self) -> str:
        return self.numero_souscription
