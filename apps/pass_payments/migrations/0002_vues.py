from django.db import migrations

from nsia_pass_api.sqlviews import fonction, vue


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0001_initial"), ("pass_clients", "0002_vue_contrats")]
    operations = [
        fonction("pass_payments", "echeances_pass", version=1),
        vue("pass_payments", "cotisations", version=1),
        vue("pass_payments", "soldes_contrats", version=1),
        vue("pass_payments", "vue_dashboard_pass", version=1),
        vue("pass_payments", "vue_souscriptions_pass_completes", version=1),
    ]
