"""A client's phone is moved by two people, and both phones are told, whatever writes (docs/decisions/0018)."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction

GARDE = """
    CREATE CONSTRAINT TRIGGER telephone_a_deux AFTER UPDATE ON clients_pass DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (OLD.telephone IS DISTINCT FROM NEW.telephone) EXECUTE FUNCTION telephone_a_deux();
"""


class Migration(migrations.Migration):
    dependencies = [("pass_clients", "0020_numeros_au_socle"), ("socle", "0008_series_et_messages_tenus")]

    operations = [
        fonction("pass_clients", "telephone_a_deux", version=1),
        migrations.RunSQL(GARDE, "DROP TRIGGER telephone_a_deux ON clients_pass"),
    ]
