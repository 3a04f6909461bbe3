from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Clients go on subscribing while the indexes are built."""

    atomic = False

    dependencies = [("pass_clients", "0018_agences")]

    operations = [
        AddIndexConcurrently("clientpass", models.Index(fields=["agence", "-id"], name="clients_par_agence")),
        AddIndexConcurrently(
            "clientpass",
            models.Index(condition=models.Q(("agence__isnull", True)), fields=["-id"], name="clients_sans_agence"),
        ),
    ]
