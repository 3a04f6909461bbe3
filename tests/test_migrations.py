"""Migrations lead forwards, back to nothing, and forwards again; and nothing in the models waits for one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from pgtrigger.registry import registered

ALIAS = "brouillon"
# From the right, so that nothing is left that points to what goes.
APPS = ["mtn_integration", "borne_auth", "pass_payments", "pass_clients", "pass_products", "socle"]


@pytest.fixture
def brouillon(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """An empty database of its own beside the test database."""
    principale = connections["default"]
    nom = f"{principale.settings_dict['NAME']}_{ALIAS}"
    with django_db_blocker.unblock():
        with principale._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{nom}"')
            cursor.execute(f'CREATE DATABASE "{nom}"')
        connections.settings[ALIAS] = {**principale.settings_dict, "NAME": nom}
        try:
            yield connections[ALIAS]
        finally:
            connections[ALIAS].close()
            del connections[ALIAS]
            del connections.settings[ALIAS]
            with principale._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{nom}"')


def objets(base: Any) -> set[tuple[str, str]]:
    """Relations, functions, triggers and extensions of the schema, without those of extensions."""
    with base.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'relation', c.oid::regclass::text FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
            UNION ALL
            SELECT 'fonction', p.oid::regprocedure::text FROM pg_proc p
            WHERE p.pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            UNION ALL
            SELECT 'declencheur', t.tgname || ' ON ' || t.tgrelid::regclass FROM pg_trigger t WHERE NOT t.tgisinternal
            UNION ALL
            SELECT 'extension', extname FROM pg_extension
            """
        )
        return set(cursor.fetchall())


def test_forwards_back_to_nothing_and_forwards_again(brouillon: Any) -> None:
    def migrer(*cible: str) -> None:
        call_command("migrate", *cible, database=ALIAS, verbosity=0, interactive=False)

    migrer()
    completes = objets(brouillon)
    for app in APPS:
        migrer(app, "zero")
    restes = objets(brouillon)
    migrer()

    ours = {nom for sorte, nom in completes if sorte == "relation" and nom.split("_")[0] not in ("auth", "django")}
    assert {"souscriptions_pass", "paiements_pass", "contrats", "cotisations", "soldes_contrats"} <= ours
    assert {nom for sorte, nom in restes if sorte == "relation"} & ours == set()
    assert {nom for sorte, nom in restes if sorte == "declencheur"} == set()
    # pgtrigger leaves the functions of the triggers that it removes.
    assert {nom for sorte, nom in restes if sorte == "fonction" and "pgtrigger_" not in nom} == set()
    assert {nom for sorte, nom in restes if sorte == "extension"} == {"plpgsql"}
    assert objets(brouillon) == completes


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_triggers_are_those_of_the_models(db: None) -> None:
    etats = {trigger.get_pgid(model): trigger.get_installation_status(model) for model, trigger in registered()}

    assert len(etats) >= 11
    assert set(etats.values()) == {("INSTALLED", True)}
