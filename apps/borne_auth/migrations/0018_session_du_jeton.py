"""The session of a token is read by one function, whose plan is kept."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0017_demandes_vers_autrui"),
        ("pass_clients", "0019_clients_par_agence"),
    ]

    operations = [fonction("borne_auth", "session_du_jeton", version=1)]
