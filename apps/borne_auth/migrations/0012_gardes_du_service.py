"""What the role that serves requests may not write, whatever it sets (docs/decisions/0018)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from nsia_pass_api.gardes import reserver
from nsia_pass_api.sqlaudit import figer
from nsia_pass_api.sqlviews import fonction

# All rights: given and taken by a command of the server (`createsuperuser`).
TOUS_LES_DROITS = """
    CREATE TRIGGER tous_les_droits_a_la_creation BEFORE INSERT ON agents FOR EACH ROW
        WHEN (NEW.is_superuser) EXECUTE FUNCTION proprietaire_seul();
    CREATE TRIGGER tous_les_droits BEFORE UPDATE ON agents FOR EACH ROW
        WHEN (OLD.is_superuser IS DISTINCT FROM NEW.is_superuser) EXECUTE FUNCTION proprietaire_seul();
"""
SANS = """
    DROP TRIGGER tous_les_droits_a_la_creation ON agents;
    DROP TRIGGER tous_les_droits ON agents;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0011_demandes_sans_session"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        fonction("borne_auth", "proprietaire_seul", version=1),
        migrations.RunSQL(TOUS_LES_DROITS, SANS),
        # What a role may do is written by migrations (`equipe.accorder_roles`).
        reserver("auth_group"),
        reserver("auth_group_permissions"),
        reserver("auth_permission"),
        reserver("django_content_type"),
        reserver("django_migrations"),
        reserver("agents_user_permissions"),
        figer("django_admin_log", vidable=True),
        pgtrigger.migrations.AddTrigger(
            model_name="agent",
            trigger=pgtrigger.compiler.Trigger(
                name="agent_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="e64b8175d439bd491c9a1f383f367ad6d9fd6937",
                    operation="DELETE",
                    pgid="pgtrigger_agent_indelebile_6b851",
                    table="agents",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="agent",
            trigger=pgtrigger.compiler.Trigger(
                name="agent_inscrit_une_fois",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="39160555aedf0d870e75483e1d73fd1000d87c5c",
                    operation="UPDATE",
                    pgid="pgtrigger_agent_inscrit_une_fois_1dd9d",
                    table="agents",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="borne",
            trigger=pgtrigger.compiler.Trigger(
                name="borne_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="d691408820a7a4acdb6a94cd3950f8957bf7c7f5",
                    operation="DELETE",
                    pgid="pgtrigger_borne_indelebile_ea40d",
                    table="bornes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="borne",
            trigger=pgtrigger.compiler.Trigger(
                name="borne_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."creee_le" IS DISTINCT FROM (NEW."creee_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="0397f92755a2904c3b7f6b0ca4d804e38d47da3c",
                    operation="UPDATE",
                    pgid="pgtrigger_borne_immuable_84838",
                    table="bornes",
                    when="BEFORE",
                ),
            ),
        ),
    ]
