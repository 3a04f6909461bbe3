"""Settings of the insurer and their history are every app's."""

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
        ("pass_products", "0003_defaut_des_changements_de_reglage"),
        ("socle", "0003_numeros"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Reglage",
                    fields=[
                        ("nom", models.CharField(max_length=40, primary_key=True, serialize=False)),
                        ("valeur", models.IntegerField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "réglage",
                        "verbose_name_plural": "réglages",
                        "db_table": "reglages",
                        "ordering": ["nom"],
                    },
                ),
                migrations.CreateModel(
                    name="ChangementReglage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("avant", models.IntegerField(blank=True, null=True)),
                        ("apres", models.IntegerField(blank=True, null=True, verbose_name="après")),
                        ("defaut", models.IntegerField(blank=True, null=True, verbose_name="défaut")),
                        ("motif", models.CharField(max_length=200)),
                        (
                            "change_le",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="le"
                            ),
                        ),
                        (
                            "acteur",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "reglage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="changements",
                                to="socle.reglage",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "changement",
                        "verbose_name_plural": "historique",
                        "db_table": "changements_reglage",
                        "ordering": ["-id"],
                    },
                ),
                migrations.AddConstraint(
                    model_name="changementreglage",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("motif", ""), _negated=True), name="changements_reglage_motives"
                    ),
                ),
            ]
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reglage",
            trigger=pgtrigger.compiler.Trigger(
                name="reglage_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="cf42584fe8913258ab9c61acf445bac696d35197",
                    operation="DELETE",
                    pgid="pgtrigger_reglage_indelebile_26055",
                    table="reglages",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reglage",
            trigger=pgtrigger.compiler.Trigger(
                name="reglage_selon_historique",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n    IF (SELECT r.valeur FROM reglages r WHERE r.nom = NEW.nom) IS DISTINCT FROM (\n        SELECT c.apres FROM changements_reglage c WHERE c.reglage_id = NEW.nom ORDER BY c.id DESC LIMIT 1\n    ) THEN\n        RAISE EXCEPTION 'réglage % : sa valeur n''est pas celle de son historique', NEW.nom\n            USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash="2558acb86a6b552de764ed0d26447e1a6d368523",
                    operation='INSERT OR UPDATE OF "valeur"',
                    pgid="pgtrigger_reglage_selon_historique_94215",
                    table="reglages",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="changementreglage",
            trigger=pgtrigger.compiler.Trigger(
                name="changement_reglage_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="82b98819fd5c29035a0dfde1dda04be8482759ac",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_changement_reglage_immuable_d09f2",
                    table="changements_reglage",
                    when="BEFORE",
                ),
            ),
        ),
        adopter("reglage", "changementreglage", de="pass_products", vers="socle"),
    ]
