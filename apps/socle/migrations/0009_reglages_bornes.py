"""The database knows between which bounds a setting is (`definitions`), and refuses others, whatever writes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("socle", "0008_series_et_messages_tenus")]

    operations = [
        # Filled after each migration (`services.reglages.inscrire_reglages`).
        migrations.AddField(model_name="reglage", name="minimum", field=models.IntegerField(editable=False, null=True)),
        migrations.AddField(model_name="reglage", name="maximum", field=models.IntegerField(editable=False, null=True)),
        migrations.AddConstraint(
            model_name="reglage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valeur__isnull", True),
                    models.Q(("valeur__gte", models.F("minimum")), ("valeur__lte", models.F("maximum"))),
                    _connector="OR",
                ),
                name="reglages_bornes",
            ),
        ),
    ]
