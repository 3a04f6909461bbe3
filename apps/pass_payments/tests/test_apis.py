"""What a client reads, and what she cannot. Jean Baptiste KONGO has a KIMIA and a BATELA; Marie Claire is the outsider."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIClient

from apps.borne_auth.tests.factories import AgentFactory, SessionFactory
from apps.borne_auth.tokens import JetonAccesClient, JetonAgent
from apps.pass_clients.models import ClientPass, NumeroPolice, SouscriptionPass
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import (
    BeneficiaireFactory,
    ClientFactory,
    PeriodeFactory,
    PoliceFactory,
    SouscriptionFactory,
)
from apps.pass_payments import selectors
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_products.tests.factories import GarantieFactory, ProduitEpargneFactory, ProduitFactory
from apps.socle.services.reglages import changer_reglage
from nsia_pass_api.tests.conformite import verifier_conformite

pytestmark = pytest.mark.django_db

JOUR = date(2026, 11, 21)
BRAZZAVILLE = ZoneInfo("Africa/Brazzaville")
LE_3_NOVEMBRE = datetime(2026, 11, 3, 2, tzinfo=BRAZZAVILLE)
KIMIA, BATELA, SALISA = "CG-2026-VIE-001", "CG-2026-EPG-001", "CG-2026-SAN-001"
MASQUE = "+242\u00a006\u00a0•••\u00a0••\u00a067"
INTROUVABLE = "Ce contrat n'existe pas ou n'est pas le vôtre."
ROUTES = (
    "/api/v1/clients/{}/dashboard/",
    "/api/v1/clients/{}/contrats/",
    "/api/v1/clients/{}/cotisations/",
    "/api/v1/contrats/{}/",
)


@pytest.fixture(autouse=True)
def aujourdhui() -> None:
    """The views look at the portfolio on the 21st of November 2026; the test's transaction takes the setting away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('nsia.aujourdhui', %s, true)", [f"{JOUR}"])


def contrat(client: ClientPass, police: str, *, jours: int = 100, **periode: Any) -> SouscriptionPass:
    """A live contract whose first period began `jours` days before JOUR: prime 1 200 in 12 instalments unless told."""
    epargne = police == BATELA
    souscription = SouscriptionFactory(
        client=client, produit=ProduitEpargneFactory() if epargne else ProduitFactory(), active=True
    )
    PoliceFactory(souscription=souscription, numero_police=police)
    PeriodeFactory(souscription=souscription, date_debut=JOUR - timedelta(days=jours), **periode)
    return souscription


def paiement(
    souscription: SouscriptionPass, montant: int, *, le: date = JOUR, heure: int = 9, **champs: Any
) -> PaiementPass:
    moment = datetime(le.year, le.month, le.day, heure, tzinfo=BRAZZAVILLE)
    return PaiementFactory(
        souscription=souscription,
        montant=montant,
        date_demande=moment,
        date_confirmation=moment if champs.get("statut", "succes") in ("succes", "rembourse") else None,
        **champs,
    )


@dataclass(frozen=True)
class Kongo:
    client: ClientPass
    kimia: SouscriptionPass
    batela: SouscriptionPass


@pytest.fixture
def kongo() -> Kongo:
    """KIMIA: 4 instalments due, 350 paid, so 50 late since its fourth, 9 days ago. BATELA: nothing late."""
    client = ClientFactory(nom="KONGO", prenom="Jean Baptiste", telephone="+242061234567")
    kimia, batela = contrat(client, KIMIA), contrat(client, BATELA, jours=10, nombre_echeances=2)
    paiement(kimia, 150, le=JOUR - timedelta(days=40), numero_payeur="+242061234567")
    paiement(kimia, 200, le=JOUR - timedelta(days=20))
    paiement(batela, 600, le=JOUR - timedelta(days=10))
    return Kongo(client, kimia, batela)


@pytest.fixture
def marie_claire() -> SouscriptionPass:
    client = ClientFactory(nom="MOUKOKO", prenom="Marie Claire", telephone="+242059876543")
    salisa = contrat(client, SALISA)
    paiement(salisa, 100)
    return salisa


def connecter(client: ClientPass) -> APIClient:
    session = SessionFactory(client=client)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {JetonAccesClient.emettre(fin=session.expire_le, sid=str(session.pk))}")
    return api


@pytest.fixture
def api(kongo: Kongo) -> APIClient:
    return connecter(kongo.client)


def lire(api: APIClient, url: str) -> Any:
    response = api.get(url)
    assert response.status_code == 200, response.content
    return verifier_conformite(response)


def requetes(api: APIClient, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert api.get(url).status_code == 200
    return len(queries)


class TestPermissions:
    @pytest.mark.parametrize("route", ROUTES)
    def test_another_s_police_answers_as_an_unknown_one(
        self, api: APIClient, kongo: Kongo, marie_claire: SouscriptionPass, route: str
    ) -> None:
        annulee = contrat(kongo.client, "CG-2026-VIE-009")
        NumeroPolice.objects.filter(souscription=annulee).update(statut=NumeroPolice.Statut.ANNULE)
        polices = [SALISA, SALISA.lower(), "CG-2026-VIE-009", "CG-2026-VIE-999", "X", kongo.kimia.numero_souscription]

        responses = [api.get(route.format(police), HTTP_X_REQUEST_ID="une-requete") for police in polices]

        assert {response.status_code for response in responses} == {404}
        assert len({response.content for response in responses}) == 1
        probleme = verifier_conformite(responses[0])
        assert (probleme["code"], probleme["detail"]) == ("contrat_introuvable", INTROUVABLE)

    @pytest.mark.parametrize("route", ROUTES)
    def test_the_outsider_reads_hers_and_only_hers(
        self, kongo: Kongo, marie_claire: SouscriptionPass, route: str
    ) -> None:
        api = connecter(marie_claire.client)

        assert api.get(route.format(KIMIA)).status_code == 404
        response = api.get(route.format(SALISA))

        assert response.status_code == 200
        texte = response.content.decode()
        assert SALISA in texte
        assert [
            secret for secret in ("KONGO", KIMIA, BATELA, "+242061234567", "+242059876543") if secret in texte
        ] == []

    @pytest.mark.parametrize("route", ROUTES)
    def test_nobody_without_a_client_s_token(self, api: APIClient, route: str) -> None:
        agent = AgentFactory()
        fin = timezone.now() + timedelta(minutes=5)
        jeton_agent = JetonAgent.emettre(fin=fin, agent=str(agent.pk))
        porteurs = [{}, *({"HTTP_AUTHORIZATION": f"Bearer {jeton}"} for jeton in (jeton_agent, "rien", "a.b.c"))]
        agent_connecte = APIClient()
        agent_connecte.force_login(agent)

        responses = [APIClient().get(route.format(KIMIA), **porteur) for porteur in porteurs]
        responses.append(agent_connecte.get(route.format(KIMIA)))

        assert [response.status_code for response in responses] == [401] * 5
        for response in responses:
            verifier_conformite(response)
            assert KIMIA not in response.content.decode()

    @pytest.mark.parametrize("route", ROUTES)
    def test_nothing_is_written_or_kept(self, api: APIClient, route: str) -> None:
        url = route.format(KIMIA)

        assert api.get(url).headers["Cache-Control"] == "no-store"
        for methode in (api.post, api.put, api.patch, api.delete):
            response = methode(url, {}, format="json")
            assert (response.status_code, response.json()["code"]) == (405, "methode_refusee")

    @pytest.mark.parametrize("route", ROUTES)
    def test_the_police_is_read_in_any_case(self, api: APIClient, route: str) -> None:
        assert api.get(route.format(KIMIA.lower())).json() == api.get(route.format(KIMIA)).json()


class TestTableauDeBord:
    URL = f"/api/v1/clients/{KIMIA}/dashboard/"

    def test_all_that_the_home_screen_shows(self, api: APIClient) -> None:
        tableau = lire(api, self.URL)

        assert tableau["date"] == "2026-11-21"
        assert tableau["client"] == {"nom": "KONGO", "prenom": "Jean Baptiste", "telephone": MASQUE}
        assert tableau["solde_global"] == 950
        kimia, batela = tableau["contrats"]
        assert kimia == {
            "police": KIMIA,
            "numero_souscription": kimia["numero_souscription"],
            "code_produit": "KIMIA",
            "nom_produit": "PASS KIMIA",
            "categorie": "accident",
            "etat_du_contrat": "Actif",
            "date_effet": "2026-08-13",
            "date_expiration": "2027-08-13",
            "dernier_jour_couvert": "2027-08-12",
            "prime": 1_200,
            "periodicite": "mensuelle",
            "du_a_ce_jour": 400,
            "total_paye": 350,
            "reste_a_payer": 850,
            "montant_en_retard": 50,
            "jours_de_retard": 9,
            "avoir": 0,
            "prochaine_echeance_date": "2026-12-12",
            "prochaine_echeance_montant": 100,
            "solde_epargne": None,
            "solde": 350,
            "situation": {cle: valeur for cle, valeur in tableau["alertes"][0].items() if cle != "police"},
        }
        assert (batela["police"], batela["solde_epargne"], batela["solde"]) == (BATELA, 600, 600)
        assert [(ligne["police"], ligne["date_echeance"], ligne["statut"]) for ligne in tableau["cotisations"]] == [
            (KIMIA, "2026-09-12", "payee"),
            (KIMIA, "2026-10-12", "payee"),
            (BATELA, "2026-11-11", "payee"),
            (KIMIA, "2026-11-12", "en_retard"),
        ]
        assert [(ligne["police"], ligne["montant"]) for ligne in tableau["derniers_paiements"]] == [
            (BATELA, 600),
            (KIMIA, 200),
            (KIMIA, 150),
        ]
        assert tableau["derniers_paiements"][2] | {"numero_transaction": ""} == {
            "police": KIMIA,
            "numero_transaction": "",
            "montant": 150,
            "frais": 0,
            "montant_net": 150,
            "devise": "XAF",
            "operateur": "mtn_money",
            "mode_paiement": "MTN Mobile Money",
            "numero_payeur": MASQUE,
            "type_paiement": "cotisation",
            "statut": "succes",
            "statut_affiche": "Confirmé",
            "motif_affiche": "",
            "date_demande": "2026-10-12T09:00:00+01:00",
            "date_confirmation": "2026-10-12T09:00:00+01:00",
        }
        assert tableau["alertes"] == [
            {
                "type": "paiement",
                "code": "cotisation_en_retard",
                "niveau": "attention",
                "message": (
                    "PASS KIMIA : 50\u202fFCFA en retard depuis 9 jours. Payez maintenant pour garder votre couverture."
                ),
                "police": KIMIA,
                "montant": 50,
                "date": "2026-11-12",
            }
        ]

    def test_the_same_from_any_of_her_contracts(self, api: APIClient) -> None:
        assert lire(api, f"/api/v1/clients/{BATELA}/dashboard/") == lire(api, self.URL)

    @pytest.mark.parametrize("nombre", [1, 2, 12])
    def test_two_queries_whatever_the_number_of_contracts(self, nombre: int) -> None:
        """Session, and all the rest."""
        client = ClientFactory()
        for rang in range(nombre):
            paiement(contrat(client, f"CG-2026-VIE-{rang:03}"), 100)
        api = connecter(client)

        assert requetes(api, "/api/v1/clients/CG-2026-VIE-000/dashboard/") == 2
        assert len(api.get("/api/v1/clients/CG-2026-VIE-000/dashboard/").json()["contrats"]) == nombre

    def test_a_contract_on_its_first_day(self) -> None:
        client = ClientFactory()
        PoliceFactory(souscription=SouscriptionFactory(client=client, active=True), numero_police=KIMIA)

        tableau = lire(connecter(client), self.URL)

        assert (tableau["cotisations"], tableau["derniers_paiements"], tableau["alertes"]) == ([], [], [])
        assert tableau["solde_global"] == 0
        assert tableau["contrats"][0]["prochaine_echeance_date"] is None

    def test_instalments_of_three_months_to_the_day(self, kongo: Kongo, api: APIClient) -> None:
        contrat(kongo.client, "CG-2026-VIE-002", jours=200, prime=36_500, nombre_echeances=365)

        lignes = lire(api, self.URL)["cotisations"]

        dates = [ligne["date_echeance"] for ligne in lignes if ligne["police"] == "CG-2026-VIE-002"]
        assert (dates[0], dates[-1], len(dates)) == ("2026-08-21", "2026-11-21", 93)

    def test_the_five_newest_payments_of_all_contracts_in_any_state(self, kongo: Kongo, api: APIClient) -> None:
        paiement(kongo.kimia, 10, heure=12, statut="en_cours")
        paiement(kongo.batela, 20, heure=13, statut="echec")
        paiement(kongo.kimia, 30, heure=14, statut="expire")
        paiement(kongo.batela, 40, heure=11)

        lignes = lire(api, self.URL)["derniers_paiements"]

        assert [(ligne["police"], ligne["montant"], ligne["statut_affiche"]) for ligne in lignes] == [
            (KIMIA, 30, "Expiré"),
            (BATELA, 20, "Échoué"),
            (KIMIA, 10, "En attente de votre code PIN"),
            (BATELA, 40, "Confirmé"),
            (BATELA, 600, "Confirmé"),
        ]

    @pytest.mark.parametrize(
        ("motif", "affiche"),
        [
            ("", ""),
            (
                "solde_insuffisant",
                "Votre solde Mobile Money ne suffit pas. Rechargez votre compte, puis réessayez.",
            ),
            ("autre", "L'opérateur a refusé le paiement. Rien n'a été débité. Réessayez ou demandez à un agent."),
        ],
    )
    def test_a_failure_has_a_reason_in_french(self, kongo: Kongo, api: APIClient, motif: str, affiche: str) -> None:
        paiement(kongo.kimia, 10, heure=12, statut="echec", motif_echec=motif)

        tableau = api.get(self.URL).content.decode()

        assert lire(api, self.URL)["derniers_paiements"][0]["motif_affiche"] == affiche
        assert "NOT_" not in tableau

    def test_moments_are_those_of_the_other_lists_to_the_microsecond(self, kongo: Kongo, api: APIClient) -> None:
        moment = datetime(2026, 11, 20, 23, 59, 59, 123_450, tzinfo=BRAZZAVILLE)
        PaiementFactory(souscription=kongo.kimia, date_demande=moment, date_confirmation=moment)

        listes = [
            lire(api, self.URL)["derniers_paiements"],
            lire(api, f"/api/v1/clients/{KIMIA}/cotisations/")["paiements"]["results"],
            lire(api, f"/api/v1/contrats/{KIMIA}/")["derniers_paiements"],
        ]

        assert [datetime.fromisoformat(liste[0]["date_demande"]) for liste in listes] == [moment] * 3
        assert {liste[0]["date_confirmation"][-6:] for liste in listes} == {"+01:00"}

    def test_a_cancelled_police_is_in_no_list(self, kongo: Kongo, api: APIClient) -> None:
        NumeroPolice.objects.filter(souscription=kongo.batela).update(statut=NumeroPolice.Statut.ANNULE)

        tableau = lire(api, self.URL)

        assert [ligne["police"] for ligne in tableau["contrats"]] == [KIMIA]
        assert {ligne["police"] for ligne in (*tableau["cotisations"], *tableau["derniers_paiements"])} == {KIMIA}
        assert tableau["solde_global"] == 350

    def test_the_notice_is_the_one_set_in_the_back_office(self, api: APIClient, kongo: Kongo) -> None:
        paiement(contrat(kongo.client, "CG-2026-VIE-004", jours=325), 1_200)  # it ends in forty days

        def annonces() -> list[str]:
            codes = {alerte["police"]: alerte["code"] for alerte in lire(api, self.URL)["alertes"]}
            return [police for police, code in codes.items() if code == "expiration_proche"]

        assert annonces() == []
        changer_reglage(nom="ALERTE_EXPIRATION_JOURS", valeur=40, motif="essai", acteur=AgentFactory())
        assert annonces() == ["CG-2026-VIE-004"]

    def test_what_stopped_cover_is_said_first(self, api: APIClient, kongo: Kongo, settings: Any) -> None:
        settings.ALERTE_EXPIRATION_JOURS = 30
        etats = {
            "CG-2026-VIE-002": ("suspendue", 100),
            "CG-2026-VIE-003": ("expiree", 400),
            "CG-2026-VIE-004": ("activee", 335),
            "CG-2026-VIE-005": ("activee", 334),
            "CG-2026-VIE-006": ("activee", 333),
        }
        for police, (statut, jours) in etats.items():
            souscription = contrat(kongo.client, police, jours=jours)
            paiement(souscription, 300 if statut == "suspendue" else 1_200)
            if statut != souscription.statut:
                changer_statut(souscription=souscription, vers=statut, motif="essai", quand=LE_3_NOVEMBRE)

        alertes = lire(api, self.URL)["alertes"]

        assert [(a["police"], a["type"], a["code"], a["niveau"], a["montant"], a["date"]) for a in alertes] == [
            ("CG-2026-VIE-002", "paiement", "contrat_suspendu", "urgent", 100, "2026-11-03"),
            (KIMIA, "paiement", "cotisation_en_retard", "attention", 50, "2026-11-12"),
            ("CG-2026-VIE-003", "renouvellement", "contrat_expire", "urgent", None, "2026-10-16"),
            ("CG-2026-VIE-004", "renouvellement", "expiration_proche", "attention", None, "2026-12-20"),
            ("CG-2026-VIE-005", "renouvellement", "expiration_proche", "attention", None, "2026-12-21"),
        ]
        assert [alerte["message"] for alerte in alertes if alerte["police"] != KIMIA] == [
            "PASS KIMIA : votre couverture est suspendue depuis le 03/11/2026. Payez 100\u202fFCFA pour la retrouver.",
            "PASS KIMIA a pris fin le 16/10/2026. Renouvelez-le pour retrouver votre couverture.",
            "PASS KIMIA vous couvre jusqu'au 20/12/2026, dans 29 jours. Pensez à le renouveler.",
            "PASS KIMIA vous couvre jusqu'au 21/12/2026, dans 30 jours. Pensez à le renouveler.",
        ]


class TestContrats:
    URL = f"/api/v1/clients/{KIMIA}/contrats/"

    def test_products_guarantees_beneficiaries_and_balances(self, api: APIClient, kongo: Kongo) -> None:
        GarantieFactory(produit=kongo.kimia.produit, code="DECES")
        GarantieFactory(produit=kongo.batela.produit, code="EPARGNE", type="epargne", montant=None, taux="3.50")
        BeneficiaireFactory(souscription=kongo.kimia, prenom="Grâce", telephone="+242061234567", ordre_priorite=2)
        BeneficiaireFactory(souscription=kongo.kimia, prenom="Ruth", ordre_priorite=1)
        BeneficiaireFactory(souscription=kongo.kimia, prenom="Paul", ordre_priorite=3, statut="inactif")
        BeneficiaireFactory(souscription=kongo.kimia, prenom="Jean", ordre_priorite=4, statut="decede")

        page = lire(api, self.URL)

        kimia, batela = page["results"]
        assert [garantie["code"] for garantie in kimia["garanties"]] == ["DECES"]
        assert [(garantie["code"], garantie["taux"]) for garantie in batela["garanties"]] == [("EPARGNE", "3.50")]
        commun = {"nom": "KONGO", "relation": "enfant", "role": "beneficiaire"}
        assert kimia["beneficiaires"] == [
            {**commun, "prenom": "Ruth", "telephone": "", "ordre_priorite": 1},
            {**commun, "prenom": "Grâce", "telephone": MASQUE, "ordre_priorite": 2},
        ]
        assert batela["beneficiaires"] == []
        soldes = lire(api, f"/api/v1/clients/{KIMIA}/dashboard/")["contrats"]
        assert [{**ligne, "garanties": 0, "beneficiaires": 0} for ligne in page["results"]] == [
            {**ligne, "garanties": 0, "beneficiaires": 0} for ligne in soldes
        ]

    def test_guarantees_are_written_as_in_the_catalogue(self, api: APIClient, kongo: Kongo) -> None:
        GarantieFactory(
            produit=kongo.kimia.produit, plafond=5, franchise=6, taux="12.50", age_min=18, age_max=65, a_confirmer=False
        )

        catalogue = APIClient().get("/api/v1/produits/KIMIA/").json()["garanties"]

        assert lire(api, self.URL)["results"][0]["garanties"] == catalogue

    @pytest.mark.parametrize("nombre", [1, 2, 12])
    def test_two_queries_whatever_the_number_of_contracts(self, nombre: int) -> None:
        """Session, contracts with all they hold."""
        client = ClientFactory()
        for rang in range(nombre):
            BeneficiaireFactory.create(souscription=contrat(client, f"CG-2026-VIE-{rang:03}"))
        api = connecter(client)

        assert requetes(api, "/api/v1/clients/CG-2026-VIE-000/contrats/") == 2

    def test_pages_lose_and_repeat_nothing(self, api: APIClient, kongo: Kongo) -> None:
        polices = [KIMIA, BATELA, *(f"CG-2026-VIE-{rang:03}" for rang in range(10, 15))]
        for police in polices[2:]:
            contrat(kongo.client, police)

        pages = parcourir(api, f"{self.URL}?page_size=3")

        assert [[ligne["police"] for ligne in page["results"]] for page in pages] == [
            polices[:3],
            polices[3:6],
            polices[6:],
        ]
        avant = lire(api, pages[2]["previous"])
        assert [ligne["police"] for ligne in avant["results"]] == polices[3:6]


def parcourir(
    api: APIClient, url: str | None, suite: Callable[[Any], str | None] = lambda page: page["next"]
) -> list[Any]:
    pages = []
    while url:
        pages.append(lire(api, url))
        url = suite(pages[-1])
    return pages


class TestCotisations:
    URL = f"/api/v1/clients/{KIMIA}/cotisations/"

    def test_instalments_totals_and_payments(self, api: APIClient, kongo: Kongo) -> None:
        releve = lire(api, f"{self.URL}?page_size=100")

        assert releve["totaux"] == {"nombre": 14, "montant": 2_400, "montant_paye": 950, "reste_a_payer": 1_450}
        assert [ligne["date_echeance"] for ligne in releve["results"]] == sorted(
            ligne["date_echeance"] for ligne in releve["results"]
        )
        quatrieme = next(ligne for ligne in releve["results"] if ligne["statut"] == "en_retard")
        assert quatrieme == {
            "police": KIMIA,
            "numero_quittance": f"QT-{kongo.kimia.numero_souscription}-1-04",
            "periode": 1,
            "numero": 4,
            "date_debut": "2026-11-12",
            "date_fin": "2026-12-12",
            "dernier_jour_couvert": "2026-12-11",
            "date_echeance": "2026-11-12",
            "montant": 100,
            "montant_paye": 50,
            "reste_a_payer": 50,
            "statut": "en_retard",
        }
        assert [(ligne["police"], ligne["montant"]) for ligne in releve["paiements"]["results"]] == [
            (BATELA, 600),
            (KIMIA, 200),
            (KIMIA, 150),
        ]
        assert releve["paiements"]["results"] == lire(api, f"/api/v1/clients/{KIMIA}/dashboard/")["derniers_paiements"]

    @pytest.mark.parametrize(
        ("filtres", "totaux", "montants"),
        [
            (f"contrat={BATELA}", (2, 1_200, 600, 600), [600]),
            (f"contrat={BATELA.lower()}", (2, 1_200, 600, 600), [600]),
            ("statut=payee", (4, 900, 900, 0), [600, 200, 150]),
            ("statut=en_retard", (1, 100, 50, 50), [600, 200, 150]),
            ("statut=partielle", (0, 0, 0, 0), [600, 200, 150]),
            (f"statut=a_venir&contrat={KIMIA}", (8, 800, 0, 800), [200, 150]),
            ("from=2026-11-11&to=2026-11-12", (2, 700, 650, 50), [600]),
            ("from=2026-11-12", (10, 1_500, 50, 1_450), []),
            ("to=2026-10-13", (3, 300, 300, 0), [150]),
            ("from=0001-01-01&to=9999-12-31", (14, 2_400, 950, 1_450), [600, 200, 150]),
            ("from=2030-01-01", (0, 0, 0, 0), []),
        ],
    )
    def test_filters(
        self, api: APIClient, filtres: str, totaux: tuple[int, int, int, int], montants: list[int]
    ) -> None:
        releve = lire(api, f"{self.URL}?{filtres}&page_size=100")

        assert tuple(releve["totaux"][nom] for nom in ("nombre", "montant", "montant_paye", "reste_a_payer")) == totaux
        assert (len(releve["results"]), sum(ligne["montant"] for ligne in releve["results"])) == totaux[:2]
        assert [ligne["montant"] for ligne in releve["paiements"]["results"]] == montants

    def test_a_payment_counts_on_its_day_in_brazzaville(self, api: APIClient, kongo: Kongo) -> None:
        """One hour ahead of UTC: 00:30 on the 5th is still the 4th in London."""
        for montant, heure, minute in ((11, 0, 30), (12, 23, 59)):
            moment = datetime(2026, 9, 5, heure, minute, tzinfo=BRAZZAVILLE)
            PaiementFactory(souscription=kongo.kimia, montant=montant, date_demande=moment)

        def montants(filtre: str) -> list[int]:
            return [ligne["montant"] for ligne in lire(api, f"{self.URL}?{filtre}")["paiements"]["results"]]

        assert montants("from=2026-09-05&to=2026-09-05") == [12, 11]
        assert montants("from=2026-09-06&to=2026-09-30") == []
        assert montants("to=2026-09-04") == []

    @pytest.mark.parametrize("nombre", [1, 2, 12])
    def test_two_queries_whatever_the_number_of_contracts(self, nombre: int) -> None:
        """Session, and the whole statement."""
        client = ClientFactory()
        for rang in range(nombre):
            paiement(contrat(client, f"CG-2026-VIE-{rang:03}"), 100)

        assert requetes(connecter(client), "/api/v1/clients/CG-2026-VIE-000/cotisations/") == 2

    def test_both_lists_are_read_page_by_page_on_their_own(self, api: APIClient, kongo: Kongo) -> None:
        for rang in range(7):
            paiement(kongo.kimia, rang + 1, le=JOUR - timedelta(days=rang // 3))
        url = f"{self.URL}?page_size=4&paiements_page_size=3"
        tout = lire(api, f"{self.URL}?page_size=100&paiements_page_size=100")

        pages = parcourir(api, url)
        pages_paiements = parcourir(api, url, lambda page: page["paiements"]["next"])

        assert [len(page["results"]) for page in pages] == [4, 4, 4, 2]
        assert list(chain(*(page["results"] for page in pages))) == tout["results"]
        assert {str(page["totaux"]) for page in pages} == {str(tout["totaux"])}
        assert {str(page["paiements"]["results"]) for page in pages} == {str(tout["paiements"]["results"][:3])}
        lignes = [page["paiements"]["results"] for page in pages_paiements]
        assert [len(page) for page in lignes] == [3, 3, 3, 1]
        assert list(chain(*lignes)) == tout["paiements"]["results"]
        assert {str(page["results"]) for page in pages_paiements} == {str(tout["results"][:4])}

    def test_both_lists_are_read_backwards_too(self, api: APIClient, kongo: Kongo) -> None:
        for rang in range(7):
            paiement(kongo.kimia, rang + 1, le=JOUR - timedelta(days=rang // 3))
        pages = parcourir(api, f"{self.URL}?page_size=4")
        pages_paiements = parcourir(api, f"{self.URL}?paiements_page_size=3", lambda page: page["paiements"]["next"])

        retour = parcourir(api, pages[-1]["previous"], lambda page: page["previous"])
        retour_paiements = parcourir(
            api, pages_paiements[-1]["paiements"]["previous"], lambda page: page["paiements"]["previous"]
        )

        assert [page["results"] for page in retour] == [page["results"] for page in pages[-2::-1]]
        assert [page["paiements"]["results"] for page in retour_paiements] == [
            page["paiements"]["results"] for page in pages_paiements[-2::-1]
        ]

    @pytest.mark.parametrize(
        "filtres",
        [
            {},
            {"police": BATELA},
            {"du": date(2026, 10, 12), "au": date(2026, 11, 12)},
            {"police": KIMIA, "du": date(2026, 10, 13)},
            {"statut": "a_venir", "au": date(2027, 3, 1)},
        ],
    )
    def test_the_statement_is_what_the_views_hold(self, api: APIClient, kongo: Kongo, filtres: dict[str, Any]) -> None:
        """Byte for byte: the documents read the views by the ORM, the kiosk by one function."""
        moment = datetime(2026, 11, 20, 23, 59, 59, 123_450, tzinfo=BRAZZAVILLE)
        PaiementFactory(souscription=kongo.kimia, date_demande=moment, date_confirmation=moment)
        cotisations = selectors.cotisations_du_client(client_id=kongo.client.pk, **filtres)
        paiements = selectors.paiements_du_client(
            client_id=kongo.client.pk, **{nom: valeur for nom, valeur in filtres.items() if nom != "statut"}
        )
        lignes = [selectors.avec_dernier_jour(une) for une in cotisations.order_by("date_echeance", "numero_quittance")]
        sommes = ("montant", "montant_paye", "reste_a_payer")
        attendu = {
            "totaux": {"nombre": len(lignes)} | {nom: sum(une[nom] for une in lignes) for nom in sommes},
            "next": None,
            "previous": None,
            "results": lignes,
            "paiements": {
                "next": None,
                "previous": None,
                "results": [
                    selectors.paiement_lisible(un) for un in paiements.order_by("-date_demande", "-numero_transaction")
                ],
            },
        }
        noms = {"police": "contrat", "du": "from", "au": "to"}
        parametres = {noms.get(nom, nom): str(valeur) for nom, valeur in filtres.items()}

        response = api.get(self.URL, {**parametres, "page_size": 100, "paiements_page_size": 100})

        assert response.content == JSONRenderer().render(attendu)

    def test_links_keep_the_filters(self, api: APIClient) -> None:
        suivante = lire(api, f"{self.URL}?contrat={KIMIA}&statut=a_venir&page_size=5")["next"]

        parametres = parse_qs(urlsplit(suivante).query)
        assert {nom: parametres[nom] for nom in ("contrat", "statut", "page_size")} == {
            "contrat": [KIMIA],
            "statut": ["a_venir"],
            "page_size": ["5"],
        }
        assert [ligne["numero"] for ligne in lire(api, suivante)["results"]] == [10, 11, 12]

    @pytest.mark.parametrize("police", [SALISA, "CG-2026-VIE-999", "rien du tout"])
    def test_another_s_contract_in_the_filter_is_an_unknown_one(
        self, api: APIClient, marie_claire: SouscriptionPass, police: str
    ) -> None:
        response = api.get(self.URL, {"contrat": police})

        assert (response.status_code, verifier_conformite(response)["detail"]) == (404, INTROUVABLE)

    @pytest.mark.parametrize(
        ("filtres", "champ", "message"),
        [
            ({"from": "hier"}, "from", "Écrivez la date sous la forme AAAA-MM-JJ, par exemple 2026-11-21."),
            ({"to": "2026-13-01"}, "to", "Écrivez la date sous la forme AAAA-MM-JJ, par exemple 2026-11-21."),
            ({"from": "2026-11-02", "to": "2026-11-01"}, "to", "La date de fin précède la date de début."),
            ({"statut": "impayee"}, "statut", "« impayee » n'est pas un des choix possibles."),
            ({"contrat": "C" * 31}, "contrat", "Ce texte a plus de 30 caractères."),
            ({"page_size": "0"}, "page_size", "Choisissez un nombre entier de 1 à 100."),
            ({"paiements_page_size": "101"}, "paiements_page_size", "Choisissez un nombre entier de 1 à 100."),
            ({"cursor": "x"}, "cursor", "Suivez les liens `next` et `previous` sans les modifier."),
            ({"paiements_cursor": "x"}, "paiements_cursor", "Suivez les liens `next` et `previous` sans les modifier."),
        ],
    )
    def test_a_filter_that_cannot_be_read_is_named(
        self, api: APIClient, filtres: dict[str, str], champ: str, message: str
    ) -> None:
        response = api.get(self.URL, filtres)

        assert (response.status_code, verifier_conformite(response)["champs"]) == (400, {champ: [message]})

    def test_the_cursor_of_one_list_does_not_open_the_other(self, api: APIClient) -> None:
        suivante = lire(api, f"{self.URL}?page_size=4")["next"]
        curseur = parse_qs(urlsplit(suivante).query)["cursor"][0]

        assert api.get(self.URL, {"paiements_cursor": curseur}).status_code == 400

    def test_an_empty_statement(self) -> None:
        client = ClientFactory()
        PoliceFactory(souscription=SouscriptionFactory(client=client, active=True), numero_police=KIMIA)

        vide = {"next": None, "previous": None, "results": []}
        assert lire(connecter(client), self.URL) == {
            "totaux": {"nombre": 0, "montant": 0, "montant_paye": 0, "reste_a_payer": 0},
            **vide,
            "paiements": vide,
        }


class TestContrat:
    URL = f"/api/v1/contrats/{KIMIA}/"

    def test_one_contract_in_full(self, api: APIClient, kongo: Kongo) -> None:
        BeneficiaireFactory(souscription=kongo.kimia)

        contrat = lire(api, self.URL)

        assert (contrat["police"], contrat["solde"], len(contrat["beneficiaires"])) == (KIMIA, 350, 1)
        assert [ligne["numero"] for ligne in contrat["cotisations"]] == list(range(1, 13))
        assert {ligne["police"] for ligne in contrat["cotisations"]} == {KIMIA}
        assert [ligne["montant"] for ligne in contrat["derniers_paiements"]] == [200, 150]
        assert {
            cle: valeur for cle, valeur in contrat.items() if cle not in ("cotisations", "derniers_paiements")
        } == lire(api, f"/api/v1/clients/{KIMIA}/contrats/")["results"][0]

    @pytest.mark.parametrize(
        ("debuts", "periode"),
        [([-400, -35], 2), ([-365, 0], 2), ([-364, 1], 1), ([-800, -435], 2), ([10], 1), ([-100, 265, 630], 1)],
    )
    def test_instalments_of_the_period_in_force_or_the_nearest(self, debuts: list[int], periode: int) -> None:
        client = ClientFactory()
        souscription = SouscriptionFactory(client=client, active=True)
        PoliceFactory(souscription=souscription, numero_police=KIMIA)
        for numero, debut in enumerate(debuts, start=1):
            PeriodeFactory(souscription=souscription, numero=numero, date_debut=JOUR + timedelta(days=debut))

        lignes = lire(connecter(client), self.URL)["cotisations"]

        assert [(ligne["periode"], ligne["numero"]) for ligne in lignes] == [(periode, rang) for rang in range(1, 13)]

    def test_only_its_five_newest_payments(self, api: APIClient, kongo: Kongo) -> None:
        for heure in range(6):
            paiement(kongo.kimia, heure + 1, heure=heure)

        assert [ligne["montant"] for ligne in lire(api, self.URL)["derniers_paiements"]] == [6, 5, 4, 3, 2]

    def test_four_queries(self, api: APIClient) -> None:
        """Session, contract with all it holds, instalments, payments."""
        assert requetes(api, self.URL) == 4

    def test_a_contract_without_a_period(self) -> None:
        client = ClientFactory()
        PoliceFactory(souscription=SouscriptionFactory(client=client, active=True), numero_police=KIMIA)

        contrat = lire(connecter(client), self.URL)

        assert (contrat["cotisations"], contrat["derniers_paiements"], contrat["beneficiaires"]) == ([], [], [])
        assert (contrat["date_effet"], contrat["prochaine_echeance_montant"]) == (None, None)


class TestCors:
    """A page of another origin may read the API only when its origin is configured; health is for machines."""

    ORIGINE = "https://borne.nsia.cg"

    @pytest.fixture(autouse=True)
    def origines(self, settings: Any) -> None:
        settings.CORS_ALLOWED_ORIGINS = [self.ORIGINE]

    def entetes(self, response: HttpResponse) -> dict[str, str]:
        return {nom: valeur for nom, valeur in response.headers.items() if nom.startswith("access-control")}

    def test_a_configured_origin(self, api: APIClient) -> None:
        response = api.get(ROUTES[0].format(KIMIA), HTTP_ORIGIN=self.ORIGINE)

        assert self.entetes(response) == {
            "access-control-allow-origin": self.ORIGINE,
            "access-control-expose-headers": "idempotent-replayed, retry-after, x-request-id",
        }

    def test_its_preflight_needs_no_token(self) -> None:
        response = APIClient().options(
            ROUTES[0].format(KIMIA),
            HTTP_ORIGIN=self.ORIGINE,
            HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET",
            HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization, x-borne-cle",
        )

        entetes = self.entetes(response)
        assert response.status_code == 200
        assert entetes["access-control-allow-origin"] == self.ORIGINE
        assert {"authorization", "x-borne-cle", "idempotency-key"} <= set(
            entetes["access-control-allow-headers"].split(", ")
        )

    @pytest.mark.parametrize("origine", ["https://ailleurs.example", "http://borne.nsia.cg", "null"])
    def test_any_other_origin(self, api: APIClient, origine: str) -> None:
        url = ROUTES[0].format(KIMIA)

        assert self.entetes(api.get(url, HTTP_ORIGIN=origine)) == {}
        assert self.entetes(api.options(url, HTTP_ORIGIN=origine, HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET")) == {}

    def test_health_is_not_shared(self) -> None:
        response = APIClient().get("/sante/", HTTP_ORIGIN=self.ORIGINE)

        assert (response.status_code, self.entetes(response)) == (200, {})
