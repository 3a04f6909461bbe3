"""The page that assigns polices in bulk: what it shows first, what it does, for whom, and what a second click changes."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients import admin_polices
from apps.pass_clients.models import NumeroPolice, SouscriptionPass
from apps.pass_clients.services import attribuer_police
from apps.pass_clients.tests.factories import SouscriptionFactory
from apps.pass_products.tests.factories import ProduitEpargneFactory

pytestmark = pytest.mark.django_db

ANNEE = timezone.localdate().year
LISTE = reverse("admin:pass_clients_souscriptionpass_changelist")
POLICES = reverse("admin:pass_clients_souscriptionpass_polices")


@pytest.fixture
def agent(client: Client) -> Client:
    """An agent of Bacongo."""
    ContentType.objects.clear_cache()
    client.force_login(AgentFactory(role="agent", agence="Bacongo"))
    return client


def payee(agence: str = "Bacongo", **champs: Any) -> SouscriptionPass:
    return SouscriptionFactory(active=True, client__agence=agence, **champs)


def choisir(client: Client, *souscriptions: SouscriptionPass) -> Any:
    cles = [souscription.pk for souscription in souscriptions]
    return client.post(LISTE, {"action": "attribuer_choisies", "_selected_action": cles})


def apercu(reponse: Any) -> dict[str, str]:
    lignes = [*reponse.context["attribuables"], *reponse.context["refusees"]]
    return {str(ligne.souscription): ligne.numero or ligne.refus for ligne in lignes}


def test_what_waits_is_shown_then_served_as_shown(agent: Client) -> None:
    epargne = ProduitEpargneFactory()
    attendent = [payee(), payee(produit=epargne), payee()]
    payee("Ouenzé")
    SouscriptionFactory(client__agence="Bacongo")
    placee = payee()
    attribuer_police(souscription=placee, numero=f"CG-{ANNEE}-EPG-001", agent=AgentFactory())

    reponse = agent.get(POLICES)
    attendu = {
        str(attendent[0]): f"CG-{ANNEE}-VIE-001",
        str(attendent[1]): f"CG-{ANNEE}-EPG-002",
        str(attendent[2]): f"CG-{ANNEE}-VIE-002",
    }
    assert apercu(reponse) == attendu
    assert "Attribuer 3 polices" in reponse.content.decode()
    assert NumeroPolice.objects.count() == 1

    reponse = agent.post(POLICES, {"choisies": reponse.context["choisies"]})
    assert {str(une): str(une.police) for une in reponse.context["faites"]} == attendu
    assert [str(message) for message in get_messages(reponse.wsgi_request)] == ["3 polices attribuées."]
    assert set(NumeroPolice.objects.filter(mode_attribution="automatique").values_list("souscription", flat=True)) == {
        une.pk for une in attendent
    }
    assert LogEntry.objects.count() == 3
    assert apercu(agent.get(POLICES)) == {}


def test_the_chosen_ones_with_why_others_are_left(agent: Client) -> None:
    une, en_cours, deja = payee(), SouscriptionFactory(client__agence="Bacongo"), payee()
    attribuer_police(souscription=deja)

    reponse = choisir(agent, une, en_cours, deja)
    assert apercu(reponse) == {
        str(une): f"CG-{ANNEE}-VIE-002",
        str(en_cours): "« En attente de paiement » : rien à attribuer.",
        str(deja): f"A déjà la police CG-{ANNEE}-VIE-001.",
    }
    assert reponse.context["choisies"] == str(une.pk)


def test_the_same_page_sent_twice_gives_one_number_each(agent: Client) -> None:
    une = payee()
    for dit in (
        "1 police attribuée.",
        "Toutes avaient déjà leur police, ou ne peuvent pas en avoir : rien n'a été fait.",
    ):
        reponse = agent.post(POLICES, {"choisies": str(une.pk)})
        assert [str(message) for message in get_messages(reponse.wsgi_request)] == [dit]
        assert [str(faite.police) for faite in reponse.context["faites"]] == [f"CG-{ANNEE}-VIE-001"]
    assert LogEntry.objects.count() == 1


def test_what_belongs_to_another_agency_or_makes_no_sense_is_not_served(agent: Client) -> None:
    etrangere, en_cours = payee("Ouenzé"), SouscriptionFactory(client__agence="Bacongo")
    agent.post(POLICES, {"choisies": f"{etrangere.pk},{en_cours.pk},x,,²,-1,{'9' * 40}"})
    agent.post(POLICES)
    assert NumeroPolice.objects.count() == 0


@pytest.mark.parametrize("role", ["conseiller", "auditeur", ""])
def test_who_may_not(client: Client, role: str) -> None:
    une = payee()
    client.force_login(AgentFactory(role=role, agence="Bacongo"))
    assert [client.get(POLICES).status_code, client.post(POLICES, {"choisies": une.pk}).status_code] == [403, 403]
    choisir(client, une)
    assert NumeroPolice.objects.count() == 0


def test_many_are_served_a_batch_at_a_time(agent: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_polices, "LOT_MAX", 2)
    premieres, derniere = [payee(), payee()], payee()
    reponse = agent.get(POLICES)
    assert list(apercu(reponse)) == [str(une) for une in premieres]
    assert "Il y en a plus de 2" in reponse.content.decode()
    agent.post(POLICES, {"choisies": ",".join(str(une.pk) for une in [*premieres, derniere])})
    assert NumeroPolice.objects.count() == 2


@pytest.mark.parametrize("nombre", [1, 9])
def test_the_page_costs_the_same_whatever_their_number(
    agent: Client, django_assert_num_queries: DjangoAssertNumQueries, nombre: int
) -> None:
    """Session, agent, rights (two), role; which wait, what they are; series, numbers taken and given up, of one branch."""
    for _ in range(nombre):
        payee()
    with django_assert_num_queries(11):
        assert len(apercu(agent.get(POLICES))) == nombre
