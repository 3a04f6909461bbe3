"""Reading one contract costs the same in a big portfolio as in a small one: what PostgreSQL really does for each view.

`bench/` measures the same at 1 000 and 1 000 000 subscriptions; a few thousand rows are enough to tell a look-up from a scan.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from apps.essais.portfolio import generer_portefeuille
from apps.pass_clients.expressions import PoliceEpelee
from apps.pass_clients.models import NumeroPolice
from apps.pass_clients.polices import epeler

PAGES_AU_PLUS = 24
LIGNES_AU_PLUS = 60
# Everything else grows with the portfolio.
PETITES_TABLES = {"produits_pass", "garanties_pass", "agents"}
VUES = sorted(chemin for chemin in settings.BASE_DIR.glob("apps/*/sql/*.sql") if "CREATE VIEW" in chemin.read_text())


@dataclass(frozen=True)
class Plan:
    noeuds: list[dict[str, Any]]

    @property
    def pages(self) -> int:
        racine = self.noeuds[0]
        return int(racine["Shared Hit Blocks"] + racine["Shared Read Blocks"])

    @property
    def lectures(self) -> list[dict[str, Any]]:
        """The nodes that read a table."""
        return [noeud for noeud in self.noeuds if "Relation Name" in noeud]

    @property
    def tables_parcourues(self) -> set[str]:
        return {noeud["Relation Name"] for noeud in self.lectures if noeud["Node Type"] == "Seq Scan"}

    @property
    def lignes_lues(self) -> float:
        return sum(
            (noeud["Actual Rows"] + noeud.get("Rows Removed by Filter", 0)) * noeud["Actual Loops"]
            for noeud in self.lectures
        )

    @property
    def entree(self) -> tuple[str, str]:
        """The index by which the rows are first reached, and its condition."""
        premiere = next(noeud for noeud in _en_profondeur(self.noeuds[0]) if noeud.get("Index Cond"))
        return premiere["Index Name"], premiere["Index Cond"]


def _en_profondeur(noeud: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Nodes in the order in which the executor first asks them for a row."""
    for enfant in noeud.get("Plans", []):
        yield from _en_profondeur(enfant)
    yield noeud


def _tous(noeud: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield noeud
    for enfant in noeud.get("Plans", []):
        yield from _tous(enfant)


def rows(sql: str, *parametres: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parametres)
        return cursor.fetchall()


def expliquer(sql: str, *parametres: Any) -> Plan:
    rows(sql, *parametres)
    return Plan(list(_tous(rows(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", *parametres)[0][0][0]["Plan"])))


@dataclass(frozen=True)
class Temoins:
    """Who is read: a contract of two periods paid weekly, a client of three contracts."""

    police: str
    souscription: int
    client: int


@pytest.fixture(scope="module")
def temoins(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Temoins]:
    """A portfolio of 3 000 subscriptions, undone after the last test of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_produits_pass", stdout=io.StringIO())
        generer_portefeuille(nombre=3_000, graine=1)
        ((police, souscription),) = rows(
            """
            SELECT n.numero_police, n.souscription_id
            FROM numeros_police_congo n JOIN periodes_couverture p ON p.souscription_id = n.souscription_id
            WHERE p.numero = 2 AND p.nombre_echeances = 52 ORDER BY 2 LIMIT 1
            """
        )
        ((client,),) = rows("SELECT client_id FROM contrats GROUP BY 1 HAVING count(*) = 3 ORDER BY 1 LIMIT 1")
        yield Temoins(police, souscription, client)
        transaction.set_rollback(True)


@pytest.mark.parametrize("vue", ["contrats", "cotisations", "soldes_contrats"])
def test_one_police_is_a_look_up(temoins: Temoins, vue: str) -> None:
    plan = expliquer(f"SELECT * FROM {vue} WHERE police = %s", temoins.police)
    assert plan.tables_parcourues <= PETITES_TABLES
    assert plan.entree == ("polices_numero_unique", f"((numero_police)::text = '{temoins.police}'::text)")
    assert plan.lignes_lues <= LIGNES_AU_PLUS
    assert plan.pages <= PAGES_AU_PLUS


@pytest.mark.parametrize("vue", ["contrats", "cotisations", "soldes_contrats"])
def test_the_contracts_of_a_client_are_look_ups(temoins: Temoins, vue: str) -> None:
    plan = expliquer(f"SELECT * FROM {vue} WHERE client_id = %s", temoins.client)
    assert plan.tables_parcourues <= PETITES_TABLES
    assert f"(client_id = {temoins.client})" in {noeud.get("Index Cond") for noeud in plan.lectures}
    assert plan.lignes_lues <= 3 * LIGNES_AU_PLUS
    assert plan.pages <= 3 * PAGES_AU_PLUS


def test_a_client_s_dashboard_is_a_look_up(temoins: Temoins) -> None:
    plan = expliquer("SELECT * FROM vue_dashboard_pass WHERE client_id = %s", temoins.client)
    assert plan.tables_parcourues <= PETITES_TABLES
    assert plan.lignes_lues <= 4 * LIGNES_AU_PLUS
    assert plan.pages <= 5 * PAGES_AU_PLUS


def test_a_subscription_with_all_that_hangs_on_it_is_a_look_up(temoins: Temoins) -> None:
    plan = expliquer("SELECT * FROM vue_souscriptions_pass_completes WHERE souscription_id = %s", temoins.souscription)
    assert plan.tables_parcourues <= PETITES_TABLES
    assert plan.lignes_lues <= LIGNES_AU_PLUS
    assert plan.pages <= PAGES_AU_PLUS + 8


def test_a_police_that_nobody_has_costs_one_descent(temoins: Temoins) -> None:
    plan = expliquer("SELECT * FROM soldes_contrats WHERE police = %s", "CG-1999-VIE-001")
    assert plan.pages <= 4


def test_a_police_is_found_by_how_it_is_spelled(temoins: Temoins) -> None:
    epelees = NumeroPolice.objects.alias(epelee=PoliceEpelee("numero_police")).filter(epelee=epeler(temoins.police))
    sql, parametres = epelees.values("pk").query.sql_with_params()
    plan = expliquer(sql, *parametres)
    assert plan.entree[0] == "polices_epelees"


@pytest.mark.parametrize("vue", ["cotisations", "soldes_contrats"])
def test_the_schedule_is_inlined(temoins: Temoins, vue: str) -> None:
    plan = expliquer(f"SELECT * FROM {vue} WHERE police = %s", temoins.police)
    assert "echeances_pass" not in {noeud.get("Function Name") for noeud in plan.noeuds}


def test_the_exclusion_of_overlaps_is_never_used_to_look_a_subscription_up(temoins: Temoins) -> None:
    """Its GiST index costs the planner as much as the unique one, and reads ten times more pages."""
    plan = expliquer("SELECT * FROM periodes_couverture WHERE souscription_id = %s", temoins.souscription)
    assert {noeud.get("Index Name") for noeud in plan.lectures} == {"periodes_numero_unique"}


def test_views_are_linted() -> None:
    assert {chemin.name.rsplit("_v", 1)[0] for chemin in VUES} == {
        "contrats",
        "cotisations",
        "examens_attendus",
        "soldes_contrats",
        "vue_dashboard_pass",
        "vue_souscriptions_pass_completes",
    }


@pytest.mark.parametrize("fichier", ["echeances_pass_v1.sql", *(chemin.name for chemin in VUES)])
def test_no_view_groups_a_whole_table_or_numbers_its_rows(fichier: str) -> None:
    """A grouped join or a window over everything keeps a police from reaching its index: 235 ms instead of 0.07."""
    (chemin,) = settings.BASE_DIR.glob(f"apps/*/sql/{fichier}")
    sql = re.sub(r"--[^\n]*", "", chemin.read_text())
    assert not re.search(r"\bGROUP\s+BY\b|\bDISTINCT\b|\brow_number\b|\bUNION\b|\bWITH\b", sql, re.IGNORECASE)
    fenetres = re.findall(r"\bOVER\s*(\(|\w+)\s*([^)]*)", sql, re.IGNORECASE)
    assert all(ouvrante == "(" and contenu.startswith("PARTITION BY") for ouvrante, contenu in fenetres)
