"""Answers kept for who asks again are every app's. Here they were until now."""

import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("pass_payments", "0019_encaissements_au_guichet"),
        ("socle", "0002_idempotence"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="requeteidempotente", name="requete_immuable"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name="RequeteIdempotente",
                )
            ]
        ),
    ]
