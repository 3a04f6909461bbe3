"""Series of numbers are every app's."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from nsia_pass_api.demenagement import adopter


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("pass_clients", "0019_clients_par_agence"),
        ("socle", "0002_idempotence"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SerieNumero",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("serie", models.CharField(max_length=40, verbose_name="série")),
                        ("annee", models.SmallIntegerField(verbose_name="année")),
                        ("dernier", models.BigIntegerField(verbose_name="dernier numéro")),
                    ],
                    options={
                        "verbose_name": "série de numéros",
                        "verbose_name_plural": "séries de numéros",
                        "db_table": "series_numeros",
                        "constraints": [
                            models.UniqueConstraint(fields=("serie", "annee"), name="series_une_par_annee"),
                            models.CheckConstraint(condition=models.Q(("dernier__gte", 0)), name="series_positives"),
                        ],
                    },
                )
            ]
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="serienumero",
            trigger=pgtrigger.compiler.Trigger(
                name="serie_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="ecf0ac03e84332cd90405ad98e4820716dd08be1",
                    operation="DELETE",
                    pgid="pgtrigger_serie_indelebile_11c61",
                    table="series_numeros",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="serienumero",
            trigger=pgtrigger.compiler.Trigger(
                name="serie_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."serie" IS DISTINCT FROM (NEW."serie") OR OLD."annee" IS DISTINCT FROM (NEW."annee"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="202aafa91262112ea4d1bc4813571c0fd4efbf31",
                    operation="UPDATE",
                    pgid="pgtrigger_serie_immuable_e9ada",
                    table="series_numeros",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="serienumero",
            trigger=pgtrigger.compiler.Trigger(
                name="serie_sans_retour",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."dernier" < (OLD."dernier"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a7c81196cc149ee17ac51af3a1e0808e62a7abbf",
                    operation="UPDATE",
                    pgid="pgtrigger_serie_sans_retour_e4d90",
                    table="series_numeros",
                    when="BEFORE",
                ),
            ),
        ),
        adopter("serienumero", de="pass_clients", vers="socle"),
    ]
