"""Acts that need two people are every app's."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from nsia_pass_api.demenagement import adopter


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("pass_clients", "0020_numeros_au_socle"),
        ("pass_payments", "0023_travaux_au_socle"),
        ("socle", "0006_travaux"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Proposition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("nature", models.CharField(max_length=30)),
                        ("cle", models.CharField(max_length=80, verbose_name="objet")),
                        ("avant", models.JSONField(default=dict)),
                        ("apres", models.JSONField(default=dict, verbose_name="après")),
                        ("motif", models.CharField(max_length=200)),
                        (
                            "statut",
                            models.CharField(
                                choices=[
                                    ("proposee", "En attente d'une seconde personne"),
                                    ("approuvee", "Approuvée"),
                                    ("refusee", "Refusée"),
                                    ("retiree", "Retirée"),
                                    ("perimee", "Périmée"),
                                ],
                                default="proposee",
                                max_length=9,
                            ),
                        ),
                        (
                            "demandee_le",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="demandée le"
                            ),
                        ),
                        ("expire_le", models.DateTimeField(verbose_name="à décider avant le")),
                        ("decidee_le", models.DateTimeField(blank=True, null=True, verbose_name="décidée le")),
                        (
                            "transaction_decision",
                            models.BigIntegerField(
                                editable=False, null=True, verbose_name="transaction de la décision"
                            ),
                        ),
                        ("commentaire", models.CharField(blank=True, max_length=200)),
                        (
                            "client",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="propositions",
                                to="pass_clients.clientpass",
                            ),
                        ),
                        (
                            "decideur",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="décideur",
                            ),
                        ),
                        (
                            "demandeur",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "paiement",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="propositions",
                                to="pass_payments.paiementpass",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "proposition",
                        "verbose_name_plural": "propositions",
                        "db_table": "propositions",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("statut", "proposee")),
                                fields=["expire_le"],
                                name="propositions_en_attente",
                            ),
                            models.Index(
                                condition=models.Q(("decidee_le__isnull", False)),
                                fields=["demandeur", "decidee_le"],
                                name="propositions_reponses",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("statut", "proposee")),
                                fields=("cle",),
                                name="propositions_une_ouverte",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decideur__isnull", True),
                                    models.Q(("decideur", models.F("demandeur")), _negated=True),
                                    _connector="OR",
                                ),
                                name="propositions_deux_personnes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decidee_le__isnull", True), ("decideur__isnull", True), ("statut", "proposee")
                                    ),
                                    models.Q(
                                        ("decidee_le__isnull", False),
                                        ("decideur__isnull", False),
                                        ("statut__in", ["approuvee", "refusee"]),
                                    ),
                                    models.Q(
                                        ("decidee_le__isnull", False),
                                        ("decideur__isnull", True),
                                        ("statut__in", ["retiree", "perimee"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="propositions_decision_datee",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("motif", ""), _negated=True), models.Q(("cle", ""), _negated=True)
                                ),
                                name="propositions_motivees",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("nature__regex", "^[a-z_]{3,30}$")),
                                name="propositions_nature_forme",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("statut__in", ["proposee", "approuvee", "refusee", "retiree", "perimee"])
                                ),
                                name="propositions_statut_connu",
                            ),
                        ],
                    },
                )
            ]
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposition",
            trigger=pgtrigger.compiler.Trigger(
                name="proposition_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="ba0855810348f585a2a09aa6151b875970e1c9be",
                    operation="DELETE",
                    pgid="pgtrigger_proposition_indelebile_1ce3d",
                    table="propositions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposition",
            trigger=pgtrigger.compiler.Trigger(
                name="proposition_demande_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."nature" IS DISTINCT FROM (NEW."nature") OR OLD."cle" IS DISTINCT FROM (NEW."cle") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."paiement_id" IS DISTINCT FROM (NEW."paiement_id") OR OLD."avant" IS DISTINCT FROM (NEW."avant") OR OLD."apres" IS DISTINCT FROM (NEW."apres") OR OLD."motif" IS DISTINCT FROM (NEW."motif") OR OLD."demandeur_id" IS DISTINCT FROM (NEW."demandeur_id") OR OLD."demandee_le" IS DISTINCT FROM (NEW."demandee_le") OR OLD."expire_le" IS DISTINCT FROM (NEW."expire_le") OR OLD."transaction_decision" IS DISTINCT FROM (NEW."transaction_decision"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="77b54df1d8f1710e65869e982dab5c23c1dd722e",
                    operation="UPDATE",
                    pgid="pgtrigger_proposition_demande_immuable_0134e",
                    table="propositions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposition",
            trigger=pgtrigger.compiler.Trigger(
                name="proposition_signee",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."statut" IS DISTINCT FROM (NEW."statut"))',
                    func="NEW.transaction_decision = txid_current(); RETURN NEW;",
                    hash="016ed8c984b756b2dadd38eb3958d3dc7574803a",
                    operation="UPDATE",
                    pgid="pgtrigger_proposition_signee_4f104",
                    table="propositions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposition",
            trigger=pgtrigger.compiler.Trigger(
                name="proposition_attend_d_abord",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."statut" IS DISTINCT FROM \'proposee\' OR NEW."transaction_decision" IS NOT NULL)',
                    func="\n    RAISE EXCEPTION 'proposition % : elle attend d''abord une décision', NEW.cle USING ERRCODE = 'check_violation';\n",
                    hash="02bcab45a500255dc9598e2069629c86a444d7a2",
                    operation="INSERT",
                    pgid="pgtrigger_proposition_attend_d_abord_59132",
                    table="propositions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposition",
            trigger=pgtrigger.compiler.Trigger(
                name="proposition_decidee",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"statut\" IS DISTINCT FROM 'proposee')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="f5cc98d942157d0031aad37ed9ebf5e332674e10",
                    operation="UPDATE",
                    pgid="pgtrigger_proposition_decidee_a989d",
                    table="propositions",
                    when="BEFORE",
                ),
            ),
        ),
        adopter("proposition", de="pass_payments", vers="socle"),
    ]
