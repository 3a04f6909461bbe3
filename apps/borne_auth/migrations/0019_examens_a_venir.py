"""The days of examination are written by the triggers that keep them, and by nobody who serves requests."""

from django.db import migrations

GARDER = """
    CREATE TRIGGER proprietaire_seul BEFORE INSERT OR UPDATE OR DELETE ON examens_souscriptions FOR EACH STATEMENT
        WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION proprietaire_seul();
"""
LAISSER = "DROP TRIGGER proprietaire_seul ON examens_souscriptions;"


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0018_session_du_jeton"),
        ("pass_payments", "0029_examens_a_venir"),
    ]

    operations = [migrations.RunSQL(GARDER, LAISSER)]
