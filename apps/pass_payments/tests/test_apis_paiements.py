"""What the kiosk starts and follows over HTTP: shapes, doors, exact query counts, phrases. Marie Claire is the outsider."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.borne_auth.models import Borne
from apps.borne_auth.tests.factories import AgentFactory, BorneFactory, SessionFactory
from apps.borne_auth.tokens import JetonAccesClient, JetonAgent
from apps.pass_clients.models import ClientPass, NumeroPolice
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import ClientFactory, contrat_en_vigueur
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.motifs import PHRASES, MotifEchec
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services import changer_statut_paiement
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.tests.ecritures import compter
from apps.pass_payments.tests.factories import PaiementFactory, contrat_finissant
from apps.pass_products.tests.factories import ProduitEpargneFactory, ProduitFactory
from apps.socle.models import MessageSortant
from nsia_pass_api.tests.conformite import verifier_conformite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operateur")]

TELEPHONE = "+242061234567"
MASQUE = "+242\u00a006\u00a0•••\u00a0••\u00a067"
PAIEMENTS, SOUSCRIPTIONS = "/api/v1/paiements/", "/api/v1/souscriptions/"
GISELE = {"nom": "MAKOSSO", "prenom": "Gisèle", "telephone": "06 412 33 44"}


@pytest.fixture
def police() -> NumeroPolice:
    """Jean Baptiste's contract: prime 1 200 in 12 instalments since 100 days, of which 400 late."""
    client = ClientFactory(nom="KONGO", telephone=TELEPHONE, numero_mobile_money=TELEPHONE)
    return contrat_en_vigueur(client=client)


@pytest.fixture
def jean(police: NumeroPolice) -> APIClient:
    return connecter(police.souscription.client)


@pytest.fixture
def marie_claire() -> APIClient:
    return connecter(contrat_en_vigueur().souscription.client)


def connecter(client: ClientPass) -> APIClient:
    session = SessionFactory(client=client)
    return porteur(JetonAccesClient.emettre(fin=session.expire_le, sid=str(session.pk)))


def porteur(jeton: object) -> APIClient:
    api = APIClient(raise_request_exception=False)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {jeton}")
    return api


def envoyer(api: APIClient, url: str, corps: dict[str, Any], **entetes: str) -> HttpResponse:
    return api.post(url, corps, format="json", headers={"Idempotency-Key": str(uuid.uuid4()), **entetes})


def brut(api: APIClient, url: str, corps: dict[str, Any]) -> HttpResponse:
    """As `envoyer`, with what no renderer would write."""
    cle = {"Idempotency-Key": str(uuid.uuid4())}
    return api.post(url, json.dumps(corps), content_type="application/json", headers=cle)


def payer(api: APIClient, police: str, montant: Any = 400, **payeur: Any) -> HttpResponse:
    return envoyer(api, PAIEMENTS, {"contrats": [{"police": police, "montant": montant}], **payeur})


def souscription(settings: Settings, **valeurs: Any) -> dict[str, Any]:
    ProduitFactory()
    return {
        "client": GISELE,
        "produit": "KIMIA",
        "montant": 1_200,
        "periodicite": "mensuelle",
        "conditions_acceptees": True,
        "version_conditions": settings.VERSION_CONDITIONS,
        **valeurs,
    }


def souscrire(settings: Settings, api: APIClient | None = None, **valeurs: Any) -> HttpResponse:
    return envoyer(api or APIClient(), SOUSCRIPTIONS, souscription(settings, **valeurs))


def suivre(numero: str, suivi: str) -> HttpResponse:
    return APIClient().get(f"{PAIEMENTS}{numero}/", headers={"X-Suivi": suivi})


def test_a_new_client_belongs_to_the_agency_of_her_kiosk(settings: Settings) -> None:
    borne = APIClient(raise_request_exception=False)
    BorneFactory(agence="Bacongo", cle="cle-de-bacongo")
    borne.credentials(HTTP_X_BORNE_CLE="cle-de-bacongo")

    assert souscrire(settings, borne).status_code == 202
    assert str(ClientPass.objects.get().agence) == "Bacongo"


class TestPayer:
    def test_it_is_accepted_and_can_be_followed(self, jean: APIClient, police: NumeroPolice) -> None:
        response = payer(jean, police.numero_police.lower())

        corps = verifier_conformite(response)
        paiement = PaiementPass.objects.get()
        assert response.status_code == 202
        assert response.headers["Cache-Control"] == "no-store"
        assert corps == {
            "message": "Votre demande part vers l'opérateur. Gardez votre téléphone à la main.",
            "montant": 400,
            "numero_souscription": police.souscription.numero_souscription,
            "numero_transaction": paiement.numero_transaction,
            "statut": "initie",
            "statut_affiche": "Demande envoyée",
        }

    def test_two_contracts_answer_their_total(self, jean: APIClient, police: NumeroPolice) -> None:
        autre = contrat_en_vigueur(client=police.souscription.client)
        contrats = [{"police": une.numero_police, "montant": 150} for une in (police, autre)]

        corps = verifier_conformite(envoyer(jean, PAIEMENTS, {"contrats": contrats}))

        suivi = verifier_conformite(jean.get(f"{PAIEMENTS}{corps['numero_transaction']}/"))
        assert (corps["montant"], suivi["total"], suivi["montant"]) == (300, 300, 150)
        assert [ligne["montant"] for ligne in suivi["paiements"]] == [150, 150]
        (second,) = [ligne["numero_transaction"] for ligne in suivi["paiements"][1:]]
        assert verifier_conformite(jean.get(f"{PAIEMENTS}{second}/"))["total"] == 300

    def test_another_s_contract_is_as_an_unknown_one(
        self, jean: APIClient, police: NumeroPolice, marie_claire: APIClient
    ) -> None:
        reponses = [payer(marie_claire, numero) for numero in (police.numero_police, "CG-2026-VIE-999")]

        assert {reponse.status_code for reponse in reponses} == {404}
        assert {reponse.json()["code"] for reponse in reponses} == {"contrat_introuvable"}
        assert PaiementPass.objects.count() == 0

    @pytest.mark.parametrize(
        ("corps", "champs"),
        [
            ({}, {"contrats": ["Ce champ est obligatoire."]}),
            ({"contrats": []}, {"contrats": ["Cette liste ne peut pas être vide."]}),
            ({"contrats": [{"montant": 100}]}, {"contrats.0.police": ["Ce champ est obligatoire."]}),
            (
                {"contrats": [{"police": "X", "montant": 0}]},
                {"contrats.0.montant": ["Le montant doit être d'au moins 1\u202fFCFA."]},
            ),
            (
                {"contrats": [{"police": "X", "montant": "100"}]},
                {
                    "contrats.0.montant": [
                        "Indiquez un montant entier en francs CFA, sans virgule ni guillemets (exemple : 5000)."
                    ]
                },
            ),
        ],
    )
    def test_what_is_badly_written_is_said_in_french(
        self, jean: APIClient, corps: dict[str, Any], champs: dict[str, list[str]]
    ) -> None:
        response = envoyer(jean, PAIEMENTS, corps)

        assert (response.status_code, response.json()["champs"]) == (400, champs)

    @pytest.mark.parametrize("texte", ["CG\x00", "CG\ud800", "x" * 31])
    def test_a_police_that_cannot_be_stored(self, jean: APIClient, texte: str) -> None:
        assert brut(jean, PAIEMENTS, {"contrats": [{"police": texte, "montant": 100}]}).status_code == 400

    def test_eleven_contracts_are_too_many(self, jean: APIClient) -> None:
        contrats = [{"police": f"CG-2026-VIE-{rang:03}", "montant": 100} for rang in range(11)]
        assert envoyer(jean, PAIEMENTS, {"contrats": contrats}).status_code == 400

    def test_a_closed_operator_says_what_to_do(self, jean: APIClient, police: NumeroPolice) -> None:
        response = payer(jean, police.numero_police, telephone="05 123 45 67")

        assert (response.status_code, response.json()["code"]) == (422, "operateur_indisponible")
        assert response.json()["detail"] == (
            "Airtel Money ne permet pas encore de payer ici. Payez avec un numéro d'un autre opérateur, ou à l'agence."
        )

    def test_a_second_press_waits_for_the_first(self, jean: APIClient, police: NumeroPolice) -> None:
        payer(jean, police.numero_police)
        response = payer(jean, police.numero_police)
        assert (response.status_code, response.json()["code"]) == (409, "paiement_deja_en_cours")

    # 14 for the request, then 7 a contract: lock, row and journal, and the savepoints around them.
    @pytest.mark.parametrize(("nombre", "requetes"), [(1, 20), (3, 30)])  # one of them for the settings
    def test_a_constant_number_of_queries_a_contract(
        self, jean: APIClient, police: NumeroPolice, nombre: int, requetes: int
    ) -> None:
        client = police.souscription.client
        polices = [police, *(contrat_en_vigueur(client=client) for _ in range(nombre - 1))]
        contrats = [{"police": une.numero_police, "montant": 100} for une in polices]
        with CaptureQueriesContext(connection) as vues:
            assert envoyer(jean, PAIEMENTS, {"contrats": contrats}).status_code == 202
        assert len(vues) == requetes


class TestRenouveler:
    def url(self, police: NumeroPolice) -> str:
        return f"{SOUSCRIPTIONS}{police.souscription.numero_souscription}/renouveler/"

    def test_it_is_accepted_when_the_end_is_near(self) -> None:
        fini = contrat_finissant(ClientFactory(telephone=TELEPHONE), fin_dans=60)
        api = connecter(fini.souscription.client)

        options = verifier_conformite(api.get(f"/api/v1/contrats/{fini.numero_police}/paiement/"))
        response = envoyer(api, self.url(fini).lower(), {})

        assert options["renouvellement"] == {"minimum": 100, "maximum": 1_200}
        assert (response.status_code, verifier_conformite(response)["montant"]) == (202, 100)
        assert PaiementPass.objects.get(statut="initie").type_paiement == "renouvellement"

    def test_it_is_refused_in_words(self, jean: APIClient, police: NumeroPolice) -> None:
        response = envoyer(jean, self.url(police), {})

        assert (response.status_code, response.json()["code"]) == (422, "paiement_impossible")
        assert response.json()["detail"].startswith("Ce contrat court encore")

    def test_another_s_is_as_an_unknown_one(self, police: NumeroPolice, marie_claire: APIClient) -> None:
        for url in (self.url(police), f"{SOUSCRIPTIONS}PASS-KIMIA-2026-999999/renouveler/"):
            response = envoyer(marie_claire, url, {})
            assert (response.status_code, response.json()["code"]) == (404, "souscription_introuvable")


class TestSouscrire:
    def test_a_prospect_receives_what_it_takes_to_follow(self, settings: Settings) -> None:
        response = souscrire(settings, beneficiaires=[{"nom": "MAKOSSO", "prenom": "Paul", "relation": "enfant"}])

        corps = verifier_conformite(response)
        assert (response.status_code, corps["montant"], corps["statut"]) == (202, 100, "initie")
        suivi = verifier_conformite(suivre(corps["numero_transaction"].lower(), corps["suivi"]))
        assert (suivi["numero_recu"], suivi["termine"], suivi["total"]) == (None, False, 100)

    def test_nothing_of_the_contract_nor_of_the_client_is_followed_without_a_session(self, settings: Settings) -> None:
        """Whoever pays for somebody else must not learn the police that opens the door."""
        corps = souscrire(settings).json()
        paiement = PaiementPass.objects.get()
        constat = Constat(etat=Etat.REUSSI, montant=100, devise="XAF", telephone=paiement.numero_payeur)
        regler(paiement=paiement, constat=constat, source="suivi")
        police = NumeroPolice.objects.get().numero_police

        reponse = suivre(corps["numero_transaction"], corps["suivi"])

        suivi = verifier_conformite(reponse)
        assert set(suivi) == {
            "numero_transaction",
            "montant",
            "frais",
            "montant_net",
            "devise",
            "total",
            "paiements",
            "statut",
            "statut_affiche",
            "motif",
            "motif_affiche",
            "message",
            "termine",
            "date_demande",
            "date_confirmation",
            "limite",
            "numero_recu",
        }
        paiement.refresh_from_db()
        assert (suivi["statut"], suivi["numero_recu"]) == ("succes", paiement.numero_recu)
        for secret in (police, *GISELE.values(), paiement.numero_payeur, "••", "PASS"):
            assert secret not in reponse.content.decode()
        # To the phone on file, and nowhere else.
        (message,) = MessageSortant.objects.filter(texte__contains=police)
        assert message.telephone == paiement.souscription.client.telephone

    def test_the_key_again_gives_the_same_bytes(self, settings: Settings) -> None:
        corps, cle = souscription(settings), {"Idempotency-Key": "k" * 8}

        reponses = [APIClient().post(SOUSCRIPTIONS, corps, format="json", headers=cle) for _ in range(2)]

        assert reponses[0].content == reponses[1].content
        assert PaiementPass.objects.count() == 1

    def test_a_client_needs_no_papers_nor_follow_up(
        self, settings: Settings, jean: APIClient, police: NumeroPolice
    ) -> None:
        corps = verifier_conformite(souscrire(settings, jean, client={**GISELE, "telephone": "06 999 99 99"}))

        paiement = PaiementPass.objects.get(numero_transaction=corps["numero_transaction"])
        assert "suivi" not in corps
        assert paiement.souscription.client == police.souscription.client
        assert ClientPass.objects.count() == 1

    @pytest.mark.parametrize(
        ("valeurs", "champ", "message"),
        [
            ({"client": None}, "client", "Ce champ ne peut pas être vide"),
            ({"conditions_acceptees": False}, "conditions_acceptees", "Sans l'accord du souscripteur"),
            (
                {"client": {**GISELE, "date_naissance": "2999-01-01"}},
                "client.date_naissance",
                "Cette date est dans l'avenir",
            ),
            ({"client": {**GISELE, "telephone": "12"}}, "client.telephone", ""),
            ({"client": {**GISELE, "nom": "A\x00"}}, "client.nom", ""),
            (
                {"beneficiaires": [{"nom": "A", "prenom": "B", "relation": "ami d'enfance"}]},
                "beneficiaires.0.relation",
                "",
            ),
            (
                {"beneficiaires": [{"nom": "A", "prenom": "B", "relation": "enfant"}] * 7},
                "beneficiaires",
                "",
            ),
            ({"montant": 1200.5}, "montant", "Indiquez un montant entier"),
        ],
    )
    def test_what_is_badly_written_is_said_of_its_field(
        self, settings: Settings, valeurs: dict[str, Any], champ: str, message: str
    ) -> None:
        corps = souscription(settings, **valeurs)
        avant = compter()

        response = envoyer(APIClient(), SOUSCRIPTIONS, corps)

        assert response.status_code == 400
        assert response.json()["champs"][champ][0].startswith(message)
        assert compter() == avant

    def test_a_prospect_says_who_she_is(self, settings: Settings) -> None:
        corps = souscription(settings)
        del corps["client"]

        response = envoyer(APIClient(), SOUSCRIPTIONS, corps)

        assert response.status_code == 400
        assert response.json()["champs"] == {"client": ["Donnez votre nom, votre prénom et votre téléphone."]}

    def test_an_unknown_product(self, settings: Settings) -> None:
        assert souscrire(settings, produit="INCONNU").status_code == 404

    def test_names_that_no_text_can_hold(self, settings: Settings) -> None:
        corps = souscription(settings, client={**GISELE, "nom": "\ud800"})
        assert brut(APIClient(raise_request_exception=False), SOUSCRIPTIONS, corps).status_code == 400


class TestBornes:
    @pytest.fixture
    def borne(self) -> Borne:
        return BorneFactory(code="BZV-001", cle="cle-de-la-borne")

    @pytest.fixture(autouse=True)
    def obligatoire(self, settings: Settings) -> None:
        settings.BORNE_ENREGISTREMENT_OBLIGATOIRE = True

    def test_a_prospect_stands_at_a_registered_kiosk(self, settings: Settings, borne: Borne) -> None:
        response = envoyer(APIClient(), SOUSCRIPTIONS, souscription(settings), **{"X-Borne-Cle": "cle-de-la-borne"})

        assert response.status_code == 202
        assert PaiementPass.objects.get().souscription.consentement.origine == "BZV-001"

    @pytest.mark.parametrize(("cle", "code"), [(None, "borne_inconnue"), ("une-autre", "borne_inconnue")])
    def test_not_without_its_key(self, settings: Settings, borne: Borne, cle: str | None, code: str) -> None:
        corps = souscription(settings)
        avant = compter()

        response = envoyer(APIClient(), SOUSCRIPTIONS, corps, **({"X-Borne-Cle": cle} if cle else {}))

        assert (response.status_code, response.json()["code"]) == (401, code)
        assert compter() == avant

    def test_not_at_a_kiosk_that_was_switched_off(self, settings: Settings, borne: Borne) -> None:
        Borne.objects.update(statut="desactivee")

        response = envoyer(APIClient(), SOUSCRIPTIONS, souscription(settings), **{"X-Borne-Cle": "cle-de-la-borne"})

        assert (response.status_code, response.json()["code"]) == (401, "borne_desactivee")

    def test_a_follow_up_needs_no_kiosk(self, settings: Settings, borne: Borne) -> None:
        corps = envoyer(APIClient(), SOUSCRIPTIONS, souscription(settings), **{"X-Borne-Cle": "cle-de-la-borne"}).json()
        assert suivre(corps["numero_transaction"], corps["suivi"]).status_code == 200


PRIVEES: list[tuple[str, str]] = [
    ("post", PAIEMENTS),
    ("post", f"{SOUSCRIPTIONS}PASS-KIMIA-2026-000001/renouveler/"),
    ("get", f"{PAIEMENTS}PAY-20261121-7F3K9Q/"),
    ("get", "/api/v1/contrats/CG-2026-VIE-001/paiement/"),
]


class TestPortes:
    @pytest.mark.parametrize(("methode", "url"), PRIVEES)
    def test_without_a_token(self, methode: str, url: str) -> None:
        response = getattr(APIClient(), methode)(url, {}, format="json")
        assert (response.status_code, response.json()["code"]) == (401, "non_authentifie")

    @pytest.mark.parametrize(("methode", "url"), [*PRIVEES, ("post", SOUSCRIPTIONS)])
    def test_a_staff_token_opens_none(self, methode: str, url: str, settings: Settings, police: NumeroPolice) -> None:
        settings.AGENTS_API_ACTIVE = True
        session = SessionFactory()
        api = porteur(JetonAgent.emettre(fin=session.expire_le, agent=str(AgentFactory(is_superuser=True).pk)))
        avant = compter()

        response = getattr(api, methode)(url, {}, format="json")

        assert (response.status_code, response.json()["code"]) == (401, "jeton_invalide")
        assert compter() == avant

    def test_a_closed_session_opens_none(self, jean: APIClient, police: NumeroPolice) -> None:
        payer(jean, police.numero_police)
        jean.post("/api/v1/auth/logout/")
        response = payer(jean, police.numero_police)
        assert (response.status_code, response.json()["code"]) == (401, "session_terminee")

    @pytest.mark.parametrize("numero", ["PAY%20X", "é", "x" * 41, "../admin", "-", "PAY/X"])
    def test_what_cannot_be_a_number_is_not_looked_for(self, jean: APIClient, numero: str) -> None:
        for methode, url in (("get", f"{PAIEMENTS}{numero}/"), ("post", f"{SOUSCRIPTIONS}{numero}/renouveler/")):
            assert getattr(jean, methode)(url).status_code == 404


class TestSuivre:
    @pytest.fixture
    def numero(self, jean: APIClient, police: NumeroPolice) -> str:
        return str(payer(jean, police.numero_police).json()["numero_transaction"])

    def test_the_whole_answer(self, jean: APIClient, police: NumeroPolice, numero: str) -> None:
        response = jean.get(f"{PAIEMENTS}{numero.lower()}/")

        corps = verifier_conformite(response)
        assert TELEPHONE not in response.content.decode()
        assert {champ: corps[champ] for champ in corps.keys() - {"date_demande", "limite"}} == {
            "numero_transaction": numero,
            "police": police.numero_police,
            "numero_souscription": police.souscription.numero_souscription,
            "nom_produit": "PASS KIMIA",
            "montant": 400,
            "frais": 0,
            "montant_net": 400,
            "total": 400,
            "paiements": [{"numero_transaction": numero, "montant": 400}],
            "devise": "XAF",
            "operateur": "mtn_money",
            "mode_paiement": "MTN Mobile Money",
            "numero_payeur": MASQUE,
            "type_paiement": "rattrapage",
            "statut": "initie",
            "statut_affiche": "Demande envoyée",
            "motif_affiche": "",
            "motif": "",
            "numero_recu": None,
            "date_confirmation": None,
            "message": "Votre demande part vers l'opérateur. Gardez votre téléphone à la main.",
            "termine": False,
        }
        assert response.headers["Cache-Control"] == "no-store"

    def test_two_queries_with_a_session_one_without(
        self, jean: APIClient, police: NumeroPolice, numero: str, settings: Settings
    ) -> None:
        for _ in range(3):
            PaiementFactory(souscription=police.souscription)
        with CaptureQueriesContext(connection) as vues:
            assert jean.get(f"{PAIEMENTS}{numero}/").status_code == 200
        assert len(vues) == 2  # the session, the payment

        corps = souscrire(settings).json()
        with CaptureQueriesContext(connection) as vues:
            assert suivre(corps["numero_transaction"], corps["suivi"]).status_code == 200
        assert len(vues) == 1

    def test_another_s_is_as_an_unknown_one(self, marie_claire: APIClient, numero: str, settings: Settings) -> None:
        for autre in (numero, "PAY-20261121-7F3K9Q"):
            response = marie_claire.get(f"{PAIEMENTS}{autre}/")
            assert (response.status_code, response.json()["code"]) == (404, "paiement_introuvable")

    def test_a_prospect_sees_her_payment_alone(self, numero: str, settings: Settings) -> None:
        corps = souscrire(settings).json()

        assert suivre(corps["numero_transaction"], corps["suivi"]).status_code == 200
        for autre, suivi in (
            (numero, corps["suivi"]),
            (corps["numero_transaction"], corps["suivi"][:-1] + "x"),
            (corps["numero_transaction"], corps["suivi"].replace("PAY", "PAX")),
            (corps["numero_transaction"], corps["numero_transaction"]),
            (corps["numero_transaction"], ""),
            (numero, numero + ":" + corps["suivi"].rpartition(":")[2]),
        ):
            response = suivre(autre, suivi)
            assert (response.status_code, response.json()["code"]) == (401, "non_authentifie")

    def test_what_another_purpose_signed_opens_nothing(self, numero: str) -> None:
        from django.core.signing import Signer

        assert suivre(numero, Signer().sign(numero)).status_code == 401

    @pytest.mark.parametrize("motif", MotifEchec.values)
    def test_each_failure_says_what_she_can_do(self, jean: APIClient, police: NumeroPolice, motif: str) -> None:
        paiement = PaiementFactory(souscription=police.souscription, statut="echec", motif_echec=motif)

        corps = verifier_conformite(jean.get(f"{PAIEMENTS}{paiement.numero_transaction}/"))

        phrase = PHRASES[MotifEchec(motif)]
        assert (corps["message"], corps["motif_affiche"], corps["termine"]) == (phrase, phrase, True)
        assert corps["motif"] == motif
        assert phrase.endswith((".", "!"))
        assert motif not in phrase
        assert "motif_echec" not in corps

    def test_a_failure_without_a_reason_has_a_phrase_too(self, jean: APIClient, police: NumeroPolice) -> None:
        paiement = PaiementFactory(souscription=police.souscription, statut="echec")
        corps = jean.get(f"{PAIEMENTS}{paiement.numero_transaction}/").json()
        assert corps["message"] == "Le paiement n'a pas abouti. Rien n'a été débité. Réessayez."
        assert corps["motif"] == ""

    @pytest.mark.parametrize(
        ("chemin", "message", "termine"),
        [
            (["en_cours"], "Regardez votre téléphone et tapez votre code PIN pour confirmer.", False),
            (["en_verification"], "Nous vérifions votre paiement auprès de l'opérateur.", False),
            (["expire"], "Le code PIN n'a pas été saisi à temps.", True),
            (["succes"], "Votre paiement est confirmé. Merci.", True),
            (["succes", "rembourse"], "Ce paiement vous a été remboursé.", True),
        ],
    )
    def test_each_state_says_what_happens(
        self, jean: APIClient, numero: str, chemin: list[str], message: str, termine: bool
    ) -> None:
        for statut in chemin:
            paiement = PaiementPass.objects.get(numero_transaction=numero)
            changer_statut_paiement(paiement=paiement, vers=statut, evenement="consultation")

        corps = verifier_conformite(jean.get(f"{PAIEMENTS}{numero}/"))

        assert corps["message"].startswith(message)
        assert corps["termine"] is termine


class TestOptions:
    def url(self, police: str) -> str:
        return f"/api/v1/contrats/{police}/paiement/"

    def test_a_late_contract(self, jean: APIClient, police: NumeroPolice) -> None:
        with CaptureQueriesContext(connection) as vues:
            response = jean.get(self.url(police.numero_police.lower()))

        corps = verifier_conformite(response)
        fin = police.souscription.periodes.get().date_fin
        assert corps["choix"] == [
            {"code": "en_retard", "libelle": "Ce qui est en retard", "montant": 400},
            {"code": "echeances_1", "libelle": "Le retard et la prochaine échéance", "montant": 500},
            {"code": "echeances_2", "libelle": "Le retard et les 2 prochaines échéances", "montant": 600},
            {"code": "echeances_3", "libelle": "Le retard et les 3 prochaines échéances", "montant": 700},
            {"code": "tout", "libelle": "Tout ce qui reste à payer", "montant": 1_200},
        ]
        assert (corps["libre"], corps["raison"]) == ({"minimum": 100, "maximum": 1_200}, "")
        assert corps["renouvellement"] is None
        assert corps["raison_renouvellement"].startswith(
            "Ce contrat court encore : il pourra être renouvelé à partir du"
        )
        assert f"{fin.year}" in corps["raison_renouvellement"] or f"{fin.year - 1}" in corps["raison_renouvellement"]
        assert len(vues) == 9  # session, contract, subscription, balance, state, guarantees, instalments, last period

    def test_what_it_offers_is_accepted(self, jean: APIClient, police: NumeroPolice) -> None:
        for choix in jean.get(self.url(police.numero_police)).json()["choix"]:
            with transaction.atomic():
                assert payer(jean, police.numero_police, choix["montant"]).status_code == 202
                transaction.set_rollback(True)

    def test_nothing_late(self, jean: APIClient, police: NumeroPolice) -> None:
        PaiementFactory(souscription=police.souscription, montant=1_000)

        corps = verifier_conformite(jean.get(self.url(police.numero_police)))

        assert corps["choix"] == [
            {"code": "echeances_1", "libelle": "La prochaine échéance", "montant": 100},
            {"code": "echeances_2", "libelle": "Les 2 prochaines échéances", "montant": 200},
        ]

    def test_all_is_paid(self, jean: APIClient, police: NumeroPolice) -> None:
        PaiementFactory(souscription=police.souscription, montant=1_200)

        corps = verifier_conformite(jean.get(self.url(police.numero_police)))

        assert (corps["choix"], corps["libre"]) == ([], None)
        assert corps["raison"].endswith("Tout est payé.")

    def test_savings_can_always_grow(self, police: NumeroPolice, settings: Settings) -> None:
        epargne = contrat_en_vigueur(produit=ProduitEpargneFactory(), taux_epargne="3.50")
        PaiementFactory(souscription=epargne.souscription, montant=1_200)

        corps = verifier_conformite(connecter(epargne.souscription.client).get(self.url(epargne.numero_police)))

        assert corps["libre"] == {"minimum": settings.PAIEMENT_MINIMUM, "maximum": settings.PAIEMENT_MAXIMUM}

    def test_a_terminated_contract_says_why(self, jean: APIClient, police: NumeroPolice) -> None:
        changer_statut(souscription=police.souscription, vers="resiliee", motif="essai")

        corps = verifier_conformite(jean.get(self.url(police.numero_police)))

        assert (corps["choix"], corps["libre"]) == ([], None)
        assert "il ne vous couvre plus" in corps["raison"]

    def test_another_s_is_as_an_unknown_one(self, marie_claire: APIClient, police: NumeroPolice) -> None:
        for numero in (police.numero_police, "CG-2026-VIE-999"):
            response = marie_claire.get(self.url(numero))
            assert (response.status_code, response.json()["code"]) == (404, "contrat_introuvable")


class TestPubliques:
    @pytest.fixture(autouse=True)
    def sans_requete(self) -> Iterator[None]:
        with CaptureQueriesContext(connection) as vues:
            yield
        assert len(vues) == 0

    def test_operators_those_that_can_be_paid_with_first(self) -> None:
        corps = verifier_conformite(APIClient().get(f"{PAIEMENTS}operateurs/"))
        assert [(un["code"], un["disponible"]) for un in corps] == [
            ("mtn_money", True),
            ("airtel_money", False),
            ("moov_money", False),
        ]

    @pytest.mark.parametrize(
        ("telephone", "operateur", "disponible"),
        [
            ("06 123 45 67", "mtn_money", True),
            ("05 123 45 67", "airtel_money", False),
            ("01 123 45 67", None, False),
        ],
    )
    def test_the_likely_operator(self, telephone: str, operateur: str | None, disponible: bool) -> None:
        response = APIClient().post(f"{PAIEMENTS}detecter-operateur/", {"telephone": telephone}, format="json")
        assert verifier_conformite(response) == {"operateur": operateur, "disponible": disponible}

    def test_a_number_that_is_none(self) -> None:
        response = APIClient().post(f"{PAIEMENTS}detecter-operateur/", {"telephone": "12"}, format="json")
        assert response.status_code == 400

    def test_the_conditions_of_today(self, settings: Settings) -> None:
        corps = verifier_conformite(APIClient().get(f"{SOUSCRIPTIONS}conditions/"))
        assert corps["version"] == settings.VERSION_CONDITIONS
        assert all(phrase.endswith(".") for phrase in corps["texte"])
