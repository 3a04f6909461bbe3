"""What a client takes away, what it says, and what anyone may learn from its code. Marie Claire is the outsider."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import segno
from django.contrib.staticfiles import finders
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.borne_auth.tokens import JetonAgent
from apps.pass_clients.models import ClientPass, NumeroPolice, SouscriptionPass
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.courses import transaction_ouverte
from apps.pass_clients.tests.factories import (
    BeneficiaireFactory,
    ClientFactory,
    PeriodeFactory,
    PoliceFactory,
    SouscriptionFactory,
)
from apps.pass_payments.documents import attestation, codes, recu, releve, selectors, services
from apps.pass_payments.documents.errors import RecuIntrouvable
from apps.pass_payments.models import DocumentEmis, PaiementPass
from apps.pass_payments.services import changer_statut_paiement
from apps.pass_payments.tests import recount
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.pdfs import Pdf, lire
from apps.pass_payments.tests.portefeuilles import Portefeuille, fixer_aujourdhui, lignes, sur_un_portefeuille
from apps.pass_payments.tests.test_apis import connecter, contrat, paiement
from apps.pass_products.tests.factories import GarantieFactory, ProduitEpargneFactory, ProduitFactory
from nsia_pass_api.pdf.dessin import FeuilleA4
from nsia_pass_api.pdf.typographie import francais, imprimable, jour_en_lettres
from nsia_pass_api.tests.conformite import verifier_conformite

pytestmark = pytest.mark.django_db

JOUR = date(2026, 11, 21)
KIMIA, BATELA, SALISA = "CG-2026-VIE-001", "CG-2026-EPG-001", "CG-2026-SAN-001"
MASQUE = "+242\u00a006\u00a0•••\u00a0••\u00a067"
FINE = "\u202f"
EMISSION = services.Emission("7F3K-9QRT-2HBX", datetime(2026, 11, 21, 9, 12, tzinfo=UTC))
SECRETS = ("KONGO", "Jean Baptiste", KIMIA, BATELA, "061234567", "06 123 45 67", "400", "150", "350")


@pytest.fixture(autouse=True)
def aujourdhui(db: None) -> None:
    fixer_aujourdhui(JOUR)


@pytest.fixture(autouse=True)
def adresse(settings: Any) -> None:
    settings.URL_PUBLIQUE = "https://pass.exemple.cg"


@pytest.fixture
def kongo() -> ClientPass:
    return ClientFactory(nom="KONGO", prenom="Jean Baptiste", telephone="+242061234567")


@pytest.fixture
def kimia(kongo: ClientPass) -> SouscriptionPass:
    """Paid up: 4 instalments of 100 due, 400 paid, by 150 then 250."""
    souscription = contrat(kongo, KIMIA)
    paiement(souscription, 150, le=JOUR - timedelta(days=40), numero_transaction="PAY-20261012-AAAAAA")
    paiement(
        souscription,
        250,
        le=JOUR - timedelta(days=20),
        numero_transaction="PAY-20261101-BBBBBB",
        numero_payeur="+242061234567",
        code_confirmation="363440463",
    )
    return souscription


@pytest.fixture
def batela(kongo: ClientPass, kimia: SouscriptionPass) -> SouscriptionPass:
    souscription = contrat(kongo, BATELA, jours=10, nombre_echeances=2)
    paiement(souscription, 600, le=JOUR - timedelta(days=10), numero_transaction="PAY-20261111-CCCCCC")
    return souscription


@pytest.fixture
def marie_claire() -> SouscriptionPass:
    client = ClientFactory(nom="MOUKOKO", prenom="Marie Claire", telephone="+242059876543")
    salisa = contrat(client, SALISA)
    paiement(salisa, 400, numero_transaction="PAY-20261121-DDDDDD")
    return salisa


@pytest.fixture
def api(kongo: ClientPass, kimia: SouscriptionPass) -> APIClient:
    return connecter(kongo)


def url(quoi: str, police: str = KIMIA) -> str:
    return f"/api/v1/clients/{police}/{quoi}"


RELEVE, PDF, ATTESTATION = "releve/", "releve/?format=pdf", "attestation/"
RECU, RECU_JSON = "recus/PAY-20261101-BBBBBB/", "recus/PAY-20261101-BBBBBB/?format=json"
ROUTES = (RELEVE, PDF, ATTESTATION, RECU, RECU_JSON)


def pdf(response: HttpResponse) -> Pdf:
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "application/pdf"
    return lire(response.content)


def refus(response: HttpResponse) -> tuple[int, str, str]:
    corps = verifier_conformite(response)
    return response.status_code, corps["code"], corps["detail"]


def requetes(appel: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert appel().status_code == 200
    return len(queries)


class TestPermissions:
    @pytest.mark.parametrize("route", ROUTES)
    def test_another_s_police_answers_as_an_unknown_one(
        self, api: APIClient, kongo: ClientPass, marie_claire: SouscriptionPass, route: str
    ) -> None:
        annulee = contrat(kongo, "CG-2026-VIE-009")
        NumeroPolice.objects.filter(souscription=annulee).update(statut=NumeroPolice.Statut.ANNULE)
        polices = [SALISA, SALISA.lower(), "CG-2026-VIE-009", "CG-2026-VIE-999"]

        responses = [api.get(url(route, police), HTTP_X_REQUEST_ID="une-requete") for police in polices]

        assert {refus(response) for response in responses} == {
            (404, "contrat_introuvable", "Ce contrat n'existe pas ou n'est pas le vôtre.")
        }
        assert len({response.content for response in responses}) == 1
        assert DocumentEmis.objects.count() == 0

    @pytest.mark.parametrize("route", ROUTES)
    def test_the_outsider_gets_nothing_of_another_s(
        self, api: APIClient, marie_claire: SouscriptionPass, route: str
    ) -> None:
        assert connecter(marie_claire.client).get(url(route)).status_code == 404

    @pytest.mark.parametrize("numero", ["PAY-20261121-DDDDDD", "PAY-20261121-ZZZZZZ", "X"])
    def test_another_s_payment_answers_as_an_unknown_one(
        self, api: APIClient, marie_claire: SouscriptionPass, numero: str
    ) -> None:
        assert refus(api.get(url(f"recus/{numero}/"))) == (
            404,
            "recu_introuvable",
            "Aucun paiement confirmé ne porte ce numéro parmi les vôtres.",
        )

    @pytest.mark.parametrize("route", ROUTES)
    def test_nobody_without_a_client_s_token(self, api: APIClient, route: str) -> None:
        jeton = JetonAgent.emettre(fin=timezone.now() + timedelta(minutes=5), agent=str(AgentFactory().pk))

        for porteur in ({}, {"HTTP_AUTHORIZATION": f"Bearer {jeton}"}, {"HTTP_AUTHORIZATION": "Bearer rien"}):
            response = APIClient().get(url(route), **porteur)
            assert response.headers["Content-Type"] == "application/problem+json"
            assert refus(response)[0] == 401

    @pytest.mark.parametrize("route", ROUTES)
    def test_nothing_is_kept_and_nothing_else_is_accepted(self, api: APIClient, route: str) -> None:
        assert api.get(url(route)).headers["Cache-Control"] == "no-store"
        for methode in (api.post, api.put, api.patch, api.delete):
            assert methode(url(route), {}, format="json").status_code == 405

    def test_the_police_is_read_in_any_case(self, api: APIClient) -> None:
        for route in ROUTES:
            assert api.get(url(route, KIMIA.lower())).status_code == 200


class TestFormats:
    @pytest.mark.parametrize(
        ("route", "accept", "attendu"),
        [
            (RELEVE, "application/pdf", "application/json"),
            (RELEVE, "text/html", "application/json"),
            (PDF, "application/json", "application/pdf"),
            (RECU, "application/json", "application/pdf"),
            (RECU_JSON, "text/html", "application/json"),
            (ATTESTATION, "application/json", "application/pdf"),
        ],
    )
    def test_the_parameter_decides_whatever_is_accepted(
        self, api: APIClient, route: str, accept: str, attendu: str
    ) -> None:
        response = api.get(url(route), HTTP_ACCEPT=accept)

        assert (response.status_code, response.headers["Content-Type"]) == (200, attendu)

    @pytest.mark.parametrize(
        ("route", "champ"),
        [
            ("releve/?format=xml", "format"),
            ("attestation/?format=html", "format"),
            ("recus/PAY-20261101-BBBBBB/?format=html", "format"),
            ("recus/PAY-20261101-BBBBBB/?papier=a3", "papier"),
            ("releve/?format=pdf&from=hier", "from"),
            ("releve/?format=pdf&from=2026-11-02&to=2026-11-01", "to"),
        ],
    )
    def test_a_choice_that_does_not_exist_is_named(self, api: APIClient, route: str, champ: str) -> None:
        response = api.get(url(route))

        assert response.status_code == 400
        assert list(verifier_conformite(response)["champs"]) == [champ]
        assert DocumentEmis.objects.count() == 0

    @pytest.mark.parametrize(
        ("route", "nom"),
        [
            (PDF, f"releve-{KIMIA}"),
            (ATTESTATION, f"attestation-{KIMIA}"),
            (RECU, "recu-PAY-20261101-BBBBBB"),
        ],
    )
    def test_a_browser_shows_it_and_saves_it_under_a_name(self, api: APIClient, route: str, nom: str) -> None:
        response = api.get(url(route))

        assert response.headers["Content-Disposition"] == f'inline; filename="{nom}.pdf"'


class TestReleve:
    def test_all_contracts_with_instalments_payments_and_balances(
        self, api: APIClient, batela: SouscriptionPass
    ) -> None:
        document = verifier_conformite(api.get(url(RELEVE)))

        assert (document["date"], document["du"], document["au"]) == ("2026-11-21", None, None)
        assert document["client"] == {"nom": "KONGO", "prenom": "Jean Baptiste", "telephone": MASQUE}
        assert document["totaux"] == {
            "nombre": 14,
            "montant": 2_400,
            "montant_paye": 1_000,
            "reste_a_payer": 1_400,
        }
        assert document["total_recu"] == 1_000
        assert [(c["police"], c["total_recu"], len(c["cotisations"])) for c in document["contrats"]] == [
            (KIMIA, 400, 12),
            (BATELA, 600, 2),
        ]
        premiere = document["contrats"][0]["cotisations"][0]
        assert (premiere["montant"], premiere["montant_paye"], premiere["statut"]) == (100, 100, "payee")
        assert [p["numero_transaction"] for p in document["contrats"][0]["paiements"]] == [
            "PAY-20261012-AAAAAA",
            "PAY-20261101-BBBBBB",
        ]
        assert document["solde_global"] == sum(c["solde"] for c in document["contrats"])

    def test_json_hands_nothing_out(self, api: APIClient) -> None:
        api.get(url(RELEVE))

        assert DocumentEmis.objects.count() == 0

    def test_one_contract_between_two_days(self, api: APIClient, batela: SouscriptionPass) -> None:
        document = verifier_conformite(api.get(url(f"releve/?contrat={BATELA.lower()}&from=2026-11-01&to=2026-11-30")))

        (seul,) = document["contrats"]
        assert seul["police"] == BATELA
        assert [c["date_echeance"] for c in seul["cotisations"]] == ["2026-11-11"]
        assert (
            document["totaux"]
            == seul["totaux"]
            == {
                "nombre": 1,
                "montant": 600,
                "montant_paye": 600,
                "reste_a_payer": 0,
            }
        )
        assert (document["solde_global"], document["total_recu"]) == (seul["solde"], 600)

    def test_another_s_contract_in_the_filter_is_an_unknown_one(
        self, api: APIClient, marie_claire: SouscriptionPass
    ) -> None:
        for filtre in (SALISA, "CG-2026-VIE-999"):
            assert refus(api.get(url(f"releve/?format=pdf&contrat={filtre}")))[:2] == (404, "contrat_introuvable")

    def test_only_confirmed_payments_and_the_refunded_ones_which_do_not_count(
        self, api: APIClient, kimia: SouscriptionPass
    ) -> None:
        paiement(kimia, 77, statut="rembourse")
        paiement(kimia, 78, statut="echec")
        paiement(kimia, 79, statut="initie")

        (seul,) = verifier_conformite(api.get(url(RELEVE)))["contrats"]

        assert [(p["montant"], p["statut"]) for p in seul["paiements"]] == [
            (150, "succes"),
            (250, "succes"),
            (77, "rembourse"),
        ]
        assert seul["total_recu"] == 400
        assert "Remboursé" in pdf(api.get(url(PDF))).texte

    def test_the_pdf_says_what_the_json_says(self, api: APIClient, batela: SouscriptionPass) -> None:
        document = api.get(url(RELEVE)).json()

        lu = pdf(api.get(url(PDF)))

        emis = DocumentEmis.objects.get()
        attendus = ["Jean Baptiste KONGO", "Situation au 21\u00a0novembre 2026", "PASS KIMIA", "Actif", emis.code]
        for contrat_du_releve in document["contrats"]:
            attendus += [ligne["numero_quittance"] for ligne in contrat_du_releve["cotisations"]]
            attendus += [ligne["numero_transaction"] for ligne in contrat_du_releve["paiements"]]
        assert [texte for texte in attendus if texte not in lu.texte] == []
        assert MASQUE.replace("\u00a0", " ") in lu.texte.replace("\u00a0", " ")
        assert "061234567" not in lu.texte
        assert f"https://pass.exemple.cg/verifier/{emis.code}/" in lu.texte

    def test_pages_repeat_their_headings_and_say_which_they_are(self, api: APIClient, kongo: ClientPass) -> None:
        contrat(kongo, "CG-2026-VIE-002", nombre_echeances=120)

        lu = pdf(api.get(url("releve/?format=pdf&contrat=CG-2026-VIE-002")))

        nombre = len(lu.pages)
        assert nombre == 4
        for rang, page in enumerate(lu.pages, start=1):
            assert "".join(page[-2:]) == f"Page {rang} / {nombre}"
        for page in lu.pages[1:4]:
            assert page[2] == "Relevé de cotisations · Jean Baptiste KONGO"
            assert page[3:6] == ["Quittance", "Échéance", "Montant"]
        assert sum(texte.startswith("QT-") for page in lu.pages for texte in page) == 120

    def test_one_row_a_period_and_day_with_its_dates(self, api: APIClient, batela: SouscriptionPass) -> None:
        for _ in range(2):
            api.get(url(f"releve/?format=pdf&contrat={BATELA}&from=2026-11-01&to=2026-11-30"))

        emis = list(
            DocumentEmis.objects.values_list("type", "souscription_id", "paiement_id", "date_debut", "date_fin")
        )
        assert emis == [("releve", batela.pk, None, date(2026, 11, 1), date(2026, 12, 1))]

    def test_the_last_day_of_the_calendar_is_one(self, api: APIClient) -> None:
        pdf(api.get(url("releve/?format=pdf&from=0001-01-01&to=9999-12-31")))

        assert DocumentEmis.objects.get().date_fin == date.max

    @pytest.mark.parametrize("nombre", [1, 5])
    def test_queries_do_not_grow_with_contracts(self, nombre: int) -> None:
        client, produits = ClientFactory(), [ProduitFactory(), ProduitEpargneFactory()]
        for rang in range(nombre):
            police = PoliceFactory(
                souscription=SouscriptionFactory(client=client, produit=produits[rang % 2], active=True),
                numero_police=f"CG-2026-VIE-{rang:03}",
            )
            PeriodeFactory(souscription=police.souscription)
            PaiementFactory(souscription=police.souscription)
        api = connecter(client)

        assert requetes(lambda: api.get(url(RELEVE, "CG-2026-VIE-000"))) == 4
        assert requetes(lambda: api.get(url(PDF, "CG-2026-VIE-000"))) == 6


class TestAttestation:
    def test_it_names_what_is_covered_and_until_when(self, api: APIClient, kimia: SouscriptionPass) -> None:
        GarantieFactory(produit=kimia.produit, libelle="Frais funéraires (mosungui)")
        BeneficiaireFactory(souscription=kimia, prenom="Grâce", nom="KONGO", role="assure")
        BeneficiaireFactory(souscription=kimia, prenom="Léontine", ordre_priorite=2)
        BeneficiaireFactory(souscription=kimia, prenom="Retirée", ordre_priorite=3, statut="inactif")

        lu = pdf(api.get(url(ATTESTATION)))

        (page,) = lu.pages
        emis = DocumentEmis.objects.get()
        debut = JOUR - timedelta(days=100)
        for texte in ("Jean Baptiste KONGO", "PASS KIMIA", KIMIA, "Frais funéraires (mosungui)", "Grâce KONGO", "1"):
            assert texte in page
        assert page[page.index("Couvert à partir du") + 1] in (jour_en_lettres(debut), KIMIA)
        assert jour_en_lettres(debut + timedelta(days=364)) in page
        assert emis.code in page
        assert f"https://pass.exemple.cg/verifier/{emis.code}/" in page
        assert "Léontine" not in lu.texte
        assert (emis.type, emis.souscription_id, emis.date_debut, emis.date_fin) == (
            "attestation",
            kimia.pk,
            debut,
            debut + timedelta(days=365),
        )

    def test_in_json_it_says_the_same_with_its_code(self, api: APIClient, kimia: SouscriptionPass) -> None:
        GarantieFactory(produit=kimia.produit, libelle="Frais funéraires (mosungui)")
        BeneficiaireFactory(souscription=kimia, prenom="Grâce", nom="KONGO", role="assure")
        BeneficiaireFactory(souscription=kimia, prenom="Léontine", ordre_priorite=2)

        document = verifier_conformite(api.get(url("attestation/?format=json")))

        emis = DocumentEmis.objects.get()
        assert document | {"garanties": document["garanties"][-1:], "emis_le": ""} == {
            "code": emis.code,
            "adresse": f"https://pass.exemple.cg/verifier/{emis.code}/",
            "qr": [
                "".join("01"[noir] for noir in rangee)
                for rangee in segno.make(document["adresse"], error="m", micro=False).matrix
            ],
            "emis_le": "",
            "police": KIMIA,
            "nom_produit": "PASS KIMIA",
            "nom": "KONGO",
            "prenom": "Jean Baptiste",
            "date_debut": str(JOUR - timedelta(days=100)),
            "date_fin": str(JOUR + timedelta(days=265)),
            "dernier_jour_couvert": str(JOUR + timedelta(days=264)),
            "prime": 1_200,
            "periodicite": "mensuelle",
            "nombre_beneficiaires": 1,
            "garanties": ["Frais funéraires (mosungui)"],
            "assures": ["Grâce KONGO"],
            "conditions": attestation.CONDITIONS,
        }

    def test_the_same_one_keeps_its_code_for_the_day(self, api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
        for route in (ATTESTATION, "attestation/?format=json", ATTESTATION):
            assert api.get(url(route)).status_code == 200
        ce_jour = DocumentEmis.objects.get()

        demain = ce_jour.jour + timedelta(days=1)
        monkeypatch.setattr(services, "aujourdhui", lambda: demain)
        assert api.get(url(ATTESTATION)).status_code == 200

        assert list(DocumentEmis.objects.order_by("id").values_list("jour", flat=True)) == [ce_jour.jour, demain]
        assert len(set(DocumentEmis.objects.values_list("code", flat=True))) == 2

    def test_a_contract_gives_twenty_a_day(self, api: APIClient, kimia: SouscriptionPass) -> None:
        for jour in range(services.PAR_CONTRAT_ET_PAR_JOUR):
            services.emettre_releve(client_id=kimia.client_id, police=KIMIA, du=JOUR - timedelta(days=jour))

        refusee = api.get(url(ATTESTATION))

        assert (refusee.status_code, refusee.json()["code"]) == (429, "trop_de_documents")
        assert 0 < int(refusee["Retry-After"]) <= 86_400
        assert api.get(url(f"releve/?format=pdf&from={JOUR}")).status_code == 200  # it has its code already
        assert DocumentEmis.objects.count() == services.PAR_CONTRAT_ET_PAR_JOUR

    def test_what_falls_due_today_is_not_late(self, api: APIClient, kongo: ClientPass) -> None:
        contrat(kongo, "CG-2026-VIE-003", jours=0)

        pdf(api.get(url(ATTESTATION, "CG-2026-VIE-003")))

    def test_the_period_is_that_of_today(self, api: APIClient, kimia: SouscriptionPass) -> None:
        fin = JOUR + timedelta(days=265)
        PeriodeFactory(souscription=kimia, numero=2, date_debut=fin)

        pdf(api.get(url(ATTESTATION)))

        assert DocumentEmis.objects.get().date_fin == fin

    def test_late(self, api: APIClient, kimia: SouscriptionPass) -> None:
        fixer_aujourdhui(JOUR + timedelta(days=30))

        assert refus(api.get(url(ATTESTATION))) == (
            422,
            "attestation_refusee",
            f"PASS KIMIA : 100{FINE}FCFA en retard depuis 9 jours. Payez maintenant pour garder votre couverture. "
            "Votre attestation sera disponible aussitôt.",
        )
        assert DocumentEmis.objects.count() == 0

    def test_suspended_and_late(self, api: APIClient, kimia: SouscriptionPass) -> None:
        quand = datetime(2027, 1, 12, 2, tzinfo=UTC)
        changer_statut(souscription=kimia, vers="suspendue", motif="essai", quand=quand)
        fixer_aujourdhui(JOUR + timedelta(days=60))

        assert refus(api.get(url(ATTESTATION)))[2] == (
            f"PASS KIMIA : votre couverture est suspendue depuis le 12/01/2027. Payez 200{FINE}FCFA pour la retrouver. "
            "Votre attestation sera disponible aussitôt."
        )

    def test_suspended_and_paid(self, api: APIClient, kimia: SouscriptionPass) -> None:
        NumeroPolice.objects.filter(souscription=kimia).update(statut=NumeroPolice.Statut.SUSPENDU)

        assert refus(api.get(url(ATTESTATION)))[2] == (
            "PASS KIMIA : votre couverture est suspendue. Parlez-en à un conseiller pour la retrouver."
        )

    def test_expired(self, api: APIClient, kimia: SouscriptionPass) -> None:
        fixer_aujourdhui(JOUR + timedelta(days=265))

        assert refus(api.get(url(ATTESTATION)))[2] == (
            "PASS KIMIA a pris fin le 12/08/2027. Renouvelez-le pour retrouver votre couverture. "
            f"Le paiement comprendra les 800{FINE}FCFA encore dus. Votre attestation sera disponible aussitôt."
        )

    def test_terminated(self, api: APIClient, kimia: SouscriptionPass) -> None:
        changer_statut(souscription=kimia, vers="resiliee", motif="essai", quand=datetime(2026, 11, 20, 9, tzinfo=UTC))

        assert refus(api.get(url(ATTESTATION)))[2] == (
            "PASS KIMIA est résilié depuis le 20/11/2026 : il ne vous couvre plus. "
            "Un conseiller peut vous aider à souscrire à nouveau."
        )

    def test_never_paid(self, api: APIClient, kongo: ClientPass) -> None:
        PoliceFactory(souscription=SouscriptionFactory(client=kongo, produit=ProduitFactory()), numero_police="CG-X-1")

        assert refus(api.get(url(ATTESTATION, "CG-X-1")))[2] == (
            "PASS KIMIA attend son premier paiement : il vous couvrira dès que ce paiement sera confirmé. "
            "Votre attestation sera disponible aussitôt."
        )

    def test_a_day_that_no_period_covers(self, api: APIClient, kongo: ClientPass) -> None:
        contrat(kongo, "CG-2026-VIE-003", jours=-5)

        assert refus(api.get(url(ATTESTATION, "CG-2026-VIE-003")))[2] == (
            "PASS KIMIA ne couvre pas la journée d'aujourd'hui. Parlez-en à un conseiller."
        )

    def test_four_queries(self, api: APIClient, kimia: SouscriptionPass) -> None:
        for rang in range(1, 7):
            BeneficiaireFactory(souscription=kimia, ordre_priorite=rang)

        assert requetes(lambda: api.get(url(ATTESTATION))) == 4

    def test_the_longest_one_is_one_page_where_nothing_overlaps(
        self, api: APIClient, kimia: SouscriptionPass, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        contenu = selectors.attestation(client_id=kimia.client_id, police=KIMIA) | {
            "nom": "MOUKOKO-NGOUABI " * 5,
            "prenom": "Marie Claire Dés" * 5,
            "garanties": ["Une garantie dont le nom est très long, plus long que sa colonne"] * 20,
            "assures": ["Prince Dieuveil MOUKOKO"] * 6,
        }
        bas: list[float] = []
        paragraphe = FeuilleA4.paragraphe

        def noter(self: FeuilleA4, texte: str, **options: Any) -> float:
            bas.append(paragraphe(self, texte, **options))
            return bas[-1]

        monkeypatch.setattr(FeuilleA4, "paragraphe", noter)
        lu = lire(attestation.dessiner(contenu, EMISSION))

        assert len(lu.pages) == 1
        assert bas[-2] < FeuilleA4.BAS - 38  # the conditions end above the box of the code
        assert "et 15 autres" in lu.pages[0]


class TestRecu:
    def test_what_this_payment_settled(self, api: APIClient, kimia: SouscriptionPass) -> None:
        document = verifier_conformite(api.get(url(RECU_JSON)))

        emis = DocumentEmis.objects.get()
        quittance = f"QT-{kimia.numero_souscription}-1"
        assert (document["code"], document["adresse"]) == (
            emis.code,
            f"https://pass.exemple.cg/verifier/{emis.code}/",
        )
        assert (document["montant"], document["montant_net"], document["avoir"]) == (250, 250, 0)
        assert (document["police"], document["telephone"], document["numero_payeur"]) == (KIMIA, MASQUE, MASQUE)
        assert [
            (q["numero_quittance"], q["montant"], q["montant_regle"], q["reste_a_payer"])
            for q in document["quittances"]
        ] == [(f"{quittance}-02", 100, 50, 0), (f"{quittance}-03", 100, 100, 0), (f"{quittance}-04", 100, 100, 0)]

    def test_the_part_settled_quittance_says_what_was_left(self, api: APIClient) -> None:
        document = api.get(url("recus/PAY-20261012-AAAAAA/?format=json")).json()

        assert [(q["montant_regle"], q["reste_a_payer"]) for q in document["quittances"]] == [(100, 0), (50, 50)]

    def test_what_is_beyond_all_instalments_is_avoir(self, api: APIClient, kimia: SouscriptionPass) -> None:
        paiement(kimia, 1_000, frais=20, numero_transaction="PAY-20261121-EEEEEE")

        document = api.get(url("recus/PAY-20261121-EEEEEE/?format=json")).json()

        assert (len(document["quittances"]), document["montant_net"], document["avoir"]) == (8, 980, 180)
        lu = pdf(api.get(url("recus/PAY-20261121-EEEEEE/")))
        for texte in ("1\u202f000\u00a0FCFA", "20\u00a0FCFA", "980\u00a0FCFA", "180\u00a0FCFA", "Avoir pour la suite"):
            assert texte in lu.pages[0]

    @pytest.mark.parametrize(("papier", "largeur"), [("80", 80), ("58", 58), ("a4", 210)])
    def test_the_paper(self, api: APIClient, papier: str, largeur: int) -> None:
        lu = pdf(api.get(url(f"recus/pay-20261101-bbbbbb/?papier={papier}")))

        assert round(lu.taille[0]) == largeur
        assert lu.taille[1] == pytest.approx(297, abs=0.1) if papier == "a4" else 120 < lu.taille[1] < 230
        code = DocumentEmis.objects.get().code
        for texte in ("Jean Baptiste KONGO", KIMIA, "PAY-20261101-BBBBBB", "MTN Mobile Money", "363440463", code):
            assert texte in lu.pages[0]
        assert "250\u00a0FCFA" in lu.pages[0]
        assert lu.texte.count("QT-") == 3
        assert "061234567" not in lu.texte.replace(" ", "").replace("\u00a0", "")

    def test_a_roll_is_as_high_as_what_it_says(self, api: APIClient) -> None:
        deux, trois = (pdf(api.get(url(f"recus/{n}/"))) for n in ("PAY-20261012-AAAAAA", "PAY-20261101-BBBBBB"))

        assert deux.taille[1] < trois.taille[1] < deux.taille[1] + 30

    def test_a_long_receipt_continues_on_other_pages(self, api: APIClient, kongo: ClientPass) -> None:
        longue = contrat(kongo, "CG-2026-VIE-004", nombre_echeances=120)
        paiement(longue, 1_200, numero_transaction="PAY-20261121-FFFFFF")

        lu = pdf(api.get(url("recus/PAY-20261121-FFFFFF/?papier=a4")))
        rouleau = pdf(api.get(url("recus/PAY-20261121-FFFFFF/")))

        assert (len(lu.pages), len(rouleau.pages)) == (4, 1)
        assert lu.texte.count("QT-") == rouleau.texte.count("QT-") == 120

    def test_it_is_found_by_its_receipt_number_too(self, api: APIClient, kimia: SouscriptionPass) -> None:
        paiement(kimia, 100, operateur="especes", mode_paiement="Espèces", numero_recu="REC-2026-000007")

        lu = pdf(api.get(url("recus/rec-2026-000007/")))

        assert "N° REC-2026-000007" in lu.pages[0]

    def test_from_any_of_her_contracts(self, api: APIClient, batela: SouscriptionPass) -> None:
        assert api.get(url(RECU_JSON, BATELA)).json()["police"] == KIMIA

    def test_a_payment_that_waits_for_its_police(self, api: APIClient, kongo: ClientPass) -> None:
        sans_police = SouscriptionFactory(client=kongo, produit=ProduitFactory(), active=True)
        PeriodeFactory(souscription=sans_police, date_debut=JOUR)
        paiement(sans_police, 100, numero_transaction="PAY-20261121-GGGGGG")

        document = verifier_conformite(api.get(url("recus/PAY-20261121-GGGGGG/?format=json")))

        assert (document["police"], len(document["quittances"])) == ("", 1)
        assert "en cours d’attribution" in pdf(api.get(url("recus/PAY-20261121-GGGGGG/"))).pages[0]

    @pytest.mark.parametrize("statut", ["initie", "en_cours", "en_verification", "echec", "expire", "rembourse"])
    def test_only_a_confirmed_payment_has_one(self, api: APIClient, kimia: SouscriptionPass, statut: str) -> None:
        paiement(kimia, 100, statut=statut, numero_transaction="PAY-20261121-HHHHHH")

        assert refus(api.get(url("recus/PAY-20261121-HHHHHH/")))[:2] == (404, "recu_introuvable")

    def test_a_payment_of_a_cancelled_police_has_none(self, api: APIClient, kongo: ClientPass) -> None:
        annulee = contrat(kongo, "CG-2026-VIE-009")
        paiement(annulee, 100, numero_transaction="PAY-20261121-HHHHHH")
        NumeroPolice.objects.filter(souscription=annulee).update(statut=NumeroPolice.Statut.ANNULE)

        assert refus(api.get(url("recus/PAY-20261121-HHHHHH/")))[:2] == (404, "recu_introuvable")

    def test_printed_again_it_is_the_same(self, api: APIClient) -> None:
        premier = api.get(url(RECU)).content

        assert api.get(url(RECU)).content == premier
        assert DocumentEmis.objects.count() == 1

    def test_queries_the_first_time_and_the_others(self, api: APIClient) -> None:
        assert [requetes(lambda: api.get(url(RECU))) for _ in range(3)] == [7, 5, 5]


@sur_un_portefeuille(30)
def test_receipts_settle_what_the_views_say_is_paid(portefeuille: Portefeuille) -> None:
    """Sum over a contract's receipts = the view's quittances and avoir; each one = money poured by hand, oldest first."""
    donnees = recount.lire(portefeuille.jour)
    for souscription in donnees.souscriptions.values():
        police = donnees.polices.get(souscription["id"])
        reussis = sorted(recount.reussis(donnees, souscription["id"]), key=lambda p: (p["date_confirmation"], p["id"]))
        numeros = {"client_id": souscription["client_id"]}
        if police and police["statut"] == "annule":
            for un in reussis:
                with pytest.raises(RecuIntrouvable):
                    selectors.recu(**numeros, numero=un["numero_transaction"])
            continue
        recus = [selectors.recu(**numeros, numero=un["numero_transaction"]) for un in reussis]
        assert [_regle(un) for un in recus] == _verser(donnees, souscription, reussis)
        if not police:
            continue
        sommes: dict[str, int] = defaultdict(int)
        for un in recus:
            assert un["avoir"] + sum(q["montant_regle"] for q in un["quittances"]) == un["montant_net"]
            for quittance in un["quittances"]:
                assert quittance["montant_regle"] > 0
                sommes[quittance["numero_quittance"]] += quittance["montant_regle"]
        vue = lignes(
            "SELECT numero_quittance, montant_paye FROM cotisations WHERE souscription_id = %s AND montant_paye > 0",
            [souscription["id"]],
        )
        assert sommes == {ligne["numero_quittance"]: ligne["montant_paye"] for ligne in vue}
        (solde,) = lignes("SELECT avoir FROM soldes_contrats WHERE souscription_id = %s", [souscription["id"]])
        assert sum(un["avoir"] for un in recus) == solde["avoir"]


def _regle(un: dict[str, Any]) -> list[tuple[date, int, int]]:
    return [(q["date_debut"], q["montant_regle"], q["reste_a_payer"]) for q in un["quittances"]]


def _verser(
    donnees: recount.Donnees, souscription: dict[str, Any], reussis: list[dict[str, Any]]
) -> list[list[tuple[date, int, int]]]:
    """For each payment, what it put where and what was left there, one franc after the other."""
    restes = {echeance.debut: echeance.montant for echeance in recount.echeances(donnees, souscription["id"])}
    versements = []
    for un in reussis:
        net, faits = un["montant"] - un["frais"], []
        for debut, reste in restes.items():
            verse = min(net, reste)
            if verse:
                restes[debut], net = reste - verse, net - verse
                faits.append((debut, verse, restes[debut]))
        versements.append(faits)
    return versements


class TestCodes:
    def test_a_taken_code_is_drawn_again(self, api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
        tirages = iter(["AAAA-AAAA-AAAA", "AAAA-AAAA-AAAA", "BBBB-BBBB-BBBB", "BBBB-BBBB-BBBB", "CCCC-CCCC-CCCC"])
        monkeypatch.setattr(codes, "tirer", lambda: next(tirages))

        for route in (ATTESTATION, PDF, RECU):
            assert api.get(url(route)).status_code == 200

        assert list(DocumentEmis.objects.order_by("id").values_list("type", "code")) == [
            ("attestation", "AAAA-AAAA-AAAA"),
            ("releve", "BBBB-BBBB-BBBB"),
            ("recu", "CCCC-CCCC-CCCC"),
        ]

    def test_every_code_drawn_can_be_read_and_stored(self) -> None:
        tires = [codes.tirer() for _ in range(500)]

        assert len(set(tires)) == 500
        assert [codes.lire_code(code.replace("-", " ").lower()) for code in tires] == tires
        assert Counter(symbole for code in tires for symbole in code).keys() == {*codes.ALPHABET, "-"}

    @pytest.mark.parametrize(
        "texte", ["", "7F3K", "7F3K-9QRT-2HB", "7F3K-9QRT-2HBXX", "0F3K-9QRT-2HBX", "IF3K-9QRT-2HBX", "7F3K_9QRT_2HBX"]
    )
    def test_what_cannot_be_a_code(self, texte: str) -> None:
        assert codes.lire_code(texte) is None


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.fixture
    def confirme(self, transactional_db: None) -> PaiementPass:
        return PaiementFactory()

    def imprimer(self, paiement: PaiementPass) -> services.Emission:
        return services.emission_du_recu(paiement_id=paiement.pk, souscription_id=paiement.souscription_id)

    def test_prints_at_once_have_one_code(self, confirme: PaiementPass) -> None:
        emissions = en_parallele(8, lambda _: self.imprimer(confirme))

        assert len(set(emissions)) == 1
        assert DocumentEmis.objects.count() == 1

    def test_a_print_waits_for_the_one_before_and_says_the_same(self, confirme: PaiementPass) -> None:
        with transaction_ouverte(lambda: self.imprimer(confirme)) as course:
            premier = self.imprimer(confirme)

        assert course.result() == premier

    def test_attestations_at_once_have_one_code(self, transactional_db: None) -> None:
        souscription = PoliceFactory().souscription
        contrat_lu = {"souscription_id": souscription.pk}

        emissions = en_parallele(
            8,
            lambda _: services._emettre("attestation", contrat=contrat_lu, debut=JOUR, fin=JOUR + timedelta(days=365)),
        )

        assert len(set(emissions)) == 1
        assert DocumentEmis.objects.count() == 1


class TestDessin:
    def test_metadata(self, api: APIClient) -> None:
        lu = pdf(api.get(url(ATTESTATION)))

        emis_le = DocumentEmis.objects.get().emis_le
        assert lu.langue == "fr"
        assert lu.infos == {
            "Author": "NSIA Congo",
            "Creator": "NSIA PASS",
            "Title": "Attestation d'assurance · NSIA PASS",
            "CreationDate": f"D:{emis_le.astimezone(UTC):%Y%m%d%H%M%S}Z",
        }

    def test_the_same_data_and_moment_give_the_same_bytes(self, kimia: SouscriptionPass) -> None:
        donnees = selectors.releve(client_id=kimia.client_id, police=KIMIA)
        recue = selectors.recu(client_id=kimia.client_id, numero="PAY-20261101-BBBBBB")
        attestee = selectors.attestation(client_id=kimia.client_id, police=KIMIA)

        for dessiner in (
            lambda: releve.dessiner(donnees, EMISSION),
            lambda: attestation.dessiner(attestee, EMISSION),
            lambda: recu.dessiner(recue, EMISSION),
            lambda: recu.dessiner(recue, EMISSION, papier="a4"),
        ):
            assert dessiner() == dessiner()

    def test_a_letter_that_the_fonts_lack_is_said(self, kimia: SouscriptionPass) -> None:
        recue = selectors.recu(client_id=kimia.client_id, numero="PAY-20261101-BBBBBB")

        lu = lire(recu.dessiner(recue | {"prenom": "Éloïse Ŋɔ\u0301 文", "nom": "N'ZABA\n\tB"}, EMISSION))

        assert "Éloïse Ŋɔ\u0301 � N’ZABA" in lu.texte

    def test_french_spaces_and_apostrophes(self) -> None:
        assert francais("Payé : « l'an » ! 100\u202fFCFA") == (f"Payé{FINE}: «{FINE}l’an{FINE}»{FINE}! 100\u00a0FCFA")
        assert imprimable("a\tb\nc文", connus={*map(ord, "abc ")}) == "a b c�"
        assert jour_en_lettres(date(2026, 12, 1)) == "1er\u00a0décembre 2026"


class TestVerification:
    """Anyone with the code: no token, no name, no phone, no police, no amount."""

    def emettre(self, api: APIClient, route: str) -> DocumentEmis:
        assert api.get(url(route)).status_code == 200
        return DocumentEmis.objects.latest("id")

    def page(self, code: str, statut: int = 200) -> str:
        response = Client().get(f"/verifier/{code}/")
        assert response.status_code == statut
        texte = response.content.decode()
        assert [secret for secret in SECRETS if secret in texte] == []
        return " ".join(texte.replace("\u00a0", " ").split())

    def test_an_attestation_in_force(self, api: APIClient) -> None:
        page = self.page(self.emettre(api, ATTESTATION).code)

        for texte in (
            "Attestation authentique et valable",
            "PASS KIMIA",
            "13 août 2026",
            "12 août 2027",
            "en vigueur et à jour",
        ):
            assert texte in page

    def test_an_attestation_whose_contract_is_late_today(self, api: APIClient) -> None:
        code = self.emettre(api, ATTESTATION).code
        fixer_aujourdhui(JOUR + timedelta(days=30))

        assert "Attestation authentique, mais sans valeur aujourd’hui" in self.page(code)

    @pytest.mark.parametrize("vers", ["suspendue", "resiliee"])
    def test_an_attestation_whose_contract_stopped(self, api: APIClient, kimia: SouscriptionPass, vers: str) -> None:
        code = self.emettre(api, ATTESTATION).code
        changer_statut(souscription=kimia, vers=vers, motif="essai")

        assert "sans valeur aujourd’hui" in self.page(code)

    def test_an_attestation_whose_police_was_cancelled(self, api: APIClient, kimia: SouscriptionPass) -> None:
        code = self.emettre(api, ATTESTATION).code
        NumeroPolice.objects.filter(souscription=kimia).update(statut=NumeroPolice.Statut.ANNULE)

        assert "sans valeur aujourd’hui" in self.page(code)

    def test_an_attestation_of_a_period_that_is_over_though_renewed(
        self, api: APIClient, kimia: SouscriptionPass
    ) -> None:
        code = self.emettre(api, ATTESTATION).code
        PeriodeFactory(souscription=kimia, numero=2, date_debut=JOUR + timedelta(days=265))
        paiement(kimia, 2_000)
        fixer_aujourdhui(JOUR + timedelta(days=264))
        assert "authentique et valable" in self.page(code)
        fixer_aujourdhui(JOUR + timedelta(days=265))

        assert "sans valeur aujourd’hui" in self.page(code)

    def test_a_receipt_then_refunded(self, api: APIClient) -> None:
        emis = self.emettre(api, RECU)
        page = self.page(emis.code)
        assert "Reçu authentique" in page
        assert "PASS KIMIA" in page
        assert "1er novembre 2026" in page

        changer_statut_paiement(paiement=emis.paiement, vers="rembourse", evenement="remboursement")

        assert "Reçu annulé (remboursé)" in self.page(emis.code)

    def test_a_statement(self, api: APIClient) -> None:
        page = self.page(self.emettre(api, "releve/?format=pdf&from=2026-11-01&to=2026-11-30").code)

        for texte in ("Relevé authentique", "PASS KIMIA", "1er novembre 2026", "30 novembre 2026"):
            assert texte in page

    def test_the_code_is_read_in_any_way(self, api: APIClient) -> None:
        code = self.emettre(api, RECU).code

        pages = {self.page(ecrit) for ecrit in (code, code.lower(), code.replace("-", ""), code.replace("-", " "))}

        assert len(pages) == 1

    @pytest.mark.parametrize("code", ["7F3K-9QRT-2HBX", "rien", "0000-0000-0000", "<script>", "A" * 300])
    def test_an_unknown_code_is_told_kindly(self, code: str) -> None:
        page = self.page(code, 404)

        assert "Aucun document de NSIA ne porte ce code." in page
        assert "<script>" not in page

    def test_the_form_leads_to_the_code(self) -> None:
        client = Client()
        assert client.get("/verifier/").status_code == 200

        assert client.get("/verifier/?code=7f3k9qrt2hbx").headers["Location"] == "/verifier/7F3K-9QRT-2HBX/"
        assert client.get("/verifier/?code=bonjour").status_code == 404

    @pytest.mark.parametrize(("route", "nombre"), [(ATTESTATION, 2), (RECU, 1), (PDF, 1)])
    def test_queries(self, api: APIClient, route: str, nombre: int) -> None:
        code = self.emettre(api, route).code

        assert requetes(lambda: Client().get(f"/verifier/{code}/")) == nombre

    def test_what_cannot_be_a_code_asks_nothing_of_the_database(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            Client().get("/verifier/rien/")
        assert len(queries) == 0

    def test_no_page_is_kept_indexed_or_reaches_outside(self, api: APIClient) -> None:
        code = self.emettre(api, RECU).code

        for chemin in ("/verifier/", f"/verifier/{code}/", "/verifier/rien/", "/verifier/?code=7f3k9qrt2hbx"):
            response = Client().get(chemin)
            page = response.content.decode()
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; ")
            assert not response.cookies
            assert "<script" not in page
            assert "//" not in page
            assert " style=" not in page
        assert finders.find("verification/verification.css")

    def test_it_only_reads(self, api: APIClient) -> None:
        code = self.emettre(api, RECU).code

        assert Client().head(f"/verifier/{code}/").status_code == 200
        for methode in (Client().post, Client().put, Client().delete):
            assert methode(f"/verifier/{code}/").status_code == 405

    def test_the_qr_code_holds_the_address_of_the_page(self, settings: Any) -> None:
        assert EMISSION.adresse == "https://pass.exemple.cg" + reverse("verifier-code", args=["7F3K-9QRT-2HBX"])
