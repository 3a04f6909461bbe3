"""What the role that serves requests may not write, whatever it sets (docs/decisions/0018)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("mtn_integration", "0001_initial"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="transactionmtn",
            trigger=pgtrigger.compiler.Trigger(
                name="transaction_mtn_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."genre" IS DISTINCT FROM (NEW."genre") OR OLD."numero" IS DISTINCT FROM (NEW."numero") OR OLD."montant" IS DISTINCT FROM (NEW."montant") OR OLD."devise" IS DISTINCT FROM (NEW."devise") OR OLD."telephone" IS DISTINCT FROM (NEW."telephone") OR OLD."premiere_demande" IS DISTINCT FROM (NEW."premiere_demande"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ecf9dddaebd02f16f0d912f3029120453a5025f8",
                    operation="UPDATE",
                    pgid="pgtrigger_transaction_mtn_immuable_feb11",
                    table="transactions_mtn",
                    when="BEFORE",
                ),
            ),
        ),
    ]
