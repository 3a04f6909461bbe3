"""The audit follows private files: who deposited, who erased."""

from django.db import migrations

from nsia_pass_api.sqlaudit import auditer


class Migration(migrations.Migration):
    dependencies = [("borne_auth", "0020_polices_attendues"), ("socle", "0010_fichiers_prives")]

    operations = [auditer("fichiers_prives", ignorees=["a_verifier_le", "tentatives"])]
