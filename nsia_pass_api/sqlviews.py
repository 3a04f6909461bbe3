"""Migrations of SQL views and functions: one file a version in `apps/<app>/sql/`, never edited once released.

vue("pass_clients", "contrats", version=1)                  # apps/pass_clients/sql/contrats_v1.sql
vue("pass_clients", "contrats", version=2, precedente=1)    # drops v1, creates v2; reverse: the other way
"""

import re

from django.db.migrations.operations import RunSQL

from .settings.environment import BASE_DIR

_LEADING_COMMENTS = r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*"


def vue(app: str, name: str, *, version: int, precedente: int | None = None) -> RunSQL:
    """The operation after which view `name` is that of `<name>_v<version>.sql`; its reverse restores `precedente`.

    The file is read now and holds `CREATE VIEW name …` alone. Raises ValueError otherwise, or FileNotFoundError.
    """
    drop = f'DROP VIEW "{name}";\n'
    create = _read(app, name, version, "CREATE VIEW")
    if precedente is None:
        return RunSQL(sql=create, reverse_sql=drop)
    return RunSQL(sql=drop + create, reverse_sql=drop + _read(app, name, precedente, "CREATE VIEW"))


def fonction(app: str, name: str, *, version: int, precedente: int | None = None) -> RunSQL:
    """The operation after which function `name` is that of `<name>_v<version>.sql`; its reverse restores `precedente`.

    The file is read now and holds `CREATE OR REPLACE FUNCTION name…`: triggers, views and constraints that use the
    function stay from one version to the next, and PostgreSQL refuses a change of its result type. Raises as `vue`.
    """
    create = _read(app, name, version, "CREATE OR REPLACE FUNCTION")
    if precedente is None:
        return RunSQL(sql=create, reverse_sql=f'DROP FUNCTION "{name}";\n')
    return RunSQL(sql=create, reverse_sql=_read(app, name, precedente, "CREATE OR REPLACE FUNCTION"))


def _read(app: str, name: str, version: int, statement: str) -> str:
    path = BASE_DIR / "apps" / app / "sql" / f"{name}_v{version}.sql"
    sql = path.read_text(encoding="utf-8")
    expected = r"\s+".join(statement.split()) + rf'\s+"?{re.escape(name)}"?(?![\w"])'
    if not re.match(_LEADING_COMMENTS + expected, sql, re.IGNORECASE | re.DOTALL):
        raise ValueError(f"{path}: expected « {statement} {name} … »")
    return sql
