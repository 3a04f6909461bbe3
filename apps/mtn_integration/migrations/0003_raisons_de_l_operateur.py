"""Labels that the tables of every operator share; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mtn_integration", "0002_gardes_du_service"),
    ]

    operations = [
        migrations.AlterField(
            model_name="transactionmtn",
            name="raison",
            field=models.CharField(blank=True, max_length=100, verbose_name="raison de l'opérateur"),
        ),
        migrations.AlterField(
            model_name="transactionmtn",
            name="statut",
            field=models.CharField(
                choices=[
                    ("envoi", "Envoi en cours"),
                    ("sans_reponse", "Sans réponse"),
                    ("acceptee", "Acceptée"),
                    ("refusee", "Refusée"),
                    ("introuvable", "Inconnue de l'opérateur"),
                    ("en_attente", "En attente"),
                    ("reussie", "Réussie"),
                    ("echouee", "Échouée"),
                ],
                default="envoi",
                max_length=12,
            ),
        ),
    ]
