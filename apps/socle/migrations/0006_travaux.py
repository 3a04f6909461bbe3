"""The worker and its schedule are every app's."""

import uuid

import django.db.models.functions.datetime
from django.db import migrations, models

from nsia_pass_api.demenagement import adopter


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("pass_payments", "0022_messages_au_socle"),
        ("socle", "0005_messages"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Travailleur",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("hote", models.CharField(max_length=80, verbose_name="machine")),
                        ("pid", models.IntegerField(verbose_name="processus")),
                        (
                            "demarre_le",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="démarré le"
                            ),
                        ),
                        (
                            "vu_le",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="vu le"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "travailleur",
                        "verbose_name_plural": "travailleurs",
                        "db_table": "travailleurs",
                        "ordering": ["-vu_le"],
                    },
                ),
                migrations.CreateModel(
                    name="TachePlanifiee",
                    fields=[
                        ("nom", models.CharField(max_length=40, primary_key=True, serialize=False)),
                        ("prochaine_le", models.DateTimeField(verbose_name="prochaine exécution")),
                        ("debut_le", models.DateTimeField(blank=True, null=True, verbose_name="commencée le")),
                        ("fin_le", models.DateTimeField(blank=True, null=True, verbose_name="terminée le")),
                        ("erreur", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "verbose_name": "tâche planifiée",
                        "verbose_name_plural": "tâches planifiées",
                        "db_table": "taches_planifiees",
                        "ordering": ["prochaine_le"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("fin_le__isnull", True), ("fin_le__gte", models.F("debut_le")), _connector="OR"
                                ),
                                name="taches_dates_ordonnees",
                            )
                        ],
                    },
                ),
            ]
        ),
        adopter("travailleur", "tacheplanifiee", de="pass_payments", vers="socle"),
    ]
