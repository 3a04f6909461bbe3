import datetime

import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from nsia_pass_api.sqlaudit import auditer


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0007_tables_suivies"),
    ]

    operations = [
        migrations.CreateModel(
            name="CodeMaintenance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("motif", models.CharField(max_length=200)),
                ("empreinte", models.CharField(editable=False, max_length=64, verbose_name="empreinte du code")),
                (
                    "statut",
                    models.CharField(
                        choices=[
                            ("en_attente", "Attend d'être tapé"),
                            ("utilise", "Utilisé"),
                            ("remplace", "Remplacé par un autre"),
                        ],
                        default="en_attente",
                        max_length=10,
                    ),
                ),
                ("donne_le", models.DateTimeField(verbose_name="donné le")),
                ("expire_le", models.DateTimeField(verbose_name="expire le")),
                ("fini_le", models.DateTimeField(null=True, verbose_name="utilisé ou remplacé le")),
            ],
            options={
                "verbose_name": "code de maintenance",
                "verbose_name_plural": "codes de maintenance",
                "db_table": "codes_maintenance",
            },
        ),
        migrations.AddField(
            model_name="codemaintenance",
            name="borne",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="codes_maintenance", to="borne_auth.borne"
            ),
        ),
        migrations.AddField(
            model_name="codemaintenance",
            name="donne_par",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="codemaintenance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("statut", "en_attente")), fields=("borne",), name="codes_maintenance_un_par_borne"
            ),
        ),
        migrations.AddConstraint(
            model_name="codemaintenance",
            constraint=models.CheckConstraint(
                condition=models.Q(("statut__in", ["en_attente", "utilise", "remplace"])),
                name="codes_maintenance_statut_connu",
            ),
        ),
        migrations.AddConstraint(
            model_name="codemaintenance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fini_le__isnull", True), ("statut", "en_attente")),
                    models.Q(models.Q(("statut", "en_attente"), _negated=True), ("fini_le__isnull", False)),
                    _connector="OR",
                ),
                name="codes_maintenance_finis_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="codemaintenance",
            constraint=models.CheckConstraint(
                condition=models.Q(("motif", ""), _negated=True), name="codes_maintenance_motives"
            ),
        ),
        migrations.AddConstraint(
            model_name="codemaintenance",
            constraint=models.CheckConstraint(
                condition=models.Q(("empreinte__regex", "^[0-9a-f]{64}$")), name="codes_maintenance_haches"
            ),
        ),
        migrations.AddConstraint(
            model_name="codemaintenance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expire_le__gt", models.F("donne_le")),
                    (
                        "expire_le__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("donne_le"), "+", models.Value(datetime.timedelta(seconds=600))
                        ),
                    ),
                ),
                name="codes_maintenance_courts",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="codemaintenance",
            trigger=pgtrigger.compiler.Trigger(
                name="code_maintenance_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."borne_id" IS DISTINCT FROM (NEW."borne_id") OR OLD."donne_par_id" IS DISTINCT FROM (NEW."donne_par_id") OR OLD."motif" IS DISTINCT FROM (NEW."motif") OR OLD."empreinte" IS DISTINCT FROM (NEW."empreinte") OR OLD."donne_le" IS DISTINCT FROM (NEW."donne_le") OR OLD."expire_le" IS DISTINCT FROM (NEW."expire_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="9dd8e8c70eb1a7a6da2578a7de8d79e4e8fb61fd",
                    operation="UPDATE",
                    pgid="pgtrigger_code_maintenance_immuable_3f225",
                    table="codes_maintenance",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="codemaintenance",
            trigger=pgtrigger.compiler.Trigger(
                name="code_maintenance_usage_unique",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"statut\" IS DISTINCT FROM 'en_attente')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="f439ec47bd063ce489b55793b458768288ba7f4c",
                    operation="UPDATE",
                    pgid="pgtrigger_code_maintenance_usage_unique_6e4de",
                    table="codes_maintenance",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="codemaintenance",
            trigger=pgtrigger.compiler.Trigger(
                name="code_maintenance_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="74ba5cc36d12af42b4ef1cc409c8f794827a6c06",
                    operation="DELETE",
                    pgid="pgtrigger_code_maintenance_indelebile_af3cd",
                    table="codes_maintenance",
                    when="BEFORE",
                ),
            ),
        ),
        auditer("codes_maintenance", masquees=["empreinte"]),
    ]
