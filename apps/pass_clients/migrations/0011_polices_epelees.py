from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import apps.pass_clients.expressions


class Migration(migrations.Migration):
    """Clients go on logging in while the index is built."""

    atomic = False

    dependencies = [("pass_clients", "0010_clients_inactifs")]

    operations = [
        AddIndexConcurrently(
            "numeropolice",
            models.Index(apps.pass_clients.expressions.PoliceEpelee("numero_police"), name="polices_epelees"),
        ),
    ]
