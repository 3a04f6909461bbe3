"""Figures of the months by agency, not by its name. They are thrown away: `calculer_indicateurs` computes them whole."""

import django.db.models.deletion
from django.db import migrations, models

_VIDER = "DELETE FROM indicateurs_mensuels"


class Migration(migrations.Migration):
    dependencies = [
        ("pass_payments", "0017_versements_a_deux"),
        ("pass_clients", "0018_agences"),
    ]

    operations = [
        migrations.RunSQL(_VIDER, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="indicateurmensuel", name="indicateurs_un_par_mois"),
        migrations.RemoveField(model_name="indicateurmensuel", name="agence"),
        migrations.AddField(
            model_name="indicateurmensuel",
            name="agence",
            field=models.ForeignKey(
                blank=True,
                help_text="Celle des clients ; vide : ceux qui n'en ont pas.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pass_clients.agence",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicateurmensuel",
            constraint=models.UniqueConstraint(
                fields=("mois", "agence", "produit"), name="indicateurs_un_par_mois", nulls_distinct=False
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, _VIDER),
    ]
