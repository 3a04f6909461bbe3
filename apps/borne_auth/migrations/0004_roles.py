"""The five roles, and one of them at most for each agent. What each may do is written after migrations (`equipe.accorder_roles`)."""

from typing import Any

from django.db import migrations

ROLES = ["administrateur", "gestionnaire", "agent", "conseiller", "auditeur"]


def creer(apps: Any, editor: Any) -> None:
    groupes = apps.get_model("auth", "Group").objects.using(editor.connection.alias)
    for role in ROLES:
        groupes.get_or_create(name=role)


def oter(apps: Any, editor: Any) -> None:
    apps.get_model("auth", "Group").objects.using(editor.connection.alias).filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0003_demandes_confirmation"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunPython(creer, oter),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX agents_un_role ON agents_groups (agent_id)",
            "DROP INDEX agents_un_role",
        ),
    ]
