"""Answers kept for who asks again are every app's."""

import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from nsia_pass_api.demenagement import adopter


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("pass_payments", "0020_reprise_a_part"),
        ("socle", "0001_faits"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="RequeteIdempotente",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("portee", models.CharField(max_length=40, verbose_name="portée")),
                        ("cle", models.CharField(max_length=64, verbose_name="clé")),
                        ("empreinte", models.CharField(max_length=64, verbose_name="empreinte de la demande")),
                        ("statut_http", models.SmallIntegerField()),
                        ("reponse", models.JSONField(verbose_name="réponse")),
                        (
                            "cree_le",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="reçue le"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "requête idempotente",
                        "verbose_name_plural": "requêtes idempotentes",
                        "db_table": "requetes_idempotentes",
                        "indexes": [models.Index(fields=["cree_le"], name="requetes_par_age")],
                        "constraints": [
                            models.UniqueConstraint(fields=("portee", "cle"), name="requetes_une_par_cle"),
                            models.CheckConstraint(
                                condition=models.Q(("empreinte__regex", "^[0-9a-f]{64}$")), name="requetes_empreinte"
                            ),
                        ],
                    },
                )
            ]
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="requeteidempotente",
            trigger=pgtrigger.compiler.Trigger(
                name="requete_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="4685e7164fcb837e07a844292806cd8925ca6ddd",
                    operation="UPDATE",
                    pgid="pgtrigger_requete_immuable_b0618",
                    table="requetes_idempotentes",
                    when="BEFORE",
                ),
            ),
        ),
        adopter("requeteidempotente", de="pass_payments", vers="socle"),
    ]
