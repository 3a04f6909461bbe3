"""A message follows its course, and no number of a client changes without one that is about to leave (docs/decisions/0018)."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction

GARDES = """
    CREATE TRIGGER message_suivi BEFORE INSERT OR UPDATE ON messages_sortants FOR EACH ROW EXECUTE FUNCTION message_suivi();
    CREATE CONSTRAINT TRIGGER telephone_a_deux AFTER UPDATE ON clients_pass DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (OLD.telephone IS DISTINCT FROM NEW.telephone) EXECUTE FUNCTION telephone_a_deux();
"""
SANS = """
    DROP TRIGGER telephone_a_deux ON clients_pass;
    DROP TRIGGER message_suivi ON messages_sortants;
"""


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0020_reprise_a_part"), ("pass_clients", "0020_series_bornees")]

    operations = [
        fonction("pass_payments", "decidee_a_deux", version=1),
        fonction("pass_payments", "ecrite_ici", version=1),
        fonction("pass_payments", "annonce_en_attente", version=1),
        fonction("pass_payments", "message_suivi", version=1),
        fonction("pass_payments", "telephone_a_deux", version=1),
        fonction("pass_payments", "mobile_money_annonce", version=2, precedente=1),
        migrations.RunSQL(GARDES, SANS),
    ]
