from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.state import ProjectState

from nsia_pass_api.sqlviews import fonction, vue


@pytest.fixture
def sql_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("nsia_pass_api.sqlviews.BASE_DIR", tmp_path)
    folder = tmp_path / "apps" / "essai" / "sql"
    folder.mkdir(parents=True)
    return folder


def test_first_version_creates_and_its_reverse_drops(sql_folder: Path) -> None:
    (sql_folder / "paires_v1.sql").write_text("CREATE VIEW paires AS SELECT 1 AS un;\n")

    operation = vue("essai", "paires", version=1)

    assert operation.sql == "CREATE VIEW paires AS SELECT 1 AS un;\n"
    assert operation.reverse_sql == 'DROP VIEW "paires";\n'


def test_next_version_replaces_and_its_reverse_restores(sql_folder: Path) -> None:
    (sql_folder / "paires_v1.sql").write_text("CREATE VIEW paires AS SELECT 1 AS un;\n")
    (sql_folder / "paires_v2.sql").write_text("CREATE VIEW paires AS SELECT 2 AS deux;\n")

    operation = vue("essai", "paires", version=2, precedente=1)

    assert operation.sql == 'DROP VIEW "paires";\nCREATE VIEW paires AS SELECT 2 AS deux;\n'
    assert operation.reverse_sql == 'DROP VIEW "paires";\nCREATE VIEW paires AS SELECT 1 AS un;\n'


def test_the_file_is_read_when_the_operation_is_made(sql_folder: Path) -> None:
    path = sql_folder / "paires_v1.sql"
    path.write_text("CREATE VIEW paires AS SELECT 1 AS un;\n")
    operation = vue("essai", "paires", version=1)
    path.unlink()

    assert operation.sql == "CREATE VIEW paires AS SELECT 1 AS un;\n"


def test_missing_file_is_named(sql_folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"paires_v3\.sql"):
        vue("essai", "paires", version=3)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW paires AS SELECT 1",
        "-- why\n/* and\nhow */\nCREATE VIEW paires AS SELECT 1",
        'create view "paires" as select 1',
        "CREATE\n  VIEW paires(un) AS SELECT 1",
    ],
)
def test_comments_and_spelling_of_the_statement_are_free(sql_folder: Path, sql: str) -> None:
    (sql_folder / "paires_v1.sql").write_text(sql)

    assert vue("essai", "paires", version=1).sql == sql


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "CREATE OR REPLACE VIEW paires AS SELECT 1",
        "CREATE VIEW impaires AS SELECT 1",
        "CREATE VIEW paires_bis AS SELECT 1",
        "-- CREATE VIEW paires AS SELECT 1",
        "DROP TABLE clients_pass; CREATE VIEW paires AS SELECT 1",
    ],
)
def test_another_statement_is_refused(sql_folder: Path, sql: str) -> None:
    (sql_folder / "paires_v1.sql").write_text(sql)

    with pytest.raises(ValueError, match="CREATE VIEW paires"):
        vue("essai", "paires", version=1)


def test_function_versions_replace_in_place(sql_folder: Path) -> None:
    (sql_folder / "tirer_v1.sql").write_text("CREATE OR REPLACE FUNCTION tirer() RETURNS int RETURN 1;\n")
    (sql_folder / "tirer_v2.sql").write_text("CREATE OR REPLACE FUNCTION tirer() RETURNS int RETURN 2;\n")

    first = fonction("essai", "tirer", version=1)
    second = fonction("essai", "tirer", version=2, precedente=1)

    assert (first.sql, first.reverse_sql) == (
        "CREATE OR REPLACE FUNCTION tirer() RETURNS int RETURN 1;\n",
        'DROP FUNCTION "tirer";\n',
    )
    assert (second.sql, second.reverse_sql) == (
        "CREATE OR REPLACE FUNCTION tirer() RETURNS int RETURN 2;\n",
        "CREATE OR REPLACE FUNCTION tirer() RETURNS int RETURN 1;\n",
    )


@pytest.mark.django_db
def test_forward_and_back_on_the_database(sql_folder: Path) -> None:
    (sql_folder / "essai_vue_v1.sql").write_text("CREATE VIEW essai_vue AS SELECT '100 %'::text AS taux;\n")
    (sql_folder / "essai_vue_v2.sql").write_text("CREATE VIEW essai_vue AS SELECT 2 AS taux;\n")
    (sql_folder / "essai_fonction_v1.sql").write_text(
        "CREATE OR REPLACE FUNCTION essai_fonction() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 7; END; $$;\n"
    )
    operations = [
        vue("essai", "essai_vue", version=1),
        vue("essai", "essai_vue", version=2, precedente=1),
        fonction("essai", "essai_fonction", version=1),
    ]
    state = ProjectState()

    def read(sql: str) -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    with connection.schema_editor() as editor:
        for operation in operations:
            operation.database_forwards("essai", editor, state, state)
    assert (read("SELECT taux FROM essai_vue"), read("SELECT essai_fonction()")) == (2, 7)

    with connection.schema_editor() as editor:
        operations[2].database_backwards("essai", editor, state, state)
        operations[1].database_backwards("essai", editor, state, state)
    assert read("SELECT taux FROM essai_vue") == "100 %"

    with connection.schema_editor() as editor:
        operations[0].database_backwards("essai", editor, state, state)
    assert read("SELECT count(*) FROM pg_class WHERE relname = 'essai_vue'") == 0
    assert read("SELECT count(*) FROM pg_proc WHERE proname = 'essai_fonction'") == 0
