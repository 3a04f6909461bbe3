"""Acts that need two people are every app's. Here they were until now."""

import django.db.models.deletion
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0023_travaux_au_socle"), ("socle", "0007_propositions")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="proposition", name="proposition_indelebile"),
        pgtrigger.migrations.RemoveTrigger(model_name="proposition", name="proposition_demande_immuable"),
        pgtrigger.migrations.RemoveTrigger(model_name="proposition", name="proposition_signee"),
        pgtrigger.migrations.RemoveTrigger(model_name="proposition", name="proposition_attend_d_abord"),
        pgtrigger.migrations.RemoveTrigger(model_name="proposition", name="proposition_decidee"),
        # The keys of PostgreSQL lead to the same table.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="abandoncreance",
                    name="proposition",
                    field=models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="socle.proposition"
                    ),
                ),
                migrations.AlterField(
                    model_name="paiementpass",
                    name="autorise_par",
                    field=models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="encaissement",
                        to="socle.proposition",
                        verbose_name="autorisé par",
                    ),
                ),
                migrations.DeleteModel(name="Proposition"),
            ]
        ),
    ]
