"""The guards of the database hold against the role that serves requests (docs/decisions/0018).

Each trigger that pgtrigger writes asks `_pgtrigger_should_ignore` first, and pgtrigger's own version believes `SET
pgtrigger.ignore`, which any session may say. Ours believes it of who owns the table alone. Each migration that installs a trigger
writes pgtrigger's version again, hence ours is written after each `migrate`.
"""

from functools import reduce
from operator import or_
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import RunSQL
from django.db.models.signals import post_migrate

# Both names of whoever writes: a function that runs with its owner's rights lends them to nobody, nor does SET ROLE take them
# from a test. A superuser owns everything. Without `true` a setting that nobody has made would be an error, caught row by row.
IGNORER = """
CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN AS $ignorer$
DECLARE
    _ignores TEXT := current_setting('pgtrigger.ignore', true);
BEGIN
    IF coalesce(_ignores, '') IN ('', '{}') THEN
        RETURN FALSE;
    END IF;
    RETURN trigger_name = ANY(_ignores::text[]) AND coalesce((
        SELECT bool_and(pg_has_role(current_user, c.relowner, 'USAGE') AND pg_has_role(session_user, c.relowner, 'USAGE'))
        FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
        WHERE t.tgname = trigger_name
    ), FALSE);
END
$ignorer$ LANGUAGE plpgsql;
"""
# What only our version says.
SIGNE = "pg_has_role(session_user"


def poser(using: str, **kwargs: Any) -> None:
    """The switch of the guards obeys the owner alone."""
    with connections[using].cursor() as cursor:
        cursor.execute(IGNORER)


def installer() -> None:
    """After each migration; pgtrigger's own handler of the same signal has run by then."""
    post_migrate.connect(poser, sender=apps.get_app_config("pgtrigger"), dispatch_uid="gardes")


def tiennent(connection: BaseDatabaseWrapper) -> bool:
    """Whether the switch is ours: a migration that was interrupted leaves pgtrigger's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_proc WHERE proname = '_pgtrigger_should_ignore' AND position(%s IN prosrc) > 0",
            [SIGNE],
        )
        return bool(cursor.fetchone()[0])


def fige(*champs: str, name: str, quand: pgtrigger.Q) -> pgtrigger.Protect:
    """The trigger that refuses to change `champs` of a row that was as `quand` says (`old__…`)."""
    change = reduce(or_, (pgtrigger.Q(**{f"old__{champ}__df": pgtrigger.F(f"new__{champ}")}) for champ in champs))
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update, condition=quand & change)


def reserver(table: str, *, actes: str = "INSERT OR UPDATE OR DELETE", nom: str = "proprietaire_seul") -> RunSQL:
    """The operation after which `actes` on `table` are the owner's alone (`proprietaire_seul` of borne_auth's sql).

    `nom`: of the trigger, of which a table has one of each name.
    """
    return RunSQL(
        f"CREATE TRIGGER {nom} BEFORE {actes} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION proprietaire_seul();",
        f"DROP TRIGGER {nom} ON {table};",
    )
