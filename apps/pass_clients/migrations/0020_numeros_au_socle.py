"""Series of numbers are every app's. Here they were until now."""

import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pass_clients", "0019_clients_par_agence"), ("socle", "0003_numeros")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="serienumero", name="serie_indelebile"),
        pgtrigger.migrations.RemoveTrigger(model_name="serienumero", name="serie_immuable"),
        pgtrigger.migrations.RemoveTrigger(model_name="serienumero", name="serie_sans_retour"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name="SerieNumero",
                )
            ]
        ),
    ]
