"""Settings of the insurer and their history are every app's. Here they were until now."""

import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pass_products", "0003_defaut_des_changements_de_reglage"), ("socle", "0004_reglages")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="reglage", name="reglage_indelebile"),
        pgtrigger.migrations.RemoveTrigger(model_name="reglage", name="reglage_selon_historique"),
        pgtrigger.migrations.RemoveTrigger(model_name="changementreglage", name="changement_reglage_immuable"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name="ChangementReglage",
                ),
                migrations.DeleteModel(
                    name="Reglage",
                ),
            ]
        ),
    ]
