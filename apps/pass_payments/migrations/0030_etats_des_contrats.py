"""The states that each settlement tells are read by one function, whose plan is kept."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0029_examens_a_venir")]

    operations = [fonction("pass_payments", "etats_des_contrats", version=1)]
