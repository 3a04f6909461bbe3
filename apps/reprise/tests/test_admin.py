"""The former database in the back office: what waits, by reason, and each passage with its account."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.borne_auth.tests.factories import AgentFactory
from apps.reprise.bilan import Bilan
from apps.reprise.models import LigneReprise, Reprise

pytestmark = pytest.mark.django_db
LISTE = "/admin/reprise/lignereprise/"


def ligne(rang: int, **champs: Any) -> LigneReprise:
    communs = {"table_source": "paiementpass", "empreinte": f"{rang:064}", "rang": 1, "brut": {"montant": "x"}}
    return LigneReprise.objects.create(**communs | {"sort": "quarantaine", "motif": "montant_nul"} | champs)


@pytest.fixture
def auditeur(client: Client) -> Client:
    client.force_login(AgentFactory.create(role="auditeur"))
    return client


def test_totals_by_reason_lead_to_the_rows(auditeur: Client) -> None:
    ligne(1, montant=0)
    ligne(2, motif="sans_souscription", montant=1_500)
    ligne(3, motif="sans_souscription", montant=500)
    placee = ligne(4, sort="placee", motif="", placee_le=timezone.now(), reserves=["nom_different"])
    page = auditeur.get(LISTE)
    assert [(un["libelle"], un["nombre"]) for un in page.context["totaux"]] == [
        ("Souscription introuvable", "2"),
        ("Montant nul", "1"),
    ]
    assert "2\u202f000\u202fFCFA" in page.content.decode()
    assert f"PaiementPass {'0' * 10}/1" in page.content.decode()
    lues = auditeur.get(LISTE, {"motif__exact": "sans_souscription"}).context["cl"].result_list
    assert {une.montant for une in lues} == {1_500, 500}
    for filtre, nombre in [({"sort": "placee"}, 1), ({"sort": "reserve"}, 1), ({"sort": "toutes"}, 4), ({}, 3)]:
        assert len(auditeur.get(LISTE, filtre).context["cl"].result_list) == nombre
    reserve = auditeur.get(LISTE, {"sort": "reserve", "reserve": "nom_different"})
    assert list(reserve.context["cl"].result_list) == [placee]
    assert "Même téléphone, autre nom" in reserve.content.decode()


def test_a_phone_finds_its_rows_however_it_is_written(auditeur: Client) -> None:
    ligne(1, telephone="+242061234567")
    ligne(2, police="CG-1")
    assert len(auditeur.get(LISTE, {"q": "06 123 45 67"}).context["cl"].result_list) == 1
    assert len(auditeur.get(LISTE, {"q": "cg-1"}).context["cl"].result_list) == 1


def test_queries_do_not_grow_with_rows(auditeur: Client) -> None:
    nombres = []
    for debut in (0, 10):
        for rang in range(5):
            ligne(debut + rang)
        with CaptureQueriesContext(connection) as requetes:
            auditeur.get(LISTE)
        nombres.append(len(requetes))
    assert nombres[0] == nombres[1]


def test_a_row_shows_what_it_said(auditeur: Client) -> None:
    une = ligne(1, brut={"Prénom": "Gisèle", "montant": "mille"}, explication="« mille » n'est pas un montant.")
    page = auditeur.get(reverse("admin:reprise_lignereprise_change", args=[une.pk])).content.decode()
    assert "Prénom : Gisèle" in page
    assert "n&#x27;est pas un montant" in page


def test_a_passage_shows_its_account(auditeur: Client) -> None:
    bilan = Bilan()
    bilan.tables["paiementpass"].lues = bilan.tables["paiementpass"].quarantaine = 3
    fini = Reprise.objects.create(source="hote/base", terminee_le=timezone.now(), bilan=bilan.en_json())
    Reprise.objects.create(source="autre")
    page = auditeur.get("/admin/reprise/reprise/").content.decode()
    assert "Terminé" in page
    assert "Interrompu ou en cours" in page
    detail = auditeur.get(reverse("admin:reprise_reprise_change", args=[fini.pk])).content.decode()
    assert "PaiementPass : 3 lues = 0 placées + 3 en quarantaine" in detail


def test_an_agent_reads_none_of_it(client: Client) -> None:
    client.force_login(AgentFactory.create(role="agent", agence="Poto-Poto"))
    assert client.get(LISTE).status_code == 403
