"""The former database's two models leave for apps/reprise, which takes their tables as they are (reprise 0001)."""

import pgtrigger.migrations
from django.db import migrations
from django.db.migrations.operations import RunSQL


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0019_encaissements_au_guichet")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="lignereprise", name="ligne_reprise_indelebile"),
        pgtrigger.migrations.RemoveTrigger(model_name="lignereprise", name="ligne_reprise_d_origine"),
        # pgtrigger leaves the functions, whose names hold the app's.
        RunSQL(
            """
            DROP FUNCTION pgtrigger_ligne_reprise_indelebile_aa62a();
            DROP FUNCTION pgtrigger_ligne_reprise_d_origine_b3c94();
            """,
            RunSQL.noop,
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="LigneReprise"), migrations.DeleteModel(name="Reprise")]
        ),
    ]
