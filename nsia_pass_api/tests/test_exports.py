"""Lists as files: whose rows, which columns, no formula, a bounded memory."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.borne_auth.models import Agent, LectureDonnees
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.tests.factories import ClientFactory
from apps.pass_payments.tests.factories import PaiementFactory
from nsia_pass_api.back_office import exports
from nsia_pass_api.back_office.exports import Colonne, ecrire_xlsx, en_csv, texte_csv

AGENCE = "Poto-Poto"


def adresse(modele: str, forme: str, **query: str) -> str:
    return reverse(f"admin:{modele}_export", args=[forme], query=query or None)


def lignes_csv(reponse: Any) -> list[list[str]]:
    contenu = reponse.getvalue()
    assert contenu.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(contenu.decode("utf-8-sig"), newline=""), delimiter=";"))


def lignes_xlsx(reponse: Any) -> list[list[Any]]:
    classeur = openpyxl.load_workbook(io.BytesIO(reponse.getvalue()))
    return [[cellule.value for cellule in ligne] for ligne in classeur.active.iter_rows()]


def connecter(client: Client, role: str) -> Agent:
    agent = AgentFactory.create(role=role, agence=AGENCE)
    client.force_login(agent)
    return agent


@pytest.mark.django_db
class TestListes:
    def test_an_agent_takes_the_rows_of_his_list_and_no_other(self, client: Client) -> None:
        connecter(client, "agent")
        ClientFactory(nom="KONGO", agence=AGENCE, telephone="+242061234567")
        ClientFactory(nom="DAILLEURS", agence="Dolisie")
        titres, *lignes = lignes_csv(client.get(adresse("pass_clients_clientpass", "csv")))
        assert "Téléphone" in titres
        assert [ligne[titres.index("Téléphone")] for ligne in lignes] == ["(+242) 06 123 45 67"]
        assert not any("DAILLEURS" in case for ligne in lignes for case in ligne)

    def test_search_and_filters_of_the_list_hold(self, client: Client) -> None:
        connecter(client, "auditeur")
        ClientFactory(nom="KONGO", statut="suspendu")
        ClientFactory(nom="KONGO")
        ClientFactory(nom="MOUKOKO")
        _, *cherchees = lignes_csv(client.get(adresse("pass_clients_clientpass", "csv", q="kongo")))
        _, *filtrees = lignes_csv(
            client.get(adresse("pass_clients_clientpass", "csv", q="kongo", statut__exact="suspendu"))
        )
        assert (len(cherchees), len(filtrees)) == (2, 1)

    def test_a_page_number_does_not_cut_the_file(self, client: Client) -> None:
        connecter(client, "auditeur")
        ClientFactory.create_batch(60)
        page = client.get(reverse("admin:pass_clients_clientpass_changelist"), {"p": "2"})
        (_, lien), _ = page.context["exports"]
        assert len(lignes_csv(client.get(lien))) == 61

    def test_a_filter_that_makes_no_sense_leads_back_to_the_list(self, client: Client) -> None:
        connecter(client, "auditeur")
        reponse = client.get(adresse("borne_auth_connexionagent", "csv", moment__gte="hier"))
        assert (reponse.status_code, reponse["Location"]) == (302, "/admin/borne_auth/connexionagent/?e=1")

    def test_a_filter_that_the_list_does_not_have_takes_nothing_away(self, client: Client) -> None:
        connecter(client, "auditeur")
        assert client.get(adresse("pass_clients_clientpass", "csv", adresse__startswith="B")).status_code == 400

    def test_an_advisor_reads_but_takes_nothing_away(self, client: Client) -> None:
        connecter(client, "conseiller")
        assert client.get(reverse("admin:pass_clients_clientpass_changelist")).context["exports"] == []
        assert client.get(adresse("pass_clients_clientpass", "csv")).status_code == 403

    def test_who_may_not_read_takes_nothing(self, client: Client) -> None:
        connecter(client, "agent")
        assert client.get(adresse("mtn_integration_logmtn", "csv")).status_code == 403
        client.logout()
        assert client.get(adresse("pass_clients_clientpass", "csv")).status_code == 302

    def test_an_unknown_format_is_not_found(self, client: Client) -> None:
        connecter(client, "auditeur")
        assert client.get(adresse("pass_clients_clientpass", "pdf")).status_code == 404

    def test_amounts_and_dates_are_numbers_and_dates_in_a_workbook(self, client: Client) -> None:
        connecter(client, "auditeur")
        paiement = PaiementFactory(montant=12_500, date_confirmation=datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
        titres, ligne = lignes_xlsx(client.get(adresse("pass_payments_paiementpass", "xlsx")))
        assert ligne[titres.index("Montant")] == 12_500
        assert paiement.numero_transaction in ligne
        assert any(isinstance(case, datetime) for case in ligne)
        _, texte = lignes_csv(client.get(adresse("pass_payments_paiementpass", "csv")))
        assert texte[titres.index("Montant")] == "12500"

    def test_queries_do_not_grow_with_rows(self, client: Client) -> None:
        connecter(client, "auditeur")
        nombres = []
        for _ in range(2):
            PaiementFactory.create_batch(3)
            with CaptureQueriesContext(connection) as requetes:
                client.get(adresse("pass_payments_paiementpass", "csv")).getvalue()
            nombres.append([une["sql"][:300] for une in requetes])
        assert len(nombres[0]) == len(nombres[1]), nombres

    def test_a_list_beyond_what_a_workbook_holds_is_refused_with_a_way_out(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exports, "LIGNES_XLSX", 2)
        connecter(client, "auditeur")
        ClientFactory.create_batch(3)
        reponse = client.get(adresse("pass_clients_clientpass", "xlsx"), follow=True)
        assert "exportez-la en CSV" in str(next(iter(reponse.context["messages"])))

    def test_each_export_is_noted_with_its_rows_and_the_names_of_its_filters(self, client: Client) -> None:
        agent = connecter(client, "gestionnaire")
        ClientFactory.create_batch(2, nom="Nkounkou")
        ClientFactory(nom="Moukoko")
        client.get(adresse("pass_clients_clientpass", "csv", q="nkounkou")).getvalue()
        client.get(adresse("pass_clients_clientpass", "xlsx")).getvalue()
        client.get(adresse("pass_products_produitpass", "csv")).getvalue()
        notees = LectureDonnees.objects.filter(nature="export").order_by("pk")
        assert list(notees.values_list("agent_id", "objet", "nombre", "filtres")) == [
            (agent.pk, "pass_clients.ClientPass", 2, ["q"]),
            (agent.pk, "pass_clients.ClientPass", 3, []),
        ]


@pytest.mark.parametrize(
    ("valeur", "ecrit"),
    [
        ("=1+1", "'=1+1"),
        ("+242", "'+242"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0"),
        ("＝1", "'＝1"),
        ("0612", "'0612"),
        ("2026-01-02", "'2026-01-02"),
        ("1e5", "'1e5"),
        ("CG-2026-VIE-001", "CG-2026-VIE-001"),
        ("+242061234567", "(+242) 06 123 45 67"),
        (-12, "-12"),
        (True, "oui"),
        (None, ""),
        (Decimal("3.50"), "3.50"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 1, 23, 30, tzinfo=UTC), "2026-01-02 00:30:00"),
    ],
)
def test_nothing_in_a_csv_is_run_or_taken_for_something_else(valeur: Any, ecrit: str) -> None:
    assert texte_csv(valeur) == ecrit


def test_a_workbook_holds_texts_as_texts() -> None:
    valeurs = ["=1+1", "+1", "@A1", "0612", "a\x00b", "x" * 40_000, 7, date(2026, 1, 2)]
    fichier = io.BytesIO()
    ecrire_xlsx(fichier, [Colonne("=Titre", lambda une: une)], valeurs)
    feuille = openpyxl.load_workbook(fichier).active
    assert [cellule.data_type for (cellule,) in feuille.iter_rows()] == ["s", *["s"] * 6, "n", "d"]
    assert [cellule.value for (cellule,) in feuille.iter_rows()][:6] == ["=Titre", "=1+1", "+1", "@A1", "0612", "ab"]
    assert len(feuille["A7"].value) == 32_767


def test_memory_does_not_grow_with_the_file() -> None:
    def objets(nombre: int) -> Iterator[int]:
        yield from range(nombre)

    def pic(nombre: int) -> int:
        tracemalloc.start()
        taille = sum(map(len, en_csv([Colonne("n", lambda une: f"ligne {une}")], objets(nombre))))
        ecrire_xlsx(io.BytesIO(), [Colonne("n", lambda une: une)], objets(nombre // 10))
        _, sommet = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert taille > nombre
        return sommet

    assert pic(40_000) < 3 * pic(4_000) < 6_000_000
