from django.db import migrations, models

from nsia_pass_api.sqlviews import vue


class Migration(migrations.Migration):
    dependencies = [("pass_clients", "0013_preuve_du_telephone")]
    operations = [
        vue("pass_clients", "contrats", version=2, precedente=1),
        migrations.AddField("contrat", "etat_depuis", models.DateField(null=True)),
    ]
