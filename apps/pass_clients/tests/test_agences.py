"""Agencies: one name however it is spelt, clients attached many at once, and the queue of those whom nobody reads."""

from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.errors import AgenceDejaConnue, AgenceFermee, AgenceInconnue
from apps.pass_clients.models import Agence, ClientPass, ModificationClient
from apps.pass_clients.selectors import agence_nommee
from apps.pass_clients.services import (
    Auteur,
    enregistrer_agence,
    modifier_agence,
    modifier_client,
    rattacher_clients,
)
from apps.pass_clients.tests.factories import AgenceFactory, ClientFactory
from apps.pass_payments.selectors_accueil import alertes_portefeuille
from nsia_pass_api.errors import AccesRefuse, DonneesInvalides

pytestmark = pytest.mark.django_db

LISTE = "/admin/pass_clients/clientpass/"
RATTACHER = "/admin/pass_clients/clientpass/rattacher/"
POTO_POTO = [
    "Poto-Poto",
    "Poto Poto",
    "poto-poto",
    "POTOPOTO",
    " potô  potó ",
    "Agence de Poto-Poto",
    "agence poto poto",
]


def lu(reponse: Any) -> str:
    return unescape(reponse.content.decode())


@pytest.fixture
def gestionnaire() -> Any:
    return AgentFactory.create(role="gestionnaire")


class TestNoms:
    @pytest.mark.parametrize("ecrit", POTO_POTO)
    def test_an_agency_has_one_name_however_it_is_spelt(self, ecrit: str) -> None:
        agence = enregistrer_agence(nom="Poto-Poto")
        autre = AgenceFactory(nom="Bacongo")
        assert agence_nommee(ecrit) == agence
        with pytest.raises(AgenceDejaConnue):
            enregistrer_agence(nom=ecrit)
        with pytest.raises(AgenceDejaConnue):
            modifier_agence(agence=autre, nom=ecrit)
        with pytest.raises(IntegrityError, match="agences_nom_unique"), transaction.atomic():
            Agence.objects.create(nom=ecrit)

    @pytest.mark.parametrize("nom", ["", "  ", "---", "A" * 81])
    def test_a_name_has_letters(self, nom: str) -> None:
        with pytest.raises(DonneesInvalides):
            enregistrer_agence(nom=nom)

    def test_one_that_nobody_opened_is_refused_with_those_that_resemble(self) -> None:
        for nom in ("Bacongo", "Ouenzé"):
            AgenceFactory(nom=nom)
        with pytest.raises(
            AgenceInconnue, match=r"Aucune agence ne s'appelle « Bakongo ». Vouliez-vous dire « Bacongo » \?"
        ):
            agence_nommee("Bakongo")
        with pytest.raises(AgenceInconnue, match="Choisissez-en une dans la liste"):
            agence_nommee("Impfondo")

    def test_a_closed_one_takes_nobody(self) -> None:
        fermee = AgenceFactory(nom="Bacongo", statut="fermee")
        un = ClientFactory()
        for refusee in (lambda: agence_nommee("bacongo"), lambda: modifier_client(client=un, agence=fermee)):
            with pytest.raises(AgenceFermee):
                refusee()


class TestRattacher:
    def test_each_has_an_audit_row_and_twice_changes_nothing_more(self, gestionnaire: Any) -> None:
        bacongo = AgenceFactory(nom="Bacongo")
        deja = ClientFactory(agence="Bacongo")
        perdus = [ClientFactory(agence_ecrite="Bakongo"), ClientFactory(agence="Ouenzé"), ClientFactory()]
        cles = [client.pk for client in (deja, *perdus)]
        auteur = Auteur(agent=gestionnaire)
        assert rattacher_clients(choisis=cles, agence=bacongo, auteur=auteur) == 3
        assert set(ClientPass.objects.values_list("agence__nom", "agence_ecrite")) == {("Bacongo", "")}
        lignes = ModificationClient.objects.order_by("client_id").values_list("client_id", "avant", "apres", "acteur")
        assert list(lignes) == [
            (perdus[0].pk, {"agence": "", "agence_ecrite": "Bakongo"}, {"agence": "Bacongo"}, gestionnaire.pk),
            (perdus[1].pk, {"agence": "Ouenzé"}, {"agence": "Bacongo"}, gestionnaire.pk),
            (perdus[2].pk, {"agence": ""}, {"agence": "Bacongo"}, gestionnaire.pk),
        ]
        assert rattacher_clients(choisis=cles, agence=bacongo, auteur=auteur) == 0
        assert ModificationClient.objects.count() == 3

    @pytest.mark.parametrize("role", ["agent", "conseiller", "auditeur"])
    def test_only_managers_and_administrators_attach(self, role: str) -> None:
        qui = AgentFactory.create(role=role, agence="Bacongo")
        un = ClientFactory(suivi_par=qui)
        with pytest.raises(AccesRefuse):
            rattacher_clients(choisis=[un.pk], agence=qui.agence, auteur=Auteur(agent=qui))
        for champs in ({"agence": qui.agence}, {"suivi_par_id": None}):
            with pytest.raises(AccesRefuse):
                modifier_client(client=un, auteur=Auteur(agent=qui), **champs)
        assert not ModificationClient.objects.exists()

    def test_the_cost_does_not_grow(self, gestionnaire: Any, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        auteur = Auteur(agent=gestionnaire)
        gestionnaire.has_perm("pass_clients.rattacher_clientpass"), gestionnaire.role
        for nombre in (1, 12):
            cles = [ClientFactory().pk for _ in range(nombre)]
            agence = AgenceFactory(nom=f"Agence {nombre}")
            # Savepoint and its end, the agency, the clients, their change, the audit, what other apps are told.
            with django_assert_num_queries(7):
                assert rattacher_clients(choisis=cles, agence=agence, auteur=auteur) == nombre


class TestPages:
    def test_from_the_queue_to_the_agent_who_reads_them(self, client: Client, gestionnaire: Any) -> None:
        mireille = AgentFactory.create(role="agent", agence="Poto-Poto")
        perdus = [ClientFactory(agence_ecrite="Potto") for _ in range(2)]
        ailleurs = ClientFactory(agence="Ouenzé")
        client.force_login(gestionnaire)

        (file,) = [une for une in client.get("/admin/").context["alertes"] if une.code == "sans_agence"]
        liste = client.get(file.url)
        assert (file.nombre, set(liste.context["cl"].result_list)) == (2, set(perdus))
        assert "Sans agence, écrite « Potto »" in liste.content.decode()
        ecrite = client.get(LISTE, {"agence": "ecrite:Potto"})
        assert set(ecrite.context["cl"].result_list) == set(perdus)

        choix = {"action": "rattacher_choisis", "_selected_action": [un.pk for un in perdus]}
        apercu = client.post(LISTE, choix).content.decode()
        assert "Rattacher 2 clients" in apercu
        assert "la fiche disait « Potto »" in apercu
        assert ClientPass.objects.filter(agence=None).count() == 2
        envoi = {"choisis": ",".join(str(un.pk) for un in perdus), "agence": mireille.agence_id}
        assert "2 clients rattachés à l'agence Poto-Poto" in lu(client.post(RATTACHER, envoi, follow=True))
        assert "rien n'a été fait" in lu(client.post(RATTACHER, envoi, follow=True))

        client.force_login(mireille)
        assert set(client.get(LISTE).context["cl"].result_list) == set(perdus)
        assert client.get(f"{LISTE}{ailleurs.pk}/change/").status_code == 302

    def test_opened_without_a_choice_it_shows_those_who_wait(self, client: Client, gestionnaire: Any) -> None:
        perdu, sien = ClientFactory(), ClientFactory(agence="Ouenzé")
        client.force_login(gestionnaire)
        page = client.get(RATTACHER)
        assert list(page.context["queryset"]) == [perdu]
        assert f"/{sien.pk}/change/" not in page.content.decode()

    def test_an_agent_sees_no_queue_and_opens_no_page(self, client: Client) -> None:
        ClientFactory()
        client.force_login(AgentFactory.create(role="agent", agence="Ouenzé"))
        assert [une.code for une in client.get("/admin/").context["alertes"]] == []
        assert client.get(RATTACHER).status_code == 403

    @pytest.mark.parametrize("choix", ["abc", "-1", "ecrite:", "ecrite:%00", "1e9", "sans agence", "\x00", "9" * 40])
    def test_what_the_filter_does_not_offer_filters_nothing(
        self, client: Client, gestionnaire: Any, choix: str
    ) -> None:
        ClientFactory()
        client.force_login(gestionnaire)
        assert client.get(LISTE, {"agence": choix}).status_code in (200, 302, 400)

    def test_a_choice_that_is_missing_is_asked_again(self, client: Client, gestionnaire: Any) -> None:
        un = ClientFactory()
        client.force_login(gestionnaire)
        for agence in ("", "0", AgenceFactory(nom="Bacongo", statut="fermee").pk):
            page = client.post(RATTACHER, {"choisis": f"{un.pk},x", "agence": agence})
            assert set(page.context["form"].errors) == {"agence"}
        assert ClientPass.objects.get().agence is None

    def test_an_agency_is_opened_renamed_and_closed(self, client: Client, gestionnaire: Any) -> None:
        client.force_login(gestionnaire)
        fiche = {"nom": "Poto  Poto", "ville": "Brazzaville", "quartier": "", "telephone": "", "statut": "active"}
        assert client.post("/admin/pass_clients/agence/add/", fiche).status_code == 302
        agence = Agence.objects.get()
        assert agence.nom == "Poto Poto"
        encore = client.post("/admin/pass_clients/agence/add/", {**fiche, "nom": "POTO-POTO"})
        assert encore.context["adminform"].form.errors == {
            "nom": ["L'agence Poto Poto porte déjà ce nom, peut-être écrit autrement."]
        }
        ClientFactory(agence="Poto Poto")
        page = f"/admin/pass_clients/agence/{agence.pk}/change/"
        assert client.post(page, {**fiche, "nom": "Poto-Poto", "statut": "fermee"}).status_code == 302
        agence.refresh_from_db()
        assert (agence.nom, agence.statut) == ("Poto-Poto", "fermee")
        assert "lit encore des clients" in client.get(page).content.decode()
        assert client.post(f"/admin/pass_clients/agence/{agence.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_queue_reads_its_own_index(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for nombre in (1, 12):
        for _ in range(nombre):
            ClientFactory()
        with django_assert_num_queries(4):  # no product has limits of age here: the three queues, and the products
            alertes = alertes_portefeuille(permises=lambda lignes: lignes)
    (file,) = [une for une in alertes if une.code == "sans_agence"]
    assert file.nombre == 13
