from django.db import migrations

from nsia_pass_api.sqlviews import fonction


class Migration(migrations.Migration):
    dependencies = [
        ("pass_payments", "0014_preuves_et_payeurs"),
        ("pass_clients", "0014_contrats_etat_depuis"),
    ]
    operations = [fonction("pass_payments", "tableau_de_bord", version=2, precedente=1)]
