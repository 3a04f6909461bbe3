"""A client's contracts and statement are read by one function each, whose plan is kept."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0027_payeurs_et_titulaires")]

    operations = [
        fonction("pass_payments", "contrats_du_client", version=1),
        fonction("pass_payments", "releve_du_client", version=1),
    ]
