from django.db import migrations

from nsia_pass_api.sqlviews import fonction


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0002_vues")]
    operations = [fonction("pass_payments", "tableau_de_bord", version=1)]
