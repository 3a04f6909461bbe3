"""Money leaves by the decision of two people, whatever writes (docs/decisions/0018)."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction

GARDE = """
    CREATE TRIGGER sortie_decidee BEFORE INSERT ON decaissements FOR EACH ROW EXECUTE FUNCTION sortie_decidee();
"""


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0025_annonces_lues"), ("socle", "0008_series_et_messages_tenus")]

    operations = [
        fonction("pass_payments", "sortie_decidee", version=1),
        migrations.RunSQL(GARDE, "DROP TRIGGER sortie_decidee ON decaissements"),
    ]
