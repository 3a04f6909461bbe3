from django.db import migrations

from nsia_pass_api.sqlviews import vue


class Migration(migrations.Migration):
    dependencies = [("pass_clients", "0001_initial")]
    operations = [vue("pass_clients", "contrats", version=1)]
