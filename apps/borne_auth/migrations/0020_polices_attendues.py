"""What waits for its police is written by the triggers that keep it, and by nobody who serves requests."""

from django.db import migrations

GARDER = """
    CREATE TRIGGER proprietaire_seul BEFORE INSERT OR UPDATE OR DELETE ON polices_attendues FOR EACH STATEMENT
        WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION proprietaire_seul();
"""
LAISSER = "DROP TRIGGER proprietaire_seul ON polices_attendues;"


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0019_examens_a_venir"),
        ("pass_clients", "0023_polices_attendues"),
    ]

    operations = [migrations.RunSQL(GARDER, LAISSER)]
