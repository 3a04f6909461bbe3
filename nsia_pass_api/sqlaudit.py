"""Migrations of the audit: a table whose rows are followed, a journal that nobody edits (docs/decisions/0012).

auditer("sinistres", masquees=["code_secret"])      # every insert, change, deletion and TRUNCATE is in journal_audit
"""

from collections.abc import Sequence

from django.db.migrations.operations import RunSQL

_ACTES = {
    "ajout": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS nouvelles",
    "changement": "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS anciennes NEW TABLE AS nouvelles",
    "suppression": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS anciennes",
    "vidage": "BEFORE TRUNCATE ON {table}",
}


def auditer(
    table: str,
    *,
    cle: str = "id",
    masquees: Sequence[str] = (),
    ignorees: Sequence[str] = (),
    avant: RunSQL | None = None,
) -> RunSQL:
    """The operation after which each write on `table` is recorded, whoever makes it and however.

    `cle`: its primary key. `masquees`: columns of which only the change is recorded, not the values. `ignorees`: columns whose
    change alone is not. `avant`: what an earlier migration said of this table, to which the reverse comes back.
    """
    arguments = f"'{cle}', '{_liste(masquees)}', '{_liste(ignorees)}'"
    poser = "".join(
        f"CREATE OR REPLACE TRIGGER audit_{acte} {quand.format(table=table)} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION journal_audit_noter({arguments});\n"
        for acte, quand in _ACTES.items()
    )
    oter = "".join(f"DROP TRIGGER audit_{acte} ON {table};\n" for acte in _ACTES)
    return RunSQL(poser, avant.sql if avant else oter)


def figer(table: str, *, par_declencheur: bool = False, vidable: bool = False) -> RunSQL:
    """The operation after which rows of `table` are only added; `par_declencheur`: by triggers of other tables alone.

    `vidable`: TRUNCATE, which is the owner's, may empty it; Django's `flush` does for the tables that it manages.
    """
    actes = "UPDATE OR DELETE" if vidable else "UPDATE OR DELETE OR TRUNCATE"
    actes = f"INSERT OR {actes}" if par_declencheur else actes
    return RunSQL(
        f"CREATE TRIGGER journal_fige BEFORE {actes} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION journal_figer();",
        f"DROP TRIGGER journal_fige ON {table};",
    )


def _liste(colonnes: Sequence[str]) -> str:
    return "{" + ",".join(colonnes) + "}"
