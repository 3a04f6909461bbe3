"""Reading of personal data by staff: one line a page, whatever the page, and none of what was typed."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import OperationalError, connection
from django.template.response import SimpleTemplateResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient
from test_droits import MODELES, monde, page

from apps.borne_auth.lectures import noter_export, personnel
from apps.borne_auth.models import Agent, LectureDonnees
from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tokens import JetonAgent
from apps.pass_clients.models import ClientPass
from apps.pass_clients.tests.factories import ClientFactory, contrat_en_vigueur
from apps.pass_products.tests.factories import ProduitFactory
from nsia_pass_api.back_office.actes import AvecActes
from nsia_pass_api.dates import maintenant
from nsia_pass_api.registre import modeles

pytestmark = pytest.mark.django_db


@pytest.fixture
def moi() -> Agent:
    return AgentFactory.create(is_superuser=True)


@pytest.fixture
def bureau(client: Client, moi: Agent) -> Client:
    client.force_login(moi)
    return client


def lues() -> list[tuple[Any, ...]]:
    lignes = LectureDonnees.objects.order_by("pk")
    return list(lignes.values_list("nature", "objet", "cle", "client_id", "nombre", "filtres"))


def test_every_page_of_the_back_office_is_noted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """List, object, and what else an object's page leads to: once each; nothing of what shows nobody."""
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", property(lambda reponse: ""))
    un = monde("administrateur")
    un.moi.is_superuser = True
    un.moi.save()
    client.force_login(un.moi)
    fautes = []
    for modele in MODELES:
        attendu = 1 if personnel(apps.get_model(modele)) else 0
        _, objet = un.lignes[modele][0]
        pages = {"liste": page(modele, "changelist"), "fiche": page(modele, "change", objet.pk)}
        if (modele, "proposer") in un.a_faire:
            pages["acte"] = page(modele, "acte", un.a_faire[modele, "proposer"]["agence"].pk, "proposer")
        for nom, adresse in pages.items():
            avant = LectureDonnees.objects.count()
            assert client.get(adresse).status_code == 200
            if LectureDonnees.objects.count() - avant != attendu:
                fautes.append(f"{modele} : {nom}")
    assert fautes == []
    assert {un._meta.label for un in admin.site._registry} >= {nom for nom, un in modeles().items() if un.impersonnel}
    assert any(isinstance(page, AvecActes) for page in admin.site._registry.values())


class TestPages:
    def test_a_list_says_how_many_and_by_what_not_whom_was_looked_for(self, bureau: Client, moi: Agent) -> None:
        ClientFactory.create_batch(3, nom="KONGO")
        adresse = page("pass_clients.ClientPass", "changelist")
        bureau.get(adresse, {"q": "kongo", "statut__exact": "actif", "p": "1"}, REMOTE_ADDR="192.0.2.7")
        assert lues() == [("recherche", "pass_clients.ClientPass", "", None, 3, ["q", "statut__exact"])]
        (ligne,) = LectureDonnees.objects.all()
        assert (ligne.agent_id, ligne.adresse, ligne.route) == (moi.pk, "192.0.2.7", "/admin/pass_clients/clientpass/")
        assert len(ligne.requete) == 16

    def test_who_is_found_alone_is_named(self, bureau: Client) -> None:
        client, _ = ClientFactory.create_batch(2)
        bureau.get(page("pass_clients.ClientPass", "changelist"), {"q": client.telephone})
        assert lues() == [("recherche", "pass_clients.ClientPass", str(client.pk), client.pk, 1, ["q"])]

    def test_an_object_says_whose_it_is(self, bureau: Client) -> None:
        police = contrat_en_vigueur()
        client = police.souscription.client_id
        for modele, cle in [
            ("pass_clients.Contrat", police.numero_police),
            ("pass_clients.NumeroPolice", police.pk),
            ("pass_clients.SouscriptionPass", police.souscription_id),
        ]:
            bureau.get(page(modele, "change", cle))
            assert lues()[-1] == ("page", modele, str(cle), client, 1, [])
        assert len(lues()) == 3

    def test_suggestions(self, bureau: Client) -> None:
        AgentFactory.create_batch(2, last_name="NKOUNKOU")
        demande = {
            "app_label": "pass_clients",
            "model_name": "clientpass",
            "field_name": "suivi_par",
            "term": "NKOUNKOU",
        }
        assert bureau.get(reverse("admin:autocomplete"), demande).status_code == 200
        assert lues() == [("recherche", "borne_auth.Agent", "", None, 2, ["term"])]

    def test_a_form_that_is_refused_shows_the_object_again(self, bureau: Client) -> None:
        client = ClientFactory()
        adresse = page("pass_clients.ClientPass", "change", client.pk)
        assert bureau.post(adresse, {"nom": ""}).status_code == 200
        assert lues() == [("page", "pass_clients.ClientPass", str(client.pk), client.pk, 1, [])]

    def test_nothing_is_noted_of_what_was_not_shown(self, bureau: Client, client: Client) -> None:
        ProduitFactory()
        bureau.get(page("pass_products.ProduitPass", "changelist"))
        bureau.get(page("pass_clients.ClientPass", "change", 0))
        bureau.get(reverse("admin:index"))
        client.force_login(AgentFactory.create())
        assert client.get(page("pass_clients.ClientPass", "changelist")).status_code == 403
        assert lues() == []

    def test_a_page_that_cannot_be_noted_is_not_shown(self, bureau: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        client = ClientFactory(nom="KONGO")

        def en_panne(**champs: Any) -> None:
            raise OperationalError("le disque est plein")

        monkeypatch.setattr(LectureDonnees.objects, "create", en_panne)
        bureau.raise_request_exception = False
        reponse = bureau.get(page("pass_clients.ClientPass", "change", client.pk))
        assert reponse.status_code == 500
        assert "KONGO" not in reponse.content.decode()


class TestApi:
    def test_the_team_read_by_the_api(self) -> None:
        agent = AgentFactory.create(role="gestionnaire")
        autre = AgentFactory.create()
        api = APIClient()
        jeton = JetonAgent.emettre(fin=maintenant().replace(year=2100), agent=str(agent.pk))
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {jeton}")
        assert api.get("/api/v1/agents/", {"page_size": 5}).status_code == 200
        assert api.get(f"/api/v1/agents/{autre.pk}/").status_code == 200
        assert api.get("/api/v1/agents/0/").status_code == 404
        assert lues() == [
            ("liste", "borne_auth.Agent", "", None, 2, ["page_size"]),
            ("page", "borne_auth.Agent", str(autre.pk), None, 1, []),
        ]
        assert set(LectureDonnees.objects.values_list("agent_id", flat=True)) == {agent.pk}


def test_an_export_is_noted_before_it_leaves(rf: RequestFactory, moi: Agent) -> None:
    request = rf.get("/", {"agence": "Ouenzé"})
    request.user, request.resolver_match = moi, None
    noter_export(request, modele=ClientPass, nombre=1_200)
    assert lues() == [("export", "pass_clients.ClientPass", "", None, 1_200, ["agence"])]


def test_what_is_found_is_noted_kind_by_kind(bureau: Client) -> None:
    ClientFactory.create_batch(2, nom="Moukoko")
    seul = ClientFactory(nom="Nkounkou")
    trouver = reverse("trouver")
    bureau.get(trouver, {"q": "moukoko"})
    bureau.get(trouver, {"q": "rien de tel"})
    bureau.get(trouver)
    assert lues() == [("recherche", "pass_clients.ClientPass", "", None, 2, ["q"])]
    # Who is alone to bear a name is not listed: it leads to her page, which is noted.
    assert bureau.get(trouver, {"q": "nkounkou"})["Location"] == page("pass_clients.ClientPass", "change", seul.pk)
    assert len(lues()) == 1


def test_one_insert_a_page_that_finds_the_client_by_itself(bureau: Client) -> None:
    souscription = contrat_en_vigueur().souscription
    with CaptureQueriesContext(connection) as faites:
        bureau.get(page("pass_clients.SouscriptionPass", "change", souscription.pk))
    (insertion,) = [requete["sql"] for requete in faites if "lectures_donnees" in requete["sql"]]
    assert "SELECT" in insertion
    assert LectureDonnees.objects.get().client_id == souscription.client_id
