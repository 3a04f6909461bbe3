"""The worker and its schedule are every app's. Here they were until now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0022_messages_au_socle"), ("socle", "0006_travaux")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name="TachePlanifiee",
                ),
                migrations.DeleteModel(
                    name="Travailleur",
                ),
            ]
        ),
    ]
