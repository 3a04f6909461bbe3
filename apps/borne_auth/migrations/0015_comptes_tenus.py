"""What opens the account of who decides is held whole, and the keys by which tables know each other do not move."""

from django.db import migrations

from nsia_pass_api.gardes import reserver
from nsia_pass_api.sqlviews import fonction

LOIS = """
    DROP TRIGGER compte_a_deux ON facteurs_agents;
    CREATE TRIGGER compte_a_deux BEFORE INSERT OR DELETE ON facteurs_agents FOR EACH ROW EXECUTE FUNCTION compte_a_deux();
    CREATE TRIGGER compte_a_deux_secret BEFORE UPDATE ON facteurs_agents FOR EACH ROW
        WHEN (OLD.secret_scelle IS DISTINCT FROM NEW.secret_scelle) EXECUTE FUNCTION compte_a_deux();
    CREATE TRIGGER compte_a_deux BEFORE INSERT OR DELETE ON codes_secours FOR EACH ROW EXECUTE FUNCTION compte_a_deux();
    CREATE CONSTRAINT TRIGGER facteur_remplace AFTER DELETE ON facteurs_agents DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        EXECUTE FUNCTION facteur_remplace();
"""
SANS = """
    DROP TRIGGER facteur_remplace ON facteurs_agents;
    DROP TRIGGER compte_a_deux ON codes_secours;
    DROP TRIGGER compte_a_deux_secret ON facteurs_agents;
    DROP TRIGGER compte_a_deux ON facteurs_agents;
    CREATE TRIGGER compte_a_deux BEFORE DELETE ON facteurs_agents FOR EACH ROW EXECUTE FUNCTION compte_a_deux();
"""
# Two rows that exchange their keys exchange all that others say of them: roles, contracts, receipts.
DESIGNEES = {
    "agences": "id",
    "agents": "id",
    "beneficiaires_pass": "id",
    "bornes": "id",
    "clients_pass": "id",
    "decaissements": "id",
    "faits": "id",
    "imports_fichiers": "id",
    "paiements_pass": "id",
    "produits_pass": "id",
    "propositions": "id",
    "rapprochements": "id",
}


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0014_agences"),
        ("pass_payments", "0025_annonces_lues"),
        ("socle", "0009_reglages_bornes"),
    ]

    operations = [
        fonction("borne_auth", "compte_decide", version=1),
        fonction("borne_auth", "facteur_remplace", version=1),
        fonction("borne_auth", "compte_a_deux", version=2, precedente=1),
        migrations.RunSQL(LOIS, SANS),
        # Renamed, a setting would hold for another; its bounds are those of the code.
        reserver("reglages", actes="INSERT OR UPDATE OF nom, minimum, maximum"),
        *(reserver(table, actes=f"UPDATE OF {cle}", nom="cle_immuable") for table, cle in DESIGNEES.items()),
    ]
