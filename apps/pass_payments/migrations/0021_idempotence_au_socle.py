"""Answers kept for who asks again are every app's. Here they were until now."""

import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("pass_payments", "0020_reprise_a_part"),
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
