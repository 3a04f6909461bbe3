"""A police is replaced by two people, and one that is placed by hand is not another's in other letters."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction

GARDES = """
    CREATE CONSTRAINT TRIGGER police_a_deux AFTER UPDATE ON numeros_police_congo DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (OLD.numero_police IS DISTINCT FROM NEW.numero_police) EXECUTE FUNCTION police_a_deux();
    CREATE TRIGGER police_sans_sosie BEFORE INSERT OR UPDATE OF numero_police ON numeros_police_congo FOR EACH ROW
        WHEN (NEW.mode_attribution = 'manuel') EXECUTE FUNCTION police_sans_sosie();
"""
SANS = """
    DROP TRIGGER police_a_deux ON numeros_police_congo;
    DROP TRIGGER police_sans_sosie ON numeros_police_congo;
"""


class Migration(migrations.Migration):
    dependencies = [("pass_clients", "0021_telephone_a_deux"), ("socle", "0008_series_et_messages_tenus")]

    operations = [
        fonction("pass_clients", "police_a_deux", version=1),
        fonction("pass_clients", "police_sans_sosie", version=1),
        migrations.RunSQL(GARDES, SANS),
    ]
