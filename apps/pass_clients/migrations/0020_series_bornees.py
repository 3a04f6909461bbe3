"""A series of numbers advances by what one batch draws, never at once to its end."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction

BORNE = """
    CREATE TRIGGER serie_bornee BEFORE INSERT OR UPDATE ON series_numeros FOR EACH ROW EXECUTE FUNCTION serie_bornee();
"""


class Migration(migrations.Migration):
    dependencies = [("pass_clients", "0019_clients_par_agence")]

    operations = [
        fonction("pass_clients", "ecrit_le_proprietaire", version=1),
        fonction("pass_clients", "serie_bornee", version=1),
        migrations.RunSQL(BORNE, "DROP TRIGGER serie_bornee ON series_numeros"),
    ]
