from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Clients go on subscribing while the indexes are built."""

    atomic = False

    dependencies = [("pass_clients", "0014_contrats_etat_depuis")]

    operations = [
        AddIndexConcurrently("clientpass", models.Index(fields=["date_naissance"], name="clients_par_naissance")),
        AddIndexConcurrently(
            "beneficiairepass",
            models.Index(
                condition=models.Q(("role", "assure"), ("statut", "actif")),
                fields=["date_naissance"],
                name="assures_par_naissance",
            ),
        ),
    ]
