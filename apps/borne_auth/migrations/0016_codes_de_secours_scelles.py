"""Hashes of recovery codes are sealed for their factor: a row that is written by hand opens nothing. Codes on paper stay good."""

from typing import Any

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from nsia_pass_api import coffre

SCELLEE = "^v2\\.[0-9a-f]{8}\\.[A-Za-z0-9_-]{16}\\.[A-Za-z0-9_-]{64}$"


def _recopier(apps: Any, schema_editor: Any, *, sceller: bool) -> None:
    codes = apps.get_model("borne_auth", "CodeSecours").objects.using(schema_editor.connection.alias)
    lus = list(codes.select_related("facteur").order_by("pk"))
    for code in lus:
        pour = {"usage": "code-secours", "ligne": f"{code.facteur.agent_id}:{code.facteur_id}"}
        if sceller:
            code.empreinte = coffre.sceller(bytes.fromhex(code.empreinte), **pour)
        else:
            code.empreinte = coffre.ouvrir(code.empreinte, **pour).hex()
    # A used code does not change in its row: others take the place of all.
    codes.all().delete()
    codes.bulk_create(codes.model(facteur_id=c.facteur_id, empreinte=c.empreinte, utilise_le=c.utilise_le) for c in lus)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def sceller(apps: Any, schema_editor: Any) -> None:
    _recopier(apps, schema_editor, sceller=True)


def ouvrir(apps: Any, schema_editor: Any) -> None:
    _recopier(apps, schema_editor, sceller=False)


class Migration(migrations.Migration):
    dependencies = [("borne_auth", "0015_comptes_tenus")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="codesecours", name="code_secours_immuable"),
        migrations.RemoveConstraint(model_name="codesecours", name="codes_secours_haches"),
        migrations.AlterField(
            model_name="codesecours",
            name="empreinte",
            field=models.CharField(editable=False, max_length=120, verbose_name="empreinte scellée"),
        ),
        migrations.RunPython(sceller, ouvrir),
        migrations.AddConstraint(
            model_name="codesecours",
            constraint=models.CheckConstraint(
                condition=models.Q(("empreinte__regex", SCELLEE)), name="codes_secours_scelles"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="codesecours",
            trigger=pgtrigger.compiler.Trigger(
                name="code_secours_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."facteur_id" IS DISTINCT FROM (NEW."facteur_id") OR OLD."empreinte" IS DISTINCT FROM (NEW."empreinte"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="0a53a495cc89dd33fed45fe3a3a5b294bbe6ba32",
                    operation="UPDATE",
                    pgid="pgtrigger_code_secours_immuable_04e40",
                    table="codes_secours",
                    when="BEFORE",
                ),
            ),
        ),
    ]
