"""Tables of the catalogue: `produits_pass` and `garanties_pass`. What an insurer may change about a product is a row here."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Periodicite(models.TextChoices):
    """How often an instalment of a coverage period falls due."""

    UNIQUE = "unique", "Unique"
    HEBDOMADAIRE = "hebdomadaire", "Hebdomadaire"
    MENSUELLE = "mensuelle", "Mensuelle"
    TRIMESTRIELLE = "trimestrielle", "Trimestrielle"
    SEMESTRIELLE = "semestrielle", "Semestrielle"
    ANNUELLE = "annuelle", "Annuelle"


class CategorieProduit(models.TextChoices):
    ACCIDENT = "accident", "Accident"
    EPARGNE = "epargne", "Épargne"
    SANTE = "sante", "Santé"


class StatutProduit(models.TextChoices):
    ACTIF = "actif", "Actif"
    INACTIF = "inactif", "Inactif"
    ARCHIVE = "archive", "Archivé"


class ProduitPass(models.Model):
    Categorie = CategorieProduit
    Statut = StatutProduit

    code_pass = models.CharField("code", max_length=20)
    nom_pass = models.CharField("nom", max_length=80)
    description = models.TextField(blank=True)
    categorie = models.CharField("catégorie", max_length=10, choices=Categorie.choices)
    branche = models.CharField("branche des polices", max_length=5, help_text="VIE, EPG, SAN…")
    prix_minimum = models.IntegerField("prime minimale (XAF)")
    prix_maximum = models.IntegerField("prime maximale (XAF)")
    duree_validite_jours = models.SmallIntegerField("durée d'une période (jours)", default=365)
    nombre_beneficiaires_max = models.SmallIntegerField("bénéficiaires au plus", default=6)
    taux_epargne = models.DecimalField(
        "taux d'épargne annuel (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    periodicites = ArrayField(
        models.CharField(max_length=13, choices=Periodicite.choices), verbose_name="périodicités permises"
    )
    delai_grace_jours = models.SmallIntegerField("délai de grâce (jours)", default=30)
    code_ussd = models.CharField("code USSD", max_length=30, blank=True)
    statut = models.CharField(max_length=8, choices=Statut.choices, default=Statut.ACTIF)

    class Meta:
        db_table = "produits_pass"
        verbose_name = "produit PASS"
        verbose_name_plural = "produits PASS"
        ordering = ["code_pass"]
        constraints = [
            models.UniqueConstraint(fields=["code_pass"], name="produits_code_unique"),
            models.CheckConstraint(
                condition=Q(code_pass__regex=r"^[A-Z][A-Z0-9]{1,19}$"),
                name="produits_code_forme",
                violation_error_message="Le code a 2 à 20 capitales ou chiffres et commence par une lettre.",
            ),
            models.CheckConstraint(
                condition=Q(branche__regex=r"^[A-Z]{2,5}$"),
                name="produits_branche_forme",
                violation_error_message="La branche s'écrit avec deux à cinq capitales.",
            ),
            models.CheckConstraint(
                condition=Q(prix_minimum__gt=0, prix_minimum__lte=F("prix_maximum")),
                name="produits_prix_ordonnes",
                violation_error_message="La prime minimale est positive et ne dépasse pas la prime maximale.",
            ),
            models.CheckConstraint(
                condition=Q(duree_validite_jours__gte=1, duree_validite_jours__lte=3660),
                name="produits_duree_bornee",
                violation_error_message="Une période dure de 1 à 3660 jours.",
            ),
            models.CheckConstraint(
                condition=Q(nombre_beneficiaires_max__gte=0, nombre_beneficiaires_max__lte=6),
                name="produits_six_beneficiaires",
                violation_error_message="Un contrat a de zéro à six bénéficiaires.",
            ),
            models.CheckConstraint(
                condition=Q(categorie="epargne", taux_epargne__isnull=False, taux_epargne__gte=0, taux_epargne__lte=100)
                | (~Q(categorie="epargne") & Q(taux_epargne__isnull=True)),
                name="produits_taux_si_epargne",
                violation_error_message="Un produit d'épargne a un taux de 0 à 100 %% ; les autres n'en ont pas.",
            ),
            models.CheckConstraint(
                condition=Q(delai_grace_jours__gte=0),
                name="produits_grace_positive",
                violation_error_message="Le délai de grâce ne peut pas être négatif.",
            ),
            models.CheckConstraint(
                condition=Q(periodicites__len__gte=1),
                name="produits_une_periodicite",
                violation_error_message="Choisissez au moins une périodicité.",
            ),
            models.CheckConstraint(
                condition=Q(periodicites__contained_by=[p.value for p in Periodicite]),
                name="produits_periodicites_connues",
            ),
            models.CheckConstraint(
                condition=Q(categorie__in=["accident", "epargne", "sante"]), name="produits_categorie_connue"
            ),
            models.CheckConstraint(
                condition=Q(statut__in=["actif", "inactif", "archive"]), name="produits_statut_connu"
            ),
        ]

    def __str__(self) -> str:
        return self.nom_pass


class TypeGarantie(models.TextChoices):
    CAPITAL = "capital", "Capital"
    FORFAIT_JOUR = "forfait_jour", "Forfait par jour"
    REMBOURSEMENT = "remboursement", "Remboursement"
    EPARGNE = "epargne", "Épargne"


class Garantie(models.Model):
    """One thing that a product covers. Values marked `a_confirmer` are plausible, not yet confirmed by NSIA."""

    Type = TypeGarantie

    produit = models.ForeignKey(ProduitPass, on_delete=models.PROTECT, related_name="garanties")
    code = models.CharField(max_length=30)
    libelle = models.CharField("libellé", max_length=120)
    type = models.CharField(max_length=13, choices=Type.choices)
    montant = models.IntegerField("montant (XAF)", null=True, blank=True)
    plafond = models.IntegerField("plafond (XAF)", null=True, blank=True)
    franchise = models.IntegerField("franchise (XAF)", null=True, blank=True)
    taux = models.DecimalField("taux (%)", max_digits=5, decimal_places=2, null=True, blank=True)
    delai_carence_jours = models.SmallIntegerField("délai de carence (jours)", default=0)
    age_min = models.SmallIntegerField("âge minimal", null=True, blank=True)
    age_max = models.SmallIntegerField("âge maximal", null=True, blank=True)
    a_confirmer = models.BooleanField("à confirmer", default=True)

    class Meta:
        db_table = "garanties_pass"
        verbose_name = "garantie"
        verbose_name_plural = "garanties"
        ordering = ["produit", "id"]
        constraints = [
            models.UniqueConstraint(fields=["produit", "code"], name="garanties_code_unique_par_produit"),
            models.CheckConstraint(
                condition=(Q(montant__isnull=True) | Q(montant__gte=0))
                & (Q(plafond__isnull=True) | Q(plafond__gte=0))
                & (Q(franchise__isnull=True) | Q(franchise__gte=0)),
                name="garanties_montants_positifs",
                violation_error_message="Montant, plafond et franchise ne peuvent pas être négatifs.",
            ),
            models.CheckConstraint(
                condition=Q(taux__isnull=True) | Q(taux__gte=0, taux__lte=100),
                name="garanties_taux_pourcent",
                violation_error_message="Le taux va de 0 à 100 %%.",
            ),
            models.CheckConstraint(
                condition=Q(delai_carence_jours__gte=0),
                name="garanties_carence_positive",
                violation_error_message="Le délai de carence ne peut pas être négatif.",
            ),
            models.CheckConstraint(
                condition=(Q(age_min__isnull=True) | Q(age_min__gte=0))
                & (Q(age_max__isnull=True) | Q(age_max__lte=130))
                & (Q(age_min__isnull=True) | Q(age_max__isnull=True) | Q(age_min__lte=F("age_max"))),
                name="garanties_ages_ordonnes",
                violation_error_message="L'âge minimal ne dépasse pas l'âge maximal, qui ne dépasse pas 130 ans.",
            ),
            models.CheckConstraint(
                condition=Q(type__in=["capital", "forfait_jour", "remboursement", "epargne"]),
                name="garanties_type_connu",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle


class ActeCatalogue(models.TextChoices):
    PRODUIT_AJOUTE = "produit_ajoute", "Produit ajouté"
    PRODUIT_MODIFIE = "produit_modifie", "Produit modifié"
    GARANTIE_AJOUTEE = "garantie_ajoutee", "Garantie ajoutée"
    GARANTIE_MODIFIEE = "garantie_modifiee", "Garantie modifiée"
    GARANTIE_RETIREE = "garantie_retiree", "Garantie retirée"


class ModificationCatalogue(models.Model):
    """What was and what is, of a product or one of its guarantees, by whom. Never changed nor deleted."""

    Acte = ActeCatalogue

    produit = models.ForeignKey(ProduitPass, on_delete=models.PROTECT, related_name="modifications")
    garantie = models.CharField("garantie", max_length=30, blank=True)
    acte = models.CharField(max_length=17, choices=ActeCatalogue.choices)
    avant = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    apres = models.JSONField("après", default=dict, encoder=DjangoJSONEncoder)
    acteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    faite_le = models.DateTimeField("le", db_default=Now())

    class Meta:
        db_table = "modifications_catalogue"
        verbose_name = "modification du catalogue"
        verbose_name_plural = "modifications du catalogue"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(acte__in=[acte.value for acte in ActeCatalogue]), name="modifications_catalogue_acte_connu"
            ),
            models.CheckConstraint(
                condition=Q(acte__startswith="produit", garantie="")
                | (Q(acte__startswith="garantie") & ~Q(garantie="")),
                name="modifications_catalogue_objet",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="modification_catalogue_immuable", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_acte_display()} · {self.produit_id}"
