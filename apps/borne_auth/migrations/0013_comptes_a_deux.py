"""Accounts that decide are given by two people, and nobody decides what somebody asked whose account is in the same hands."""

from django.db import migrations

from nsia_pass_api.sqlviews import fonction

LOIS = """
    CREATE TRIGGER proposition_independante BEFORE UPDATE ON propositions FOR EACH ROW
        WHEN (NEW.decideur_id <> NEW.demandeur_id AND OLD.decideur_id IS DISTINCT FROM NEW.decideur_id)
        EXECUTE FUNCTION proposition_independante();
    CREATE TRIGGER compte_a_deux BEFORE UPDATE ON agents FOR EACH ROW
        WHEN (OLD.password IS DISTINCT FROM NEW.password) EXECUTE FUNCTION compte_a_deux();
    CREATE TRIGGER compte_a_deux BEFORE DELETE ON facteurs_agents FOR EACH ROW EXECUTE FUNCTION compte_a_deux();
    CREATE TRIGGER compte_a_deux BEFORE INSERT OR UPDATE ON agents_groups FOR EACH ROW EXECUTE FUNCTION compte_a_deux();
"""
SANS = """
    DROP TRIGGER compte_a_deux ON agents_groups;
    DROP TRIGGER compte_a_deux ON facteurs_agents;
    DROP TRIGGER compte_a_deux ON agents;
    DROP TRIGGER proposition_independante ON propositions;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0012_gardes_du_service"),
        ("pass_payments", "0017_versements_a_deux"),
    ]

    operations = [
        fonction("borne_auth", "personnes_liees", version=1),
        fonction("borne_auth", "proposition_independante", version=1),
        fonction("borne_auth", "compte_a_deux", version=1),
        migrations.RunSQL(LOIS, SANS),
    ]
