import django.contrib.postgres.fields
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations, models

from nsia_pass_api.sqlviews import fonction


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        fonction("pass_products", "aujourdhui_pass", version=1),
        migrations.CreateModel(
            name="ProduitPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_pass", models.CharField(max_length=20, verbose_name="code")),
                ("nom_pass", models.CharField(max_length=80, verbose_name="nom")),
                ("description", models.TextField(blank=True)),
                (
                    "categorie",
                    models.CharField(
                        choices=[("accident", "Accident"), ("epargne", "Épargne"), ("sante", "Santé")],
                        max_length=10,
                        verbose_name="catégorie",
                    ),
                ),
                (
                    "branche",
                    models.CharField(help_text="VIE, EPG, SAN…", max_length=5, verbose_name="branche des polices"),
                ),
                ("prix_minimum", models.IntegerField(verbose_name="prime minimale (XAF)")),
                ("prix_maximum", models.IntegerField(verbose_name="prime maximale (XAF)")),
                (
                    "duree_validite_jours",
                    models.SmallIntegerField(default=365, verbose_name="durée d'une période (jours)"),
                ),
                ("nombre_beneficiaires_max", models.SmallIntegerField(default=6, verbose_name="bénéficiaires au plus")),
                (
                    "taux_epargne",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="taux d'épargne annuel (%)"
                    ),
                ),
                (
                    "periodicites",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("unique", "Unique"),
                                ("hebdomadaire", "Hebdomadaire"),
                                ("mensuelle", "Mensuelle"),
                                ("trimestrielle", "Trimestrielle"),
                                ("semestrielle", "Semestrielle"),
                                ("annuelle", "Annuelle"),
                            ],
                            max_length=13,
                        ),
                        size=None,
                        verbose_name="périodicités permises",
                    ),
                ),
                ("delai_grace_jours", models.SmallIntegerField(default=30, verbose_name="délai de grâce (jours)")),
                ("code_ussd", models.CharField(blank=True, max_length=30, verbose_name="code USSD")),
                (
                    "statut",
                    models.CharField(
                        choices=[("actif", "Actif"), ("inactif", "Inactif"), ("archive", "Archivé")],
                        default="actif",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "verbose_name": "produit PASS",
                "verbose_name_plural": "produits PASS",
                "db_table": "produits_pass",
                "ordering": ["code_pass"],
                "constraints": [
                    models.UniqueConstraint(fields=("code_pass",), name="produits_code_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("code_pass__regex", "^[A-Z][A-Z0-9]{1,19}$")),
                        name="produits_code_forme",
                        violation_error_message="Le code a 2 à 20 capitales ou chiffres et commence par une lettre.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("branche__regex", "^[A-Z]{2,5}$")),
                        name="produits_branche_forme",
                        violation_error_message="La branche s'écrit avec deux à cinq capitales.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("prix_minimum__gt", 0), ("prix_minimum__lte", models.F("prix_maximum"))),
                        name="produits_prix_ordonnes",
                        violation_error_message="La prime minimale est positive et ne dépasse pas la prime maximale.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("duree_validite_jours__gte", 1), ("duree_validite_jours__lte", 3660)),
                        name="produits_duree_bornee",
                        violation_error_message="Une période dure de 1 à 3660 jours.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("nombre_beneficiaires_max__gte", 0), ("nombre_beneficiaires_max__lte", 6)),
                        name="produits_six_beneficiaires",
                        violation_error_message="Un contrat a de zéro à six bénéficiaires.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("categorie", "epargne"),
                                ("taux_epargne__gte", 0),
                                ("taux_epargne__isnull", False),
                                ("taux_epargne__lte", 100),
                            ),
                            models.Q(models.Q(("categorie", "epargne"), _negated=True), ("taux_epargne__isnull", True)),
                            _connector="OR",
                        ),
                        name="produits_taux_si_epargne",
                        violation_error_message="Un produit d'épargne a un taux de 0 à 100 %% ; les autres n'en ont pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("delai_grace_jours__gte", 0)),
                        name="produits_grace_positive",
                        violation_error_message="Le délai de grâce ne peut pas être négatif.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("periodicites__len__gte", 1)),
                        name="produits_une_periodicite",
                        violation_error_message="Choisissez au moins une périodicité.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "periodicites__contained_by",
                                ["unique", "hebdomadaire", "mensuelle", "trimestrielle", "semestrielle", "annuelle"],
                            )
                        ),
                        name="produits_periodicites_connues",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("categorie__in", ["accident", "epargne", "sante"])),
                        name="produits_categorie_connue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("statut__in", ["actif", "inactif", "archive"])),
                        name="produits_statut_connu",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Garantie",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30)),
                ("libelle", models.CharField(max_length=120, verbose_name="libellé")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("capital", "Capital"),
                            ("forfait_jour", "Forfait par jour"),
                            ("remboursement", "Remboursement"),
                            ("epargne", "Épargne"),
                        ],
                        max_length=13,
                    ),
                ),
                ("montant", models.IntegerField(blank=True, null=True, verbose_name="montant (XAF)")),
                ("plafond", models.IntegerField(blank=True, null=True, verbose_name="plafond (XAF)")),
                ("franchise", models.IntegerField(blank=True, null=True, verbose_name="franchise (XAF)")),
                (
                    "taux",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="taux (%)"),
                ),
                ("delai_carence_jours", models.SmallIntegerField(default=0, verbose_name="délai de carence (jours)")),
                ("age_min", models.SmallIntegerField(blank=True, null=True, verbose_name="âge minimal")),
                ("age_max", models.SmallIntegerField(blank=True, null=True, verbose_name="âge maximal")),
                ("a_confirmer", models.BooleanField(default=True, verbose_name="à confirmer")),
                (
                    "produit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="garanties",
                        to="pass_products.produitpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "garantie",
                "verbose_name_plural": "garanties",
                "db_table": "garanties_pass",
                "ordering": ["produit", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("produit", "code"), name="garanties_code_unique_par_produit"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("montant__isnull", True), ("montant__gte", 0), _connector="OR"),
                            models.Q(("plafond__isnull", True), ("plafond__gte", 0), _connector="OR"),
                            models.Q(("franchise__isnull", True), ("franchise__gte", 0), _connector="OR"),
                        ),
                        name="garanties_montants_positifs",
                        violation_error_message="Montant, plafond et franchise ne peuvent pas être négatifs.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taux__isnull", True), models.Q(("taux__gte", 0), ("taux__lte", 100)), _connector="OR"
                        ),
                        name="garanties_taux_pourcent",
                        violation_error_message="Le taux va de 0 à 100 %%.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("delai_carence_jours__gte", 0)),
                        name="garanties_carence_positive",
                        violation_error_message="Le délai de carence ne peut pas être négatif.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("age_min__isnull", True), ("age_min__gte", 0), _connector="OR"),
                            models.Q(("age_max__isnull", True), ("age_max__lte", 130), _connector="OR"),
                            models.Q(
                                ("age_min__isnull", True),
                                ("age_max__isnull", True),
                                ("age_min__lte", models.F("age_max")),
                                _connector="OR",
                            ),
                        ),
                        name="garanties_ages_ordonnes",
                        violation_error_message="L'âge minimal ne dépasse pas l'âge maximal, qui ne dépasse pas 130 ans.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("type__in", ["capital", "forfait_jour", "remboursement", "epargne"])),
                        name="garanties_type_connu",
                    ),
                ],
            },
        ),
    ]
