from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import apps.pass_clients.expressions


class Migration(migrations.Migration):
    """Clients go on subscribing while the index is built."""

    atomic = False

    dependencies = [("pass_clients", "0008_nom_cherchable")]

    operations = [
        AddIndexConcurrently(
            "clientpass",
            GinIndex(
                OpClass(
                    apps.pass_clients.expressions.NomCherchable(models.F("prenom"), models.F("nom")),
                    name="gin_trgm_ops",
                ),
                name="clients_par_nom",
                fastupdate=False,
            ),
        ),
    ]
