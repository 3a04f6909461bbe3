"""Takes the tables of the former database over from pass_payments, with the rights on them; they are not touched."""

from typing import Any

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models
from django.db.migrations.operations import RunPython

MODELES = ("reprise", "lignereprise")


def _renommer(apps: Any, schema_editor: Any, *, de: str, vers: str) -> None:
    """Rights and the admin's journal hang on the content type's row: it stays, under the name of the other app."""
    types = apps.get_model("contenttypes", "ContentType").objects.using(schema_editor.connection.alias)
    types.filter(app_label=de, model__in=MODELES).update(app_label=vers)


def _prendre(apps: Any, schema_editor: Any) -> None:
    _renommer(apps, schema_editor, de="pass_payments", vers="reprise")


def _rendre(apps: Any, schema_editor: Any) -> None:
    _renommer(apps, schema_editor, de="reprise", vers="pass_payments")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("pass_clients", "0019_clients_par_agence"),
        ("pass_payments", "0020_reprise_a_part"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Reprise",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=200)),
                        (
                            "commencee_le",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="commencée le"
                            ),
                        ),
                        (
                            "avancee_le",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="avancée le"
                            ),
                        ),
                        ("terminee_le", models.DateTimeField(blank=True, null=True, verbose_name="terminée le")),
                        ("lignes_lues", models.IntegerField(default=0, verbose_name="lignes lues")),
                        ("lignes_nouvelles", models.IntegerField(default=0, verbose_name="lignes nouvelles")),
                        ("lots", models.IntegerField(default=0, verbose_name="lots écrits")),
                        ("dossiers", models.IntegerField(default=0, verbose_name="clients traités")),
                        ("bilan", models.JSONField(default=dict)),
                    ],
                    options={
                        "verbose_name": "passage de l'import",
                        "verbose_name_plural": "passages de l'import",
                        "db_table": "reprises",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="LigneReprise",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "table_source",
                            models.CharField(
                                choices=[
                                    ("souscriptionpass", "SouscriptionPass"),
                                    ("paiementpass", "PaiementPass"),
                                    ("contrat", "Contrat"),
                                    ("cotisation", "Cotisation"),
                                    ("agents", "agents"),
                                ],
                                max_length=16,
                                verbose_name="table",
                            ),
                        ),
                        ("empreinte", models.CharField(max_length=64)),
                        ("rang", models.IntegerField()),
                        ("brut", models.JSONField(verbose_name="ligne d'origine")),
                        (
                            "sort",
                            models.CharField(
                                choices=[
                                    ("a_placer", "À placer"),
                                    ("placee", "Placée"),
                                    ("quarantaine", "En quarantaine"),
                                ],
                                default="a_placer",
                                max_length=11,
                            ),
                        ),
                        (
                            "motif",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("ligne_vide", "Ligne vide"),
                                    ("ligne_en_double", "Ligne écrite deux fois"),
                                    ("retiree", "Ligne retirée de l'ancienne base"),
                                    ("deja_reprise", "Ligne changée après avoir été reprise"),
                                    ("nom_absent", "Nom ou prénom absent"),
                                    ("telephone_absent", "Téléphone absent"),
                                    ("telephone_invalide", "Téléphone impossible"),
                                    ("produit_inconnu", "Produit inconnu"),
                                    ("police_illisible", "Numéro de police illisible"),
                                    ("police_en_double", "Police portée par plusieurs souscriptions"),
                                    ("police_prise", "Police déjà attribuée chez nous"),
                                    ("etat_inconnu", "État inconnu"),
                                    ("prime_illisible", "Prime absente ou illisible"),
                                    ("date_absente", "Date absente"),
                                    ("date_impossible", "Date impossible"),
                                    ("montant_absent", "Montant absent"),
                                    ("montant_illisible", "Montant illisible"),
                                    ("montant_negatif", "Montant négatif"),
                                    ("montant_nul", "Montant nul"),
                                    ("montant_excessif", "Montant hors de toute mesure"),
                                    ("statut_inconnu", "Statut inconnu"),
                                    ("statut_indecis", "Paiement resté sans réponse"),
                                    ("mode_inconnu", "Mode de paiement inconnu"),
                                    ("sans_souscription", "Souscription introuvable"),
                                    ("souscription_ambigue", "Plusieurs souscriptions possibles"),
                                    ("souscription_en_quarantaine", "Sa souscription est en quarantaine"),
                                    ("contrat_en_double", "Contrat écrit plusieurs fois"),
                                    ("agent_en_double", "Agent écrit plusieurs fois"),
                                ],
                                db_default="",
                                default="",
                                max_length=28,
                            ),
                        ),
                        ("explication", models.CharField(blank=True, db_default="", default="", max_length=300)),
                        (
                            "reserves",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("nom_different", "Même téléphone, autre nom"),
                                        ("encodage", "Texte abîmé"),
                                        ("deux_polices", "Deux numéros de police"),
                                        ("solde_contredit", "Solde différent des paiements"),
                                        ("cotisations_contredites", "Cotisations différentes des paiements"),
                                        ("etat_contredit", "État contredit"),
                                        ("client_contredit", "Autre téléphone au contrat"),
                                    ],
                                    max_length=28,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="réserves",
                            ),
                        ),
                        ("montant", models.BigIntegerField(blank=True, null=True, verbose_name="montant (XAF)")),
                        ("ecart", models.BigIntegerField(blank=True, null=True, verbose_name="écart (XAF)")),
                        (
                            "telephone",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=13, verbose_name="téléphone"
                            ),
                        ),
                        ("police", models.CharField(blank=True, db_default="", default="", max_length=30)),
                        ("placee_le", models.DateTimeField(blank=True, null=True, verbose_name="placée le")),
                        (
                            "client",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="pass_clients.clientpass",
                            ),
                        ),
                        (
                            "paiement",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reprise",
                                to="pass_payments.paiementpass",
                            ),
                        ),
                        (
                            "souscription",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="pass_clients.souscriptionpass",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ligne de l'ancienne base",
                        "verbose_name_plural": "lignes de l'ancienne base",
                        "db_table": "lignes_reprises",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["sort", "motif", "-id"], name="reprises_par_motif"),
                            models.Index(
                                condition=models.Q(("telephone", ""), _negated=True),
                                fields=["telephone"],
                                name="reprises_par_telephone",
                            ),
                            models.Index(
                                condition=models.Q(("police", ""), _negated=True),
                                fields=["police"],
                                name="reprises_par_police",
                            ),
                            models.Index(
                                condition=models.Q(("souscription__isnull", False)),
                                fields=["souscription"],
                                name="reprises_par_souscription",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                condition=models.Q(("reserves", []), _negated=True),
                                fields=["reserves"],
                                name="reprises_reserves",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("table_source", "empreinte", "rang"), name="reprises_ligne_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "table_source__in",
                                        ["souscriptionpass", "paiementpass", "contrat", "cotisation", "agents"],
                                    )
                                ),
                                name="reprises_table_connue",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("sort__in", ["a_placer", "placee", "quarantaine"])),
                                name="reprises_sort_connu",
                            ),
                            models.CheckConstraint(condition=models.Q(("rang__gte", 1)), name="reprises_rang_positif"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("sort", "quarantaine"),
                                        (
                                            "motif__in",
                                            [
                                                "ligne_vide",
                                                "ligne_en_double",
                                                "retiree",
                                                "deja_reprise",
                                                "nom_absent",
                                                "telephone_absent",
                                                "telephone_invalide",
                                                "produit_inconnu",
                                                "police_illisible",
                                                "police_en_double",
                                                "police_prise",
                                                "etat_inconnu",
                                                "prime_illisible",
                                                "date_absente",
                                                "date_impossible",
                                                "montant_absent",
                                                "montant_illisible",
                                                "montant_negatif",
                                                "montant_nul",
                                                "montant_excessif",
                                                "statut_inconnu",
                                                "statut_indecis",
                                                "mode_inconnu",
                                                "sans_souscription",
                                                "souscription_ambigue",
                                                "souscription_en_quarantaine",
                                                "contrat_en_double",
                                                "agent_en_double",
                                            ],
                                        ),
                                    ),
                                    models.Q(models.Q(("sort", "quarantaine"), _negated=True), ("motif", "")),
                                    _connector="OR",
                                ),
                                name="reprises_motif_si_quarantaine",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("placee_le__isnull", False), ("sort", "placee")),
                                    models.Q(models.Q(("sort", "placee"), _negated=True), ("placee_le__isnull", True)),
                                    _connector="OR",
                                ),
                                name="reprises_placee_datee",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("paiement__isnull", True),
                                    models.Q(("sort", "placee"), ("table_source", "paiementpass")),
                                    _connector="OR",
                                ),
                                name="reprises_paiement_place",
                            ),
                        ],
                    },
                ),
            ]
        ),
        RunPython(_prendre, _rendre),
        pgtrigger.migrations.AddTrigger(
            model_name="lignereprise",
            trigger=pgtrigger.compiler.Trigger(
                name="ligne_reprise_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="3b49f0c33410079ccfd6a1244d07e72055da3c22",
                    operation="DELETE",
                    pgid="pgtrigger_ligne_reprise_indelebile_3d33a",
                    table="lignes_reprises",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lignereprise",
            trigger=pgtrigger.compiler.Trigger(
                name="ligne_reprise_d_origine",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."table_source" IS DISTINCT FROM (NEW."table_source") OR OLD."empreinte" IS DISTINCT FROM (NEW."empreinte") OR OLD."rang" IS DISTINCT FROM (NEW."rang") OR OLD."brut" IS DISTINCT FROM (NEW."brut"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="9654c03daa18a957c70088401b60c05b07c0320f",
                    operation="UPDATE",
                    pgid="pgtrigger_ligne_reprise_d_origine_9a326",
                    table="lignes_reprises",
                    when="BEFORE",
                ),
            ),
        ),
    ]
