"""What strangers may start in a client's name, and what a code on the client's phone makes of it. Sylvie is the victim."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.borne_auth.models import Borne, CompteurEssais, DemandeConfirmation, SessionBorne
from apps.borne_auth.services import desactiver_borne
from apps.borne_auth.tests.conftest import CLE, porteur
from apps.borne_auth.tests.factories import AgentFactory, BorneFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import ClientPass, ModificationClient, NumeroPolice, SouscriptionPass
from apps.pass_clients.reprises import ClientRepris, reprendre_clients
from apps.pass_clients.services import Auteur, modifier_client
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.operateurs import Constat, Etat
from apps.pass_payments.services import changer_statut_paiement, enregistrer_demande
from apps.pass_payments.services.reglement import regler
from apps.pass_payments.tests.conftest import operateur  # noqa: F401 - a fixture
from apps.pass_payments.tests.ecritures import compter
from apps.pass_payments.tests.factories import contrat_finissant
from apps.pass_products.tests.factories import GarantieFactory, ProduitFactory
from apps.socle.models import Fait, MessageSortant
from apps.socle.services.messages import texte_a_envoyer
from nsia_pass_api.tests.conformite import verifier_conformite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operateur")]

SYLVIE, SIEN = "+242068124350", "068124350"
MASQUE = "+242\u00a006\u00a0•••\u00a0••\u00a050"
INTRUS = "066000001"
MIDI = timezone.now().replace(hour=11, minute=0, second=0, microsecond=0)
TECHNIQUES = {"compteurs_essais", "requetes_idempotentes", "messages_sortants", "demandes_confirmation"}


@pytest.fixture
def sylvie() -> ClientPass:
    return ClientFactory(nom="MABIALA", prenom="Sylvie", telephone=SYLVIE, numero_mobile_money=SYLVIE)


@pytest.fixture
def la_sienne(sylvie: ClientPass) -> NumeroPolice:
    """The contract that she took at an agency."""
    return contrat_en_vigueur(client=sylvie, preuve="agence")


@pytest.fixture
def etrangere(sylvie: ClientPass, la_sienne: NumeroPolice) -> NumeroPolice:
    """A contract in her name, whose subscriber has never shown her phone."""
    return contrat_en_vigueur(client=sylvie, preuve="")


def souscription(settings: Settings, **valeurs: Any) -> dict[str, Any]:
    ProduitFactory()
    return {
        "client": {"nom": "PIRATE", "prenom": "Jack", "telephone": SIEN},
        "produit": "KIMIA",
        "montant": 1_200,
        "periodicite": "mensuelle",
        "beneficiaires": [{"nom": "PIRATE", "prenom": "Ann", "relation": "enfant", "date_naissance": "2015-05-17"}],
        "conditions_acceptees": True,
        "version_conditions": settings.VERSION_CONDITIONS,
        "telephone": INTRUS,
        **valeurs,
    }


def envoyer(chemin: str, corps: dict[str, Any], *, cle: str = "", borne: str = "", **extra: Any) -> HttpResponse:
    entetes = {"Idempotency-Key": cle or str(uuid.uuid4())} | ({"X-Borne-Cle": borne} if borne else {})
    api = APIClient(raise_request_exception=False)
    return api.post(f"/api/v1/{chemin}", corps, format="json", headers=entetes, **extra)


def souscrire(settings: Settings, *, cle: str = "", borne: str = "", **valeurs: Any) -> HttpResponse:
    return envoyer("souscriptions/", souscription(settings, **valeurs), cle=cle, borne=borne)


def au_nom_de(telephone: str) -> dict[str, str]:
    return {"nom": "PIRATE", "prenom": "Jack", "telephone": telephone}


def code_recu(telephone: str = SYLVIE) -> str:
    message = MessageSortant.objects.filter(cle__startswith="code:", telephone=telephone).order_by("-id").first()
    assert message is not None
    return re.findall(r"\b[0-9]{6}\b", texte_a_envoyer(message))[0]


def faux(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def confirmer(demande: str, code: str, *, cle: str = "", borne: str = "") -> HttpResponse:
    return envoyer("souscriptions/confirmer/", {"demande": demande, "code": code}, cle=cle, borne=borne)


def refus(reponse: HttpResponse) -> tuple[int, str]:
    return reponse.status_code, reponse.json()["code"]


def dite(reponse: HttpResponse) -> dict[str, Any]:
    """All that a refusal says, but the number of the request."""
    return {champ: valeur for champ, valeur in reponse.json().items() if champ != "requete"}


def payee(par: str | None = None) -> SouscriptionPass:
    """The newest payment is confirmed by the operator."""
    paiement = PaiementPass.objects.latest("pk")
    constat = Constat(etat=Etat.REUSSI, montant=paiement.montant, devise="XAF", telephone=par or paiement.numero_payeur)
    regler(paiement=paiement, constat=constat, source="suivi")
    return SouscriptionPass.objects.get(pk=paiement.souscription_id)


class TestSouscrire:
    def test_with_a_client_s_phone_nothing_is_done_but_a_code_sent_to_it(
        self, settings: Settings, la_sienne: NumeroPolice
    ) -> None:
        corps_demande = souscription(settings)
        avant = compter()

        reponse = envoyer("souscriptions/", corps_demande)

        corps = verifier_conformite(reponse)
        assert (reponse.status_code, reponse["Cache-Control"]) == (202, "no-store")
        assert (corps["acte"], corps["objet"], corps["telephone"]) == ("souscrire", "souscrire à PASS KIMIA", MASQUE)
        assert "numero_transaction" not in corps
        assert "MABIALA" not in reponse.content.decode()
        changees = {table: nombre - avant[table] for table, nombre in compter().items() if nombre != avant[table]}
        assert set(changees) == TECHNIQUES
        message = MessageSortant.objects.get()
        assert message.telephone == SYLVIE
        assert texte_a_envoyer(message) == (
            f"NSIA : {code_recu()} est votre code pour souscrire à PASS KIMIA. Valable 5 min à la borne. "
            "NSIA ne le demande jamais : ne le dites à personne."
        )

    def test_her_code_makes_it(self, settings: Settings, sylvie: ClientPass, la_sienne: NumeroPolice) -> None:
        demande = souscrire(settings).json()["demande"]

        reponse = confirmer(demande, code_recu())

        corps = verifier_conformite(reponse)
        assert (reponse.status_code, reponse["Cache-Control"]) == (202, "no-store")
        paiement = PaiementPass.objects.get(numero_transaction=corps["numero_transaction"])
        assert set(corps) == {
            "message", "montant", "numero_souscription", "numero_transaction", "statut", "statut_affiche", "suivi",
        }  # fmt: skip
        assert (paiement.souscription.client, paiement.souscription.preuve) == (sylvie, "code")
        assert paiement.numero_payeur == f"+242{INTRUS}"
        assert paiement.souscription.consentement.nom == "PIRATE"
        assert paiement.souscription.beneficiaires.get().prenom == "Ann"
        sylvie.refresh_from_db()
        assert sylvie.nom == "MABIALA"
        demandee = DemandeConfirmation.objects.get()
        assert (demandee.statut, demandee.changement) == ("confirmee", {})
        assert (
            APIClient()
            .get(f"/api/v1/paiements/{paiement.numero_transaction}/", headers={"X-Suivi": corps["suivi"]})
            .json()["statut"]
            == "initie"
        )

    def test_each_key_has_its_answer(self, settings: Settings, la_sienne: NumeroPolice) -> None:
        premiere, encore = (souscrire(settings, cle="k" * 8) for _ in range(2))
        assert premiere.content == encore.content
        assert encore["Idempotent-Replayed"] == "true"
        assert MessageSortant.objects.count() == 1
        demande, code = premiere.json()["demande"], code_recu()
        # A code that was mistyped has used nothing up but a try.
        assert refus(confirmer(demande, faux(code), cle="c" * 8)) == (422, "code_incorrect")

        faite, rejouee = (confirmer(demande, code, cle="c" * 8) for _ in range(2))

        assert (faite.status_code, faite.content) == (202, rejouee.content)
        assert rejouee["Idempotent-Replayed"] == "true"
        assert refus(confirmer(demande, faux(code), cle="c" * 8)) == (422, "cle_idempotence_reutilisee")
        assert refus(confirmer(demande, code)) == (409, "demande_terminee")
        assert PaiementPass.objects.count() == 1

    def test_tries_are_counted_although_refused(self, settings: Settings, la_sienne: NumeroPolice) -> None:
        demande = souscrire(settings).json()["demande"]
        code = code_recu()
        reponses = [confirmer(demande, faux(code)) for _ in range(3)]
        assert [refus(reponse)[1] for reponse in reponses] == ["code_incorrect", "code_incorrect", "code_epuise"]
        assert "il vous reste un essai" in reponses[1].json()["detail"]
        assert refus(confirmer(demande, code)) == (422, "code_epuise")
        assert PaiementPass.objects.count() == 0

    def test_a_code_out_of_date(self, settings: Settings, la_sienne: NumeroPolice) -> None:
        with time_machine.travel(MIDI, tick=False) as heure:
            demande = souscrire(settings).json()["demande"]
            heure.shift(timedelta(minutes=5))
            assert refus(confirmer(demande, code_recu())) == (422, "code_expire")

    def test_it_belongs_to_the_kiosk_where_it_was_made(
        self, settings: Settings, la_sienne: NumeroPolice, borne: Borne
    ) -> None:
        BorneFactory(code="BZV-AUTRE-01", cle="une-autre-borne")
        demande = souscrire(settings, borne=CLE).json()["demande"]
        code = code_recu()

        for ailleurs in ("une-autre-borne", ""):
            assert refus(confirmer(demande, code, borne=ailleurs)) == (404, "demande_introuvable")
        assert refus(confirmer(str(uuid.uuid4()), code, borne=CLE)) == (404, "demande_introuvable")
        assert confirmer(demande, code, borne=CLE).status_code == 202
        assert PaiementPass.objects.get().souscription.consentement.origine == borne.code

    def test_a_kiosk_that_is_switched_off_waits_for_no_code(
        self, settings: Settings, la_sienne: NumeroPolice, borne: Borne
    ) -> None:
        souscrire(settings, borne=CLE)
        desactiver_borne(borne=borne)
        assert DemandeConfirmation.objects.get().statut == "annulee"

    def test_the_same_again_is_another_code_and_only_later(self, settings: Settings, la_sienne: NumeroPolice) -> None:
        with time_machine.travel(MIDI, tick=False) as heure:
            premiere = souscrire(settings).json()
            heure.shift(29)
            assert souscrire(settings).json() == premiere
            heure.shift(1)
            seconde = souscrire(settings).json()
            assert seconde["demande"] != premiere["demande"]
            assert refus(confirmer(premiere["demande"], code_recu())) == (409, "demande_terminee")
            assert confirmer(seconde["demande"], code_recu()).status_code == 202

    def test_an_earlier_one_is_cancelled_by_her_alone(
        self, settings: Settings, sylvie: ClientPass, la_sienne: NumeroPolice
    ) -> None:
        impayee = SouscriptionFactory(client=sylvie, produit=ProduitFactory())

        demande = souscrire(settings).json()["demande"]
        impayee.refresh_from_db()
        assert impayee.statut == "en_cours"

        confirmer(demande, code_recu())
        impayee.refresh_from_db()
        assert impayee.statut == "annulee"

    @pytest.mark.parametrize(
        "valeurs",
        [
            {"montant": 99},
            {"telephone": "051234567"},
            {"premier_versement": 1},
            {"version_conditions": "2019-01"},
            {"produit": "INCONNU"},
        ],
    )
    def test_refusals_say_nothing_of_who_has_the_phone(
        self, settings: Settings, sylvie: ClientPass, valeurs: dict[str, Any]
    ) -> None:
        ClientPass.objects.filter(pk=sylvie.pk).update(statut="suspendu")
        connue = souscrire(settings, **valeurs)
        inconnue = souscrire(settings, client=au_nom_de("066543210"), **valeurs)

        assert dite(connue) == dite(inconnue)
        assert connue.status_code in (404, 422)
        assert MessageSortant.objects.count() == 0

    @pytest.mark.parametrize(
        "valeurs",
        [
            {"montant": 99},
            {"telephone": "051234567"},
            {"telephone": "066000002"},
            {"premier_versement": 1},
            {"version_conditions": "2019-01"},
            {"beneficiaires": [{"nom": f"PIRATE{rang}", "prenom": "Ann", "relation": "enfant"} for rang in range(5)]},
            {"budget": 0},
        ],
    )
    def test_refusals_are_the_same_work_whoever_has_the_phone(
        self, settings: Settings, sylvie: ClientPass, valeurs: dict[str, Any]
    ) -> None:
        """A stranger who measures what is refused for nothing learns of no phone whether it is a client's: same statements."""
        ProduitFactory(nombre_beneficiaires_max=4)
        souscrire(settings, client=au_nom_de("066543211"), telephone="066000002")
        if "budget" in valeurs:
            settings.SOUSCRIPTIONS_PAR_ADRESSE_HEURE = valeurs["budget"]

        def travail(telephone: str) -> tuple[int, list[str]]:
            with CaptureQueriesContext(connection) as faites:
                reponse = souscrire(settings, **{"client": au_nom_de(telephone), **valeurs})
            return reponse.status_code, [re.sub(r"'[^']*'|[0-9]+", "?", une["sql"]) for une in faites]

        connue, inconnue = travail(SIEN), travail("066543210")
        assert connue == inconnue
        assert connue[0] in (409, 422, 429)

    def test_what_only_she_may_know_is_said_after_her_code(self, settings: Settings, sylvie: ClientPass) -> None:
        ClientPass.objects.filter(pk=sylvie.pk).update(statut="suspendu")
        demande = souscrire(settings).json()["demande"]
        assert refus(confirmer(demande, code_recu())) == (422, "paiement_impossible")
        assert DemandeConfirmation.objects.get().statut == "impossible"

    def test_without_sms_nothing_is_asked(self, settings: Settings, la_sienne: NumeroPolice) -> None:
        settings.MESSAGERIE = ""
        assert refus(souscrire(settings)) == (503, "sms_indisponible")

    def test_a_newcomer_takes_no_code(self, settings: Settings) -> None:
        reponse = souscrire(settings, client=au_nom_de("066543210"), telephone="066543210")
        assert "numero_transaction" in verifier_conformite(reponse)
        police = payee().police.numero_police
        assert SouscriptionPass.objects.get().preuve == "paiement"
        assert connecter(police, "066543210").status_code == 200


SES_PAPIERS = {"nom": "MABIALA", "prenom": "Sylvie", "telephone": SIEN, "date_naissance": "1996-06-17"}


class TestIdentite:
    """A stranger was the first to name her phone, under another identity, and paid nothing. Who shows the phone is the client."""

    @pytest.fixture
    def inconnu(self, settings: Settings) -> ClientPass:
        papiers = {**au_nom_de(SIEN), "date_naissance": "1975-01-01", "adresse": "12 rue du Port"}
        assert "numero_transaction" in souscrire(settings, client=papiers).json()
        return ClientPass.objects.get()

    def souscrire_et_confirmer(self, settings: Settings, *, borne: str = "", **valeurs: Any) -> HttpResponse:
        """She subscribes with her own papers, from her own phone."""
        demande = souscrire(settings, borne=borne, **{"client": SES_PAPIERS, "telephone": SIEN, **valeurs}).json()
        return confirmer(demande["demande"], code_recu(), borne=borne)

    def qui(self, client: ClientPass) -> tuple[str, str, str, str]:
        client.refresh_from_db()
        return client.nom, client.prenom, str(client.date_naissance), client.adresse

    def test_her_code_makes_her_who_the_client_is(self, settings: Settings, inconnu: ClientPass, borne: Borne) -> None:
        assert self.souscrire_et_confirmer(settings, borne=CLE).status_code == 202
        sienne = payee()

        assert self.qui(inconnu) == ("MABIALA", "Sylvie", "1996-06-17", "")
        assert inconnu.agence == borne.agence
        histoire = ModificationClient.objects.get(acte="client_modifie")
        assert (histoire.origine, histoire.acteur_id, histoire.session_borne) == (borne.code, None, None)
        assert (histoire.avant["nom"], histoire.apres["nom"]) == ("PIRATE", "MABIALA")
        assert histoire.avant["date_naissance"] == "1975-01-01"
        assert Fait.objects.get(nom="client.modifie").donnees["client"] == inconnu.pk
        jetons = connecter(sienne.police.numero_police, borne=CLE).json()
        assert (jetons["client"]["nom"], jetons["client"]["prenom"]) == ("MABIALA", "Sylvie")
        attestation = APIClient().get(
            f"/api/v1/clients/{sienne.police.numero_police}/attestation/?format=json",
            headers=porteur(jetons["tokens"]["access"]) | {"X-Borne-Cle": CLE},
        )
        assert (attestation.status_code, "MABIALA" in attestation.content.decode()) == (200, True)
        assert "PIRATE" not in attestation.content.decode()

    def test_her_age_is_hers(self, settings: Settings, inconnu: ClientPass) -> None:
        """The product covers to fifty: she may have it although the stranger, born in 1975, might not; and the reverse."""
        produit = ProduitFactory(code_pass="BATELA", nom_pass="PASS BATELA")
        GarantieFactory(produit=produit, age_max=50)
        assert self.souscrire_et_confirmer(settings, produit="BATELA").status_code == 202

        assert SouscriptionPass.objects.latest("pk").produit == produit
        assert self.qui(inconnu)[2] == "1996-06-17"

    def test_ages_are_judged_before_any_money(self, settings: Settings, inconnu: ClientPass) -> None:
        produit = ProduitFactory(code_pass="BATELA", nom_pass="PASS BATELA")
        GarantieFactory(produit=produit, age_max=60)
        vieille = SES_PAPIERS | {"date_naissance": "1950-01-01"}
        reponse = souscrire(settings, client=vieille, telephone=SIEN, produit="BATELA")
        assert refus(reponse) == (422, "age_hors_limites")
        assert (PaiementPass.objects.count(), self.qui(inconnu)[0]) == (1, "PIRATE")

    def test_a_phone_that_was_shown_keeps_its_identity(
        self, settings: Settings, sylvie: ClientPass, la_sienne: NumeroPolice
    ) -> None:
        demande = souscrire(settings).json()["demande"]
        assert confirmer(demande, code_recu()).status_code == 202
        assert self.qui(sylvie)[:2] == ("MABIALA", "Sylvie")
        assert ModificationClient.objects.filter(acte="client_modifie").count() == 0

    def test_once_she_was_recognised_she_stays(self, settings: Settings, inconnu: ClientPass) -> None:
        self.souscrire_et_confirmer(settings)
        payee()
        assert self.souscrire_et_confirmer(settings, client=au_nom_de(SIEN), montant=2_400).status_code == 202
        assert self.qui(inconnu)[:2] == ("MABIALA", "Sylvie")

    def test_whom_the_insurer_entered_stays_too(self, settings: Settings, sylvie: ClientPass) -> None:
        """No subscription yet: nobody typed it at a kiosk."""
        assert self.souscrire_et_confirmer(settings, client=au_nom_de(SIEN)).status_code == 202
        assert self.qui(sylvie)[0] == "MABIALA"

    def test_what_an_agent_wrote_stays(self, settings: Settings, inconnu: ClientPass) -> None:
        agent = AgentFactory()
        modifier_client(client=inconnu, auteur=Auteur(agent=agent), nom="MABIALA-NGOMA", prenom="Jack")
        assert self.souscrire_et_confirmer(settings).status_code == 202
        assert self.qui(inconnu) == ("MABIALA-NGOMA", "Sylvie", "1996-06-17", "")

    def test_a_stranger_s_contract_that_was_paid_does_not_decide(self, settings: Settings, inconnu: ClientPass) -> None:
        etrangere = payee()
        assert etrangere.preuve == ""
        assert self.souscrire_et_confirmer(settings).status_code == 202
        payee()
        assert self.qui(inconnu)[:2] == ("MABIALA", "Sylvie")
        assert connecter(etrangere.police.numero_police).status_code == 202

    def test_the_stranger_s_own_payment_changes_nothing_later(self, settings: Settings, inconnu: ClientPass) -> None:
        etrangere = PaiementPass.objects.get()
        assert self.souscrire_et_confirmer(settings).status_code == 202
        constat = Constat(etat=Etat.REUSSI, montant=etrangere.montant, devise="XAF", telephone=etrangere.numero_payeur)
        regler(paiement=etrangere, constat=constat, source="suivi")
        assert self.qui(inconnu)[:2] == ("MABIALA", "Sylvie")

    def test_the_former_database_knew_her(
        self, sylvie: ClientPass, la_sienne: NumeroPolice, settings: Settings
    ) -> None:
        souscrire(settings, client=au_nom_de("066543210") | {"date_naissance": "1975-01-01"})
        inconnu = ClientPass.objects.get(telephone="+242066543210")
        reprendre_clients(
            [
                ClientRepris(nom="MAKOSSO", prenom="Gisèle", telephone="+242066543210", adresse="Ouenzé"),
                ClientRepris(nom="AUTRE", prenom="Nom", telephone=SYLVIE, adresse=""),
            ]
        )
        assert self.qui(inconnu) == ("MAKOSSO", "Gisèle", "None", "Ouenzé")
        assert self.qui(sylvie)[:2] == ("MABIALA", "Sylvie")

    def test_what_strangers_left_unpaid_does_not_stand_in_the_way(
        self, settings: Settings, inconnu: ClientPass
    ) -> None:
        """Nor a demand that waits on the stranger's phone, nor the ceiling of primes."""
        settings.PLAFOND_PRIMES_MODE = "refuser"
        etrangere = SouscriptionPass.objects.get()
        SouscriptionFactory(
            client=inconnu, produit=ProduitFactory(code_pass="AUTRE"), montant_souscription=10_000_000, preuve=""
        )
        assert PaiementPass.objects.get().statut == "initie"

        assert self.souscrire_et_confirmer(settings).status_code == 202

        etrangere.refresh_from_db()
        assert etrangere.statut == "en_cours"
        assert PaiementPass.objects.latest("pk").numero_payeur == SYLVIE

    def test_her_own_that_waits_for_her_pin_does(self, settings: Settings) -> None:
        """The answer was lost and she begins again: two PINs would pay twice."""
        souscrire(settings, client=SES_PAPIERS, telephone=SIEN)
        assert refus(self.souscrire_et_confirmer(settings)) == (409, "paiement_deja_en_cours")

    def test_a_payment_from_the_phone_keeps_what_was_typed_with_it(self, settings: Settings) -> None:
        souscrire(settings, client=SES_PAPIERS, telephone=SIEN)
        assert payee().preuve == "paiement"
        client = ClientPass.objects.get()
        assert self.souscrire_et_confirmer(settings, client=au_nom_de(SIEN), montant=2_400).status_code == 202
        assert self.qui(client)[:3] == ("MABIALA", "Sylvie", "1996-06-17")


@pytest.mark.django_db(transaction=True)
def test_of_two_strangers_with_one_new_phone_the_second_needs_its_code(settings: Settings) -> None:
    corps = souscription(settings, client=au_nom_de("066543210"))

    reponses = en_parallele(2, lambda rang: envoyer("souscriptions/", {**corps, "telephone": f"06600000{rang}"}))

    assert [reponse.status_code for reponse in reponses] == [202, 202]
    assert sorted("demande" in reponse.json() for reponse in reponses) == [False, True]
    assert (ClientPass.objects.count(), SouscriptionPass.objects.count(), PaiementPass.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_code_typed_twice_at_once_subscribes_once(settings: Settings) -> None:
    sylvie = ClientFactory(telephone=SYLVIE)
    demande = souscrire(settings).json()["demande"]
    code = code_recu()

    reponses = en_parallele(4, lambda _: confirmer(demande, code))

    assert sorted(reponse.status_code for reponse in reponses) == [202, 409, 409, 409]
    assert SouscriptionPass.objects.filter(client=sylvie).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_phone_named_many_times_at_once_waits_for_one_code(settings: Settings) -> None:
    ClientFactory(telephone=SYLVIE)
    corps = souscription(settings)

    reponses = en_parallele(4, lambda rang: envoyer("souscriptions/", {**corps, "montant": 1_200 + rang}))

    assert {reponse.status_code for reponse in reponses} <= {202}
    assert DemandeConfirmation.objects.filter(statut="en_attente").count() == 1


class TestBudgets:
    """Each is spent at its own number, told with the true delay, and whole again the next day or quarter of an hour."""

    @pytest.fixture(autouse=True)
    def midi(self) -> Any:
        with time_machine.travel(MIDI, tick=False) as heure:
            yield heure

    def essayer(self, settings: Settings, rang: int, *, borne: str = "", **valeurs: Any) -> HttpResponse:
        """A subscription that names a new phone and makes another one pay."""
        libre = {"client": au_nom_de(f"0665{rang:05d}"), "telephone": f"0666{rang:05d}"}
        return souscrire(settings, borne=borne, **{**libre, **valeurs})

    def trop(self, reponse: HttpResponse, attente: timedelta) -> None:
        assert refus(reponse) == (429, "trop_d_essais")
        assert reponse["Retry-After"] == str(int(attente.total_seconds()))
        assert reponse.json()["detail"].startswith("Trop de souscriptions")

    @property
    def jusqu_a_minuit(self) -> timedelta:
        demain = timezone.localtime(MIDI).replace(hour=0, minute=0) + timedelta(days=1)
        return demain - MIDI

    def test_by_the_phone_that_is_named(self, settings: Settings, midi: Any, borne: Borne) -> None:
        settings.CODE_ENVOIS_HEURE = 20
        ClientFactory(telephone=SYLVIE)
        for rang in range(5):
            assert self.essayer(settings, rang, client=au_nom_de(SIEN), montant=1_200 + rang).status_code == 202
        self.trop(self.essayer(settings, 6, client=au_nom_de(SIEN)), self.jusqu_a_minuit)
        # Whoever stands at a kiosk is not stopped by a stranger elsewhere.
        assert self.essayer(settings, 6, client=au_nom_de(SIEN), borne=CLE).status_code == 202
        midi.shift(self.jusqu_a_minuit)
        assert self.essayer(settings, 6, client=au_nom_de(SIEN)).status_code == 202

    def test_by_the_phone_that_pays(self, settings: Settings) -> None:
        settings.SOUSCRIPTIONS_PAR_PAYEUR_JOUR = 2
        for rang in range(2):
            assert self.essayer(settings, rang, telephone=INTRUS).status_code == 202
            payee()
        self.trop(self.essayer(settings, 3, telephone=INTRUS), self.jusqu_a_minuit)

    def test_by_kiosk(self, settings: Settings, borne: Borne, midi: Any) -> None:
        settings.SOUSCRIPTIONS_PAR_BORNE_QUART_HEURE = 2
        BorneFactory(code="BZV-AUTRE-01", cle="une-autre-borne")
        for rang in range(2):
            assert self.essayer(settings, rang, borne=CLE).status_code == 202
        self.trop(self.essayer(settings, 3, borne=CLE), timedelta(minutes=15))
        assert self.essayer(settings, 3, borne="une-autre-borne").status_code == 202
        midi.shift(timedelta(minutes=15))
        assert self.essayer(settings, 4, borne=CLE).status_code == 202

    def test_by_address(self, settings: Settings) -> None:
        settings.SOUSCRIPTIONS_PAR_ADRESSE_HEURE = 2
        for rang in range(2):
            assert self.essayer(settings, rang).status_code == 202
        self.trop(self.essayer(settings, 3), timedelta(hours=1))
        corps = souscription(settings, client=au_nom_de("066599999"), telephone="066699999")
        assert envoyer("souscriptions/", corps, REMOTE_ADDR="41.78.9.9").status_code == 202

    def test_what_is_refused_or_repeated_spends_nothing(self, settings: Settings) -> None:
        settings.SOUSCRIPTIONS_PAR_ADRESSE_HEURE = 1
        assert self.essayer(settings, 1, montant=99).status_code == 422
        corps = souscription(settings, client=au_nom_de("066599999"))
        reponses = [envoyer("souscriptions/", corps, cle="k" * 8) for _ in range(3)]
        assert {reponse.status_code for reponse in reponses} == {202}

    def test_codes_have_theirs_apart_from_those_of_her_sessions(
        self, settings: Settings, la_sienne: NumeroPolice, borne: Borne
    ) -> None:
        settings.SOUSCRIPTIONS_PAR_TELEPHONE_JOUR = 20
        for rang in range(4):
            assert self.essayer(settings, rang, client=au_nom_de(SIEN), montant=1_200 + rang).status_code == 202
        reponse = self.essayer(settings, 5, client=au_nom_de(SIEN))
        assert refus(reponse) == (429, "trop_d_essais")
        assert reponse["Retry-After"] == "3600"
        acces = connecter(la_sienne.numero_police).json()["tokens"]["access"]
        change = APIClient().put(
            f"/api/v1/clients/{la_sienne.numero_police}/mobile-money/",
            {"telephone": "065123456"},
            format="json",
            headers=porteur(acces),
        )
        assert change.status_code == 202

    def test_one_prompt_of_strangers_waits_on_a_phone(self, settings: Settings) -> None:
        reponses = [self.essayer(settings, rang, telephone=INTRUS) for rang in range(2)]
        assert [reponse.status_code for reponse in reponses] == [202, 409]
        assert reponses[1].json()["code"] == "payeur_deja_sollicite"


class TestVersUnAutre:
    """Sylvie, in her session, makes phones ask for a PIN."""

    @pytest.fixture(autouse=True)
    def midi(self) -> Any:
        with time_machine.travel(MIDI, tick=False) as heure:
            yield heure

    @pytest.fixture
    def payer(self, sylvie: ClientPass) -> Callable[..., HttpResponse]:
        """Pays on a contract of hers, and the phone refuses, or confirms."""
        acces: dict[str, str] = {}

        def demander(telephone: str, *, issue: str = "echec", police: NumeroPolice | None = None) -> HttpResponse:
            police = police or contrat_en_vigueur(client=sylvie)
            qui = police.souscription.client
            if qui.telephone not in acces:
                acces[qui.telephone] = connecter(police.numero_police, qui.telephone).json()["tokens"]["access"]
            corps = {"contrats": [{"police": police.numero_police, "montant": 100}], "telephone": telephone}
            entetes = porteur(acces[qui.telephone]) | {"Idempotency-Key": str(uuid.uuid4())}
            reponse = APIClient(raise_request_exception=False).post(
                "/api/v1/paiements/", corps, format="json", headers=entetes
            )
            if reponse.status_code == 202 and issue == "succes":
                payee()
            elif reponse.status_code == 202 and issue:
                changer_statut_paiement(
                    paiement=PaiementPass.objects.latest("pk"), vers=issue, evenement="echec", motif_echec="refuse"
                )
            return reponse

        return demander

    def test_what_the_phone_refuses_is_counted(
        self, settings: Settings, payer: Callable[..., HttpResponse], midi: Any
    ) -> None:
        settings.DEMANDES_VERS_UN_AUTRE_JOUR = 3
        assert [payer(INTRUS).status_code for _ in range(4)] == [202, 202, 202, 429]
        trop = payer(INTRUS)
        corps = verifier_conformite(trop)
        assert corps["detail"].startswith("Trop de demandes de paiement vers ce numéro")
        demain = timezone.localtime(MIDI).replace(hour=0, minute=0) + timedelta(days=1)
        assert trop["Retry-After"] == str(int((demain - MIDI).total_seconds()))
        assert PaiementPass.objects.count() == 3
        # Another phone, her own, and tomorrow.
        assert payer("066000002").status_code == 202
        assert payer(SIEN).status_code == 202

    def test_by_phone_whoever_asks_and_by_client_whichever_phone(
        self, settings: Settings, payer: Callable[..., HttpResponse]
    ) -> None:
        settings.DEMANDES_VERS_UN_AUTRE_JOUR, settings.DEMANDES_VERS_D_AUTRES_JOUR = 2, 4
        assert [payer(f"06600000{rang // 2}").status_code for rang in range(5)] == [202, 202, 202, 202, 429]
        autre = contrat_en_vigueur(client=ClientFactory(telephone="+242065000001"))
        assert payer("066000000", police=autre).status_code == 429
        assert payer("066000009", police=autre).status_code == 202

    def test_what_the_phone_confirms_is_given_back(
        self, settings: Settings, payer: Callable[..., HttpResponse]
    ) -> None:
        settings.DEMANDES_VERS_UN_AUTRE_JOUR = settings.DEMANDES_VERS_D_AUTRES_JOUR = 2
        assert payer(INTRUS).status_code == 202
        assert [payer(INTRUS, issue="succes").status_code for _ in range(3)] == [202, 202, 202]
        assert [compteur.essais for compteur in CompteurEssais.objects.filter(regle__startswith="autrui")] == [1, 1]
        assert [payer(INTRUS).status_code for _ in range(2)] == [202, 429]

    def test_her_own_phone_is_never_counted_and_her_mobile_money_number_is(
        self, settings: Settings, sylvie: ClientPass, payer: Callable[..., HttpResponse]
    ) -> None:
        settings.DEMANDES_VERS_UN_AUTRE_JOUR = 1
        assert [payer(SIEN).status_code for _ in range(3)] == [202, 202, 202]
        modifier_client(client=sylvie, numero_mobile_money="+242066000007")
        assert [payer("066000007").status_code for _ in range(2)] == [202, 429]

    def test_what_is_refused_or_repeated_spends_nothing(
        self, settings: Settings, payer: Callable[..., HttpResponse]
    ) -> None:
        settings.DEMANDES_VERS_UN_AUTRE_JOUR = 2
        police = contrat_en_vigueur(client=ClientFactory(telephone="+242065000001"))
        assert payer(INTRUS, issue="", police=police).status_code == 202
        assert payer(INTRUS, police=police).status_code == 409
        assert [compteur.essais for compteur in CompteurEssais.objects.filter(regle__startswith="autrui")] == [1, 1]

    @pytest.mark.parametrize("acte", ["souscrire", "renouveler"])
    def test_also_to_subscribe_and_to_renew(self, settings: Settings, sylvie: ClientPass, acte: str) -> None:
        settings.DEMANDES_VERS_D_AUTRES_JOUR = 1
        police = contrat_finissant(sylvie, fin_dans=10)
        acces = connecter(police.numero_police).json()["tokens"]["access"]
        corps = souscription(settings) if acte == "souscrire" else {"telephone": INTRUS}
        chemin = "" if acte == "souscrire" else f"{police.souscription.numero_souscription}/renouveler/"

        def demander() -> HttpResponse:
            entetes = porteur(acces) | {"Idempotency-Key": str(uuid.uuid4())}
            return APIClient().post(f"/api/v1/souscriptions/{chemin}", corps, format="json", headers=entetes)

        assert demander().status_code == 202
        changer_statut_paiement(
            paiement=PaiementPass.objects.latest("pk"), vers="echec", evenement="echec", motif_echec="refuse"
        )
        assert demander().status_code == 429

    def test_she_pays_from_her_own_phone_whatever_others_ask_of_it(
        self, settings: Settings, sylvie: ClientPass, payer: Callable[..., HttpResponse]
    ) -> None:
        autre = contrat_en_vigueur(client=ClientFactory(telephone="+242065000001"))
        assert payer(SIEN, issue="", police=autre).status_code == 202
        assert souscrire(settings, client=au_nom_de("065000002"), telephone=SIEN).status_code == 409
        assert [payer(SIEN, issue="").status_code for _ in range(3)] == [202, 202, 409]

    def test_so_does_she_without_a_session(self, settings: Settings, sylvie: ClientPass) -> None:
        """A code leaves although a stranger's demand waits on her phone, and her own is made beside it."""
        assert souscrire(settings, client=au_nom_de("065000002"), telephone=SIEN).status_code == 202
        demande = souscrire(settings, telephone=SIEN).json()["demande"]
        assert confirmer(demande, code_recu()).status_code == 202


def connecter(police: str, telephone: str = SIEN, *, borne: str = "") -> HttpResponse:
    return envoyer("auth/login/", {"police": police, "telephone": telephone}, borne=borne)


def confirmer_connexion(demande: str, code: str, *, borne: str = "") -> HttpResponse:
    return envoyer("auth/login/confirmer/", {"demande": demande, "code": code}, borne=borne)


class TestConnexion:
    def test_a_police_whose_phone_nobody_showed_takes_a_code(self, etrangere: NumeroPolice) -> None:
        reponse = connecter(etrangere.numero_police)

        corps = verifier_conformite(reponse)
        assert (reponse.status_code, reponse["Cache-Control"]) == (202, "no-store")
        assert (corps["acte"], corps["telephone"]) == ("connexion", MASQUE)
        assert "MABIALA" not in reponse.content.decode()
        assert SessionBorne.objects.count() == 0
        assert texte_a_envoyer(MessageSortant.objects.get()).startswith(
            f"NSIA : {code_recu()} est votre code pour ouvrir vos contrats à la borne."
        )

    def test_her_code_opens_this_once(self, etrangere: NumeroPolice) -> None:
        demande = connecter(etrangere.numero_police).json()["demande"]

        reponse = confirmer_connexion(demande, code_recu())

        corps = verifier_conformite(reponse)
        assert (reponse.status_code, reponse["Cache-Control"]) == (200, "no-store")
        assert corps["contrat"]["police"] == etrangere.numero_police
        tableau = lire(corps, etrangere)
        assert (tableau.status_code, len(tableau.json()["contrats"])) == (200, 2)
        assert refus(confirmer_connexion(demande, code_recu())) == (409, "demande_terminee")
        # Whoever had it made in her name knows this police as well: it never opens alone.
        etrangere.souscription.refresh_from_db()
        assert etrangere.souscription.preuve == ""
        assert connecter(etrangere.numero_police).status_code == 202

    def test_what_is_proved_opens_as_before(self, la_sienne: NumeroPolice, etrangere: NumeroPolice) -> None:
        assert set(verifier_conformite(connecter(la_sienne.numero_police))) == {
            "tokens", "expires_at", "client", "contrat",
        }  # fmt: skip
        assert MessageSortant.objects.count() == 0

    def test_nothing_proved_beside_it_is_no_reason(self, sylvie: ClientPass) -> None:
        """What she proves later would be open to whoever knew this police before."""
        polices = [contrat_en_vigueur(client=sylvie, preuve="") for _ in range(2)]
        assert [connecter(police.numero_police).status_code for police in polices] == [202, 202]

    def test_a_wrong_pair_is_told_the_same_as_ever(self, etrangere: NumeroPolice) -> None:
        reponses = [connecter(etrangere.numero_police, "066543210"), connecter("CG-2026-VIE-999")]
        assert {reponse.status_code for reponse in reponses} == {401}
        assert dite(reponses[0]) == dite(reponses[1])
        assert MessageSortant.objects.count() == 0

    def test_tries_kiosk_and_time(self, etrangere: NumeroPolice, borne: Borne) -> None:
        demande = connecter(etrangere.numero_police, borne=CLE).json()["demande"]
        code = code_recu()
        assert refus(confirmer_connexion(demande, code)) == (404, "demande_introuvable")
        assert refus(confirmer_connexion(demande, faux(code), borne=CLE)) == (422, "code_incorrect")
        assert DemandeConfirmation.objects.get().essais == 1
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            assert refus(confirmer_connexion(demande, code, borne=CLE)) == (422, "code_expire")

    def test_a_demand_is_good_for_its_own_act(self, settings: Settings, etrangere: NumeroPolice) -> None:
        connexion = connecter(etrangere.numero_police).json()["demande"]
        code = code_recu()
        assert refus(confirmer(connexion, code)) == (404, "demande_introuvable")
        demande = souscrire(settings).json()["demande"]
        assert refus(confirmer_connexion(demande, code_recu())) == (404, "demande_introuvable")

    def test_codes_are_counted(self, etrangere: NumeroPolice) -> None:
        with time_machine.travel(MIDI, tick=False) as heure:
            for _ in range(4):
                assert connecter(etrangere.numero_police).status_code == 202
                heure.shift(60)
            assert refus(connecter(etrangere.numero_police)) == (429, "trop_d_essais")
        assert MessageSortant.objects.count() == 4

    def test_a_contract_that_ended_meanwhile(self, etrangere: NumeroPolice) -> None:
        demande = connecter(etrangere.numero_police).json()["demande"]
        ClientPass.objects.update(statut="suspendu")
        assert refus(confirmer_connexion(demande, code_recu())) == (401, "connexion_refusee")
        assert SessionBorne.objects.count() == 0


def lire(session: dict[str, Any], police: NumeroPolice) -> HttpResponse:
    adresse = f"/api/v1/clients/{police.numero_police}/dashboard/"
    return APIClient().get(adresse, headers=porteur(session["tokens"]["access"]))


class TestSessions:
    def test_what_is_subscribed_in_one_is_proved_by_it(self, settings: Settings, etrangere: NumeroPolice) -> None:
        """A code opened this one: its police may be known to others, not what is done in it."""
        demande = connecter(etrangere.numero_police).json()["demande"]
        acces = confirmer_connexion(demande, code_recu()).json()["tokens"]["access"]
        entetes = porteur(acces) | {"Idempotency-Key": "k" * 8}
        corps = souscription(settings)
        assert APIClient().post("/api/v1/souscriptions/", corps, format="json", headers=entetes).status_code == 202
        assert PaiementPass.objects.get().souscription.preuve == "session"

    def test_a_change_confirmed_in_one_proves_nothing_of_its_police(self, etrangere: NumeroPolice) -> None:
        demande = connecter(etrangere.numero_police).json()["demande"]
        acces = confirmer_connexion(demande, code_recu()).json()["tokens"]["access"]
        api = APIClient()
        adresse = f"/api/v1/clients/{etrangere.numero_police}/mobile-money/"
        demande = api.put(adresse, {"telephone": "065123456"}, format="json", headers=porteur(acces)).json()["demande"]

        confirmation = f"/api/v1/confirmations/{demande}/"
        assert api.post(confirmation, {"code": code_recu()}, format="json", headers=porteur(acces)).status_code == 200

        assert SouscriptionPass.objects.get(police=etrangere).preuve == ""


class TestPreuves:
    """A first payment by the client's own phone proves what it pays, and nothing else."""

    @pytest.fixture
    def souscrite(self, settings: Settings) -> Callable[..., SouscriptionPass]:
        def demande(payeur: str) -> SouscriptionPass:
            souscrire(settings, client=au_nom_de("066543210"), telephone=payeur)
            return payee()

        return demande

    def test_her_own_phone(self, souscrite: Callable[..., SouscriptionPass]) -> None:
        assert souscrite("066543210").preuve == "paiement"

    def test_another_s_phone_proves_nothing(self, souscrite: Callable[..., SouscriptionPass]) -> None:
        une = souscrite(INTRUS)
        assert (une.preuve, une.prouvee_le) == ("", None)

    def test_the_whole_way_of_somebody_paid_for_by_another_then_by_herself(
        self, settings: Settings, souscrite: Callable[..., SouscriptionPass]
    ) -> None:
        """Second attack: the stranger who had the first contract made guesses its police, and waits for her second one."""
        une = souscrite(INTRUS)
        reponse = connecter(une.police.numero_police, "066543210")
        assert reponse.status_code == 202
        session = confirmer_connexion(reponse.json()["demande"], code_recu("+242066543210")).json()
        entetes = porteur(session["tokens"]["access"]) | {"Idempotency-Key": "k" * 8}
        corps = souscription(settings, telephone="066543210")
        APIClient().post("/api/v1/souscriptions/", corps, format="json", headers=entetes)
        autre = payee()

        assert lire(session, une.police).status_code == 200
        assert (SouscriptionPass.objects.get(pk=une.pk).preuve, autre.preuve) == ("", "session")
        assert connecter(une.police.numero_police, "066543210").status_code == 202
        assert connecter(autre.police.numero_police, "066543210").status_code == 200

    def test_once_one_is_proved_a_payment_proves_its_own_alone(
        self, sylvie: ClientPass, la_sienne: NumeroPolice, etrangere: NumeroPolice
    ) -> None:
        payee_par_elle = SouscriptionFactory(client=sylvie, preuve="")
        enregistrer_demande(
            souscription=payee_par_elle,
            montant=100,
            type_paiement="souscription_initiale",
            operateur="mtn_money",
            numero_payeur=SYLVIE,
        )
        assert payee().preuve == "paiement"
        etrangere.souscription.refresh_from_db()
        assert etrangere.souscription.preuve == ""

    def test_the_whole_attack(self, settings: Settings, la_sienne: NumeroPolice) -> None:
        """Issue 10, item 1: without a code nothing is left of it, even if a contract had been made in her name before."""
        assert "numero_transaction" not in souscrire(settings).json()
        etrangere = contrat_en_vigueur(client=la_sienne.souscription.client, preuve="")
        for _ in range(2):
            assert connecter(etrangere.numero_police).status_code == 202
        assert SessionBorne.objects.count() == 0
