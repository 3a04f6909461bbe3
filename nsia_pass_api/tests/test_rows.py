from datetime import date

import pytest

from nsia_pass_api.rows import rows

pytestmark = pytest.mark.django_db


def test_one_dictionary_a_row_with_json_decoded() -> None:
    sql = """
        SELECT k AS rang, %(jour)s + k AS jour, jsonb_build_object('k', k) AS objet, '[1]'::json AS liste,
               NULL::jsonb AS rien, 'é' AS texte
        FROM generate_series(1, %(nombre)s) k
    """

    assert rows(sql, {"nombre": 2, "jour": date(2026, 11, 20)}) == [
        {"rang": 1, "jour": date(2026, 11, 21), "objet": {"k": 1}, "liste": [1], "rien": None, "texte": "é"},
        {"rang": 2, "jour": date(2026, 11, 22), "objet": {"k": 2}, "liste": [1], "rien": None, "texte": "é"},
    ]


def test_no_row() -> None:
    assert rows("SELECT 1 AS un WHERE false", {}) == []


def test_values_are_never_part_of_the_statement() -> None:
    assert rows("SELECT %(texte)s AS texte", {"texte": "'; DROP TABLE x; --"}) == [{"texte": "'; DROP TABLE x; --"}]
