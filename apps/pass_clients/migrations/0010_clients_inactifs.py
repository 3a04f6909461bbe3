from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Clients go on subscribing while the index is built."""

    atomic = False

    dependencies = [("pass_clients", "0009_clients_par_nom")]

    operations = [
        AddIndexConcurrently(
            "clientpass",
            models.Index(
                condition=models.Q(("statut", "actif"), _negated=True),
                fields=["statut", "-id"],
                name="clients_inactifs",
            ),
        ),
    ]
