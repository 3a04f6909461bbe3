"""Clients found by name, however it is written; the queries that it takes; whose rows answer."""

from random import Random
from typing import Any

import pytest
from django.db import connection

from apps.pass_clients import recherche
from apps.pass_clients.models import ClientPass
from apps.pass_clients.recherche import clients_nommes
from apps.pass_clients.tests.factories import ClientFactory

pytestmark = pytest.mark.django_db

TOUS = ClientPass.objects.all()


def nommes(terme: str, *, clients: Any = TOUS) -> list[str]:
    return [str(client) for client in clients_nommes(clients, terme)]


@pytest.fixture
def clients() -> None:
    for prenom, nom in [
        ("Éloïse", "N'ZABA"),
        ("Jean-Baptiste", "KONGO"),
        ("Jean", "KONGO"),
        ("Prosper", "MABIALA"),
        ("Chœur", "OKEMBA"),
        ("Victorine", "NGOMA"),
        ("Marie", "AKONGO"),
    ]:
        ClientFactory(prenom=prenom, nom=nom)


@pytest.mark.usefixtures("clients")
class TestNoms:
    @pytest.mark.parametrize(
        ("terme", "attendus"),
        [
            ("eloise", ["Éloïse N'ZABA"]),
            ("ÉLOÏSE nzaba", ["Éloïse N'ZABA"]),
            ("n’zaba", ["Éloïse N'ZABA"]),
            ("choeur", ["Chœur OKEMBA"]),
            ("baptiste", ["Jean-Baptiste KONGO"]),
            ("jean-baptiste", ["Jean-Baptiste KONGO"]),
            ("KONGO jean", ["Jean KONGO", "Jean-Baptiste KONGO"]),  # the closest first
            ("mab", ["Prosper MABIALA"]),
        ],
    )
    def test_accents_case_hyphens_and_apostrophes_do_not_count(self, terme: str, attendus: list[str]) -> None:
        assert nommes(terme) == attendus

    @pytest.mark.parametrize(
        ("terme", "attendu"),
        [
            ("mabyala", "Prosper MABIALA"),
            ("mabialla", "Prosper MABIALA"),
            ("prospere mabyala", "Prosper MABIALA"),
            ("okamba", "Chœur OKEMBA"),
            ("ngama", "Victorine NGOMA"),
            ("nzabba", "Éloïse N'ZABA"),
        ],
    )
    def test_a_typing_error_is_forgiven(self, terme: str, attendu: str) -> None:
        assert nommes(terme) == [attendu]

    def test_what_was_set_before_on_the_connection_does_not_count(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', '0.9', false)")
        assert nommes("okamba") == ["Chœur OKEMBA"]

    @pytest.mark.parametrize("terme", ["zzz", "%", "_", "'; --", "’", "-", "محمد", "kongo zzz", "a" * 500])
    def test_what_names_nobody_finds_nobody(self, terme: str) -> None:
        assert nommes(terme) == []

    def test_the_rows_left_out_do_not_answer(self) -> None:
        assert nommes("kongo", clients=TOUS.filter(prenom="Jean")) == ["Jean KONGO"]
        assert nommes("mabyala", clients=TOUS.exclude(nom="MABIALA")) == []

    @pytest.mark.parametrize(("terme", "requetes"), [("kongo", 2), ("mabyala", 4), ("zzz", 3), ("%", 0)])
    def test_queries(self, django_assert_num_queries: Any, terme: str, requetes: int) -> None:
        with django_assert_num_queries(requetes):
            nommes(terme)


def test_rows_one_may_not_read_take_nobody_s_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recherche, "CANDIDATS", 4)
    monkeypatch.setattr(recherche, "TROUVES", 3)
    for rang in range(8):
        ClientFactory(prenom="Jean", nom="KONGO", agence="Ouenzé" if rang == 7 else "Poto-Poto")
    assert len(nommes("kongo")) == len(nommes("konggo")) == 3
    assert nommes("kongo", clients=TOUS.filter(agence__nom="Ouenzé")) == ["Jean KONGO"]


def test_one_error_in_a_long_name_is_forgiven() -> None:
    """A letter of the name, neither of its first three nor its last, is dropped, doubled or replaced."""
    graine = Random().randrange(2**32)
    hasard = Random(graine)
    ClientFactory(prenom="Prosper", nom="NKOUNKOUSSA")
    nom = "nkounkoussa"
    for _ in range(40):
        rang = hasard.randrange(3, len(nom) - 1)
        ecrit = nom[:rang] + hasard.choice(["", nom[rang] * 2, hasard.choice("aeiou")]) + nom[rang + 1 :]
        assert nommes(ecrit) == ["Prosper NKOUNKOUSSA"], (graine, ecrit)


def test_the_index_is_that_of_the_search() -> None:
    """Without sequential scans both steps read it: the expression of the queries is that of the index, letter for letter."""
    ClientFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for condition in ("LIKE '%%' || nom_cherchable('kongo') || '%%'", "%%> nom_cherchable('kongo')"):
            cursor.execute(f"EXPLAIN SELECT id FROM clients_pass WHERE nom_cherchable(prenom, nom) {condition}", [])
            assert "clients_par_nom" in "\n".join(ligne for (ligne,) in cursor.fetchall())
