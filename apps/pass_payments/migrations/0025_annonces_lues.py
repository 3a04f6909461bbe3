"""The word about a Mobile Money number is one that the phone on file will read."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0024_propositions_au_socle"), ("socle", "0008_series_et_messages_tenus")]

    operations = [fonction("pass_payments", "mobile_money_annonce", version=2, precedente=1)]
