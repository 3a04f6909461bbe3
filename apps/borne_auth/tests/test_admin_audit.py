"""The pages of the trail: who opens them, what they find, how they say it, at what cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.borne_auth.audit import adresse_historique
from apps.borne_auth.models import Agent, JournalAudit, LectureDonnees
from apps.borne_auth.selectors_audit import differences, libelle_de_la_table
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import ClientPass, Contrat
from apps.pass_clients.tests.factories import ClientFactory, contrat_en_vigueur
from apps.pass_clients.tests.refus import sans_gardes
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_products.models import ProduitPass
from apps.pass_products.tests.factories import ProduitFactory
from nsia_pass_api.audit import Contexte, au_nom_de
from nsia_pass_api.lisible import COMPTE_MAXIMUM

pytestmark = pytest.mark.django_db

JOURNAL = "/admin/borne_auth/journalaudit/"
LECTURES = "/admin/borne_auth/lecturedonnees/"


@pytest.fixture
def moi() -> Agent:
    return AgentFactory.create(is_superuser=True, first_name="Mireille", last_name="LOEMBA")


@pytest.fixture
def bureau(client: Client, moi: Agent) -> Client:
    client.force_login(moi)
    return client


def trouvees(bureau: Client, adresse: str = JOURNAL, **parametres: str) -> list[Any]:
    reponse = bureau.get(adresse, parametres)
    assert reponse.status_code == 200
    return list(reponse.context["cl"].result_list)


def lignes(trouvees: list[Any]) -> set[tuple[str, str]]:
    return {(ligne.table_nom, ligne.cle) for ligne in trouvees}


def au_nom_de_l_agent(agent: Agent, **champs: Any) -> Any:
    return au_nom_de(Contexte(acteur=f"agent:{agent.pk}", source="admin", requete="abcdefghijklmnop", **champs))


class TestRecherche:
    def test_all_that_hangs_on_a_client_by_any_of_her_numbers(self, bureau: Client) -> None:
        autre, police = contrat_en_vigueur(), contrat_en_vigueur()
        souscription, client = police.souscription, police.souscription.client
        paiement = PaiementFactory(souscription=souscription)
        with au_nom_de(Contexte(acteur=f"client:{client.pk}", source="borne", origine="BZV-01")):
            ProduitPass.objects.update(description="Changée")
        attendues = {
            ("clients_pass", str(client.pk)),
            ("souscriptions_pass", str(souscription.pk)),
            ("numeros_police_congo", str(police.pk)),
            ("paiements_pass", str(paiement.pk)),
            ("produits_pass", str(souscription.produit_id)),  # what she did herself
            *(("periodes_couverture", str(periode.pk)) for periode in souscription.periodes.all()),
        }
        termes = [
            client.telephone,
            client.telephone.removeprefix("+242"),
            police.numero_police.lower(),
            souscription.numero_souscription,
            paiement.numero_transaction,
        ]
        assert {terme: lignes(trouvees(bureau, q=terme)) for terme in termes} == dict.fromkeys(termes, attendues)
        assert ("clients_pass", str(autre.souscription.client_id)) not in attendues

    def test_what_an_agent_did_and_what_a_request_did(self, bureau: Client) -> None:
        agent = AgentFactory.create()
        client, autre = ClientFactory.create_batch(2)
        with au_nom_de_l_agent(agent):
            ClientPass.objects.filter(pk=client.pk).update(adresse="Bacongo")
        autre.save()
        for terme in (agent.email.upper(), agent.matricule.lower(), "abcdefghijklmnop"):
            (ligne,) = trouvees(bureau, q=terme)
            assert (ligne.table_nom, ligne.cle, ligne.apres) == ("clients_pass", str(client.pk), {"adresse": "Bacongo"})

    @pytest.mark.parametrize("terme", ["rien", "0", "'; --", "%", "AG"])
    def test_what_names_nothing(self, bureau: Client, terme: str) -> None:
        ClientFactory()
        assert trouvees(bureau, q=terme) == []

    def test_filters(self, bureau: Client) -> None:
        agent, client = AgentFactory.create(), ClientFactory()
        with au_nom_de_l_agent(agent):
            ClientPass.objects.filter(pk=client.pk).update(adresse="Bacongo")
        jour = timezone.localdate()
        filtres = [
            {"table": "clients_pass", "cle": str(client.pk), "action__exact": "changement"},
            {"agent": agent.matricule},
            {"source__exact": "admin", "du": f"{jour}", "au": f"{jour}"},
        ]
        for filtre in filtres:
            assert [ligne.apres for ligne in trouvees(bureau, **filtre)] == [{"adresse": "Bacongo"}]
        vides = [{"agent": "AG-INCONNU"}, {"au": f"{jour - timedelta(days=1)}"}, {"du": f"{jour + timedelta(days=1)}"}]
        assert [trouvees(bureau, **vide) for vide in vides] == [[], [], []]
        assert trouvees(bureau, du="hier", cle=str(client.pk), table="clients_pass") != []

    def test_readings_of_a_client_and_of_an_agent(self, bureau: Client, moi: Agent) -> None:
        client, autre = ClientFactory.create_batch(2)
        for un in (client, autre):
            bureau.get(reverse("admin:pass_clients_clientpass_change", args=[un.pk]))
        (ligne,) = trouvees(bureau, LECTURES, q=client.telephone)
        assert (ligne.objet, ligne.cle, ligne.client_id) == ("pass_clients.ClientPass", str(client.pk), client.pk)
        assert len(trouvees(bureau, LECTURES, q=moi.matricule, objet="pass_clients.ClientPass")) == 2
        assert trouvees(bureau, LECTURES, agent=AgentFactory.create().matricule) == []


class TestPages:
    def test_a_change_is_read_side_by_side_in_plain_french(self, bureau: Client, moi: Agent) -> None:
        produit = ProduitFactory(prix_maximum=50_000)
        with au_nom_de_l_agent(moi, adresse="192.0.2.7"):
            ProduitPass.objects.filter(pk=produit.pk).update(
                prix_maximum=65_000, periodicites=["annuelle"], statut="inactif"
            )
        ligne = JournalAudit.objects.latest("pk")
        html = bureau.get(f"{JOURNAL}{ligne.pk}/change/").content.decode()
        for lu in (
            "Prime maximale",
            "50\u202f000\u202fFCFA",
            "65\u202f000\u202fFCFA",
            "Annuelle",
            "Inactif",
            "Mireille LOEMBA",
        ):
            assert lu in html
        assert "192.0.2.7" in html
        assert f'href="{JOURNAL}?q=abcdefghijklmnop"' in html
        assert f'href="/admin/pass_products/produitpass/{produit.pk}/change/"' in html

    def test_values_are_written_as_people_read_them(self) -> None:
        client = ClientFactory(telephone="+242061234567", date_naissance="1988-05-04")
        ClientPass.objects.filter(pk=client.pk).update(
            telephone="+242064556677", date_naissance=None, statut="suspendu", suivi_par=AgentFactory.create()
        )
        lues = {une.libelle: (une.avant, une.apres) for une in differences(JournalAudit.objects.latest("pk"))}
        assert lues == {
            "Téléphone": ("06\u00a0123\u00a045\u00a067", "06\u00a0455\u00a066\u00a077"),
            "Date de naissance": ("04/05/1988", "–"),
            "Statut": ("Actif", "Suspendu"),
            "Suivi par": ("–", str(Agent.objects.latest("pk"))),
        }

    def test_moments_and_yes_or_no(self) -> None:
        agent = AgentFactory.create()
        with sans_gardes():
            Agent.objects.filter(pk=agent.pk).update(
                date_joined="2026-11-25T10:00:00Z", is_active=False, password="autre"
            )
        lues = {une.libelle: une.apres for une in differences(JournalAudit.objects.latest("pk"))}
        assert lues == {"Mot de passe": "••••", "Actif": "Non", "Date d’inscription": "25/11/2026 11:00:00"}

    def test_what_a_table_that_is_gone_left_is_still_read(self) -> None:
        ligne = JournalAudit(table_nom="ancienne", action="ajout", apres={"b": {"c": 1}, "a": "x"})
        assert [(une.libelle, une.apres) for une in differences(ligne)] == [("a", "x"), ("b", '{"c": 1}')]
        assert libelle_de_la_table("ancienne") == "ancienne"

    def test_authors_are_named(self, bureau: Client) -> None:
        client = ClientFactory(nom="MAKOSSO", prenom="Gisèle")
        for acteur in (f"client:{client.pk}", "borne:BZV-01", "commande:cycle_de_vie", "anonyme", "agent:0"):
            with au_nom_de(Contexte(acteur=acteur, source="commande")):
                ClientPass.objects.filter(pk=client.pk).update(adresse=acteur)
        html = bureau.get(JOURNAL, {"table": "clients_pass"}).content.decode()
        for nom in (
            "Gisèle MAKOSSO (client)",
            "Borne BZV-01",
            "Commande cycle de vie",
            "Anonyme",
            "Agent:0",
            "Rôle PostgreSQL",
        ):
            assert nom in html

    def test_readings_are_read(self, bureau: Client) -> None:
        client = ClientFactory(nom="MAKOSSO", prenom="Gisèle")
        bureau.get("/admin/pass_clients/clientpass/", {"q": client.telephone, "statut__exact": "actif"})
        html = bureau.get(LECTURES).content.decode()
        for lu in (f"Client n° {client.pk}", "Gisèle MAKOSSO", "Recherche, statut", "Mireille LOEMBA"):
            assert lu in html
        assert client.telephone not in html
        page = f"{LECTURES}{LectureDonnees.objects.earliest('pk').pk}/change/"
        assert f'href="/admin/pass_clients/clientpass/{client.pk}/change/"' in bureau.get(page).content.decode()

    def test_readings_of_what_has_moved_to_another_app_or_is_no_more_are_read(self, bureau: Client, moi: Agent) -> None:
        client = ClientFactory()
        lue = {"agent_id": moi.pk, "nature": "page", "nombre": 1, "filtres": ["statut"], "adresse": "", "requete": "r"}
        ailleurs, disparue = (
            LectureDonnees.objects.create(**lue, route="/admin/", objet=objet, cle=str(client.pk))
            for objet in ("pass_payments.ClientPass", "ancienne.Fiche")
        )
        html = bureau.get(LECTURES).content.decode()
        assert (f"Client n° {client.pk}" in html, f"ancienne.Fiche n° {client.pk}" in html) == (True, True)
        assert trouvees(bureau, LECTURES, objet="pass_clients.ClientPass") == [ailleurs]
        lien = f'href="/admin/pass_clients/clientpass/{client.pk}/change/"'
        pages = [bureau.get(f"{LECTURES}{une.pk}/change/").content.decode() for une in (ailleurs, disparue)]
        assert [lien in page for page in pages] == [True, False]

    @pytest.mark.parametrize("nombre", [1, 12])
    def test_lists_cost_the_same_and_count_little(self, bureau: Client, nombre: int) -> None:
        """Session and agent, statistics, count, rows, names of agents and of clients, and the line that this is read."""
        agents = AgentFactory.create_batch(nombre)
        for agent, client in zip(agents, ClientFactory.create_batch(nombre), strict=True):
            with au_nom_de_l_agent(agent):
                ClientPass.objects.filter(pk=client.pk).update(adresse="Bacongo")
            with au_nom_de(Contexte(acteur=f"client:{client.pk}", source="borne")):
                ClientPass.objects.filter(pk=client.pk).update(adresse="Ouenzé")
            bureau.get(reverse("admin:pass_clients_clientpass_change", args=[client.pk]))
        for adresse, modele in ((JOURNAL, JournalAudit), (LECTURES, LectureDonnees)):
            with CaptureQueriesContext(connection) as faites:
                assert bureau.get(adresse).status_code == 200
            # What other tests committed stays in a journal: one whose statistics are big is not counted.
            with connection.cursor() as cursor:
                cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [modele._meta.db_table])
                (estimation,) = cursor.fetchone()
            assert len(faites) == (7 if estimation > COMPTE_MAXIMUM else 8)
            assert [
                une["sql"]
                for une in faites
                if "COUNT(*)" in une["sql"] and f"LIMIT {COMPTE_MAXIMUM + 1}" not in une["sql"]
            ] == []


class TestHistorique:
    @pytest.fixture
    def contrat(self) -> Contrat:
        return Contrat.objects.get(pk=contrat_en_vigueur().numero_police)

    @pytest.mark.parametrize("role", ["administrateur", "gestionnaire", "auditeur"])
    def test_it_leads_to_the_trail(self, client: Client, role: str, contrat: Contrat) -> None:
        client.force_login(AgentFactory.create(role=role))
        page = reverse("admin:pass_clients_clientpass_change", args=[contrat.client_id])
        assert "/history/" in client.get(page).content.decode()
        reponse = client.get(reverse("admin:pass_clients_clientpass_history", args=[contrat.client_id]), follow=True)
        assert lignes(reponse.context["cl"].result_list) == {("clients_pass", str(contrat.client_id))}
        historique = client.get(reverse("admin:pass_clients_contrat_history", args=[contrat.pk]))
        assert historique["Location"] == f"{JOURNAL}?table=souscriptions_pass&cle={contrat.souscription_id}"

    def test_an_agent_has_no_link_and_no_page(self, client: Client) -> None:
        client.force_login(AgentFactory.create(role="agent", agence="Bacongo"))
        un = ClientFactory(agence="Bacongo")
        assert (
            "/history/"
            not in client.get(reverse("admin:pass_clients_clientpass_change", args=[un.pk])).content.decode()
        )
        assert client.get(reverse("admin:pass_clients_clientpass_history", args=[un.pk])).status_code == 403
        assert [client.get(page).status_code for page in (JOURNAL, LECTURES)] == [403, 403]

    def test_what_is_not_followed_has_none(self, moi: Agent) -> None:
        assert adresse_historique(moi, LectureDonnees(pk=1)) is None
        assert adresse_historique(moi, PaiementPass(pk=3)) == f"{JOURNAL}?table=paiements_pass&cle=3"

    @pytest.mark.parametrize("adresse", [JOURNAL, LECTURES])
    def test_nobody_writes_here(self, bureau: Client, adresse: str) -> None:
        ClientFactory()
        bureau.get("/admin/pass_clients/clientpass/")
        modele = JournalAudit if adresse == JOURNAL else LectureDonnees
        ligne = modele.objects.latest("pk")
        assert bureau.get(f"{adresse}add/").status_code == 403
        for page in ("change", "delete"):
            assert bureau.post(f"{adresse}{ligne.pk}/{page}/", {"post": "yes", "acteur": "autre"}).status_code == 403
        assert modele.objects.get(pk=ligne.pk) == ligne
