"""The views that project subscriptions as instalments, balances and pages: read only, SQL in `apps/pass_payments/sql/`."""

from django.db import models

from apps.pass_clients.models import ClientPass, Contrat, SouscriptionPass
from apps.pass_products.models import ProduitPass


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
        # Of the column: by the model of the police, each balance would be joined to the whole portfolio.
        ordering = ["contrat_id"]

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
