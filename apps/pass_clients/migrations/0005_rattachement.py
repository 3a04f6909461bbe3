import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("pass_clients", "0004_modifications_client"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="clientpass",
            options={
                "ordering": ["-id"],
                "permissions": [("rattacher_clientpass", "Peut rattacher un client à une agence et à qui le suit")],
                "verbose_name": "client",
                "verbose_name_plural": "clients",
            },
        ),
        migrations.AddField(
            model_name="clientpass",
            name="agence",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Ses agents lisent le dossier. Vide : personne ne le lit à ce titre.",
                max_length=80,
            ),
        ),
        migrations.AddField(
            model_name="clientpass",
            name="suivi_par",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Lit le dossier, quelle que soit son agence.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="suivi par",
            ),
        ),
        migrations.AddIndex(
            model_name="clientpass",
            index=models.Index(fields=["agence", "-id"], name="clients_par_agence"),
        ),
        migrations.AddIndex(
            model_name="clientpass",
            index=models.Index(condition=Q(suivi_par__isnull=False), fields=["suivi_par"], name="clients_suivis"),
        ),
    ]
