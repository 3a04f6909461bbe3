"""A series advances by what one batch draws, a message follows its course (docs/decisions/0018)."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction

GARDES = """
    CREATE TRIGGER serie_bornee BEFORE INSERT OR UPDATE ON series_numeros FOR EACH ROW EXECUTE FUNCTION serie_bornee();
    CREATE TRIGGER message_suivi BEFORE INSERT OR UPDATE ON messages_sortants FOR EACH ROW EXECUTE FUNCTION message_suivi();
"""
SANS = """
    DROP TRIGGER message_suivi ON messages_sortants;
    DROP TRIGGER serie_bornee ON series_numeros;
"""


class Migration(migrations.Migration):
    dependencies = [("socle", "0007_propositions"), ("pass_payments", "0024_propositions_au_socle")]

    operations = [
        fonction("socle", "ecrit_le_proprietaire", version=1),
        fonction("socle", "ecrite_ici", version=1),
        fonction("socle", "annonce_en_attente", version=1),
        fonction("socle", "decidee_a_deux", version=1),
        fonction("socle", "message_suivi", version=1),
        fonction("socle", "serie_bornee", version=1),
        migrations.RunSQL(GARDES, SANS),
    ]
