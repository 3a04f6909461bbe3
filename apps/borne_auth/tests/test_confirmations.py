"""Changes that take a code: what leaves by SMS, what changes and when, what everybody else is told."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.borne_auth.models import Borne, CompteurEssais, DemandeConfirmation, SessionBorne
from apps.borne_auth.services import desactiver_borne, fermer_session
from apps.borne_auth.tests.conftest import TELEPHONE, porteur
from apps.borne_auth.tests.factories import AgentFactory, SessionFactory
from apps.borne_auth.tokens import JetonAccesClient, JetonAgent
from apps.pass_clients.models import BeneficiairePass, ClientPass, ModificationClient, NumeroPolice, SouscriptionPass
from apps.pass_clients.services import (
    Auteur,
    ajouter_beneficiaire,
    changer_statut,
    changer_telephone,
    modifier_client,
    retirer_beneficiaire,
)
from apps.pass_clients.tests.factories import BeneficiaireFactory, SouscriptionFactory, contrat_en_vigueur
from apps.socle.models import MessageSortant
from apps.socle.services.messages import texte_a_envoyer
from nsia_pass_api import logs

pytestmark = pytest.mark.django_db

MASQUE = "+242\u00a006\u00a0•••\u00a0••\u00a067"
PAUL = {"nom": "KONGO", "prenom": "Paul", "relation": "enfant", "date_naissance": "2012-02-29"}
# GSM 03.38, basic: beyond it an SMS holds 70 characters instead of 160.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

Appel = Callable[..., HttpResponse]


def ouvrir(client: ClientPass, **session: Any) -> dict[str, str]:
    """The headers of a session of this client."""
    ouverte = SessionFactory(client=client, **session)
    return porteur(JetonAccesClient.emettre(fin=ouverte.expire_le, sid=str(ouverte.pk)))


@pytest.fixture
def souscription(contrat: NumeroPolice) -> SouscriptionPass:
    """Jean Baptiste KONGO's PASS KIMIA."""
    return contrat.souscription


@pytest.fixture
def client(souscription: SouscriptionPass) -> ClientPass:
    return souscription.client


@pytest.fixture
def entetes(client: ClientPass) -> dict[str, str]:
    return ouvrir(client)


@pytest.fixture
def appeler(api: APIClient, entetes: dict[str, str]) -> Appel:
    """`appeler("post", adresse, corps)`, in the client's session unless `headers` say otherwise."""

    def appel(methode: str, adresse: str, corps: Any = None, *, headers: dict[str, str] | None = None) -> HttpResponse:
        envoyer = getattr(api, methode)
        return envoyer(f"/api/v1/{adresse}", corps, format="json", headers=entetes if headers is None else headers)

    return appel


def liste(souscription: SouscriptionPass) -> str:
    return f"souscriptions/{souscription.numero_souscription}/beneficiaires/"


def fiche(beneficiaire: BeneficiairePass) -> str:
    return f"{liste(beneficiaire.souscription)}{beneficiaire.pk}/"


def dernier_code() -> str:
    message = MessageSortant.objects.filter(cle__startswith="code:").order_by("-id").first()
    assert message is not None
    (code,) = re.findall(r"\b[0-9]{6}\b", texte_a_envoyer(message))
    return code


def faux(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def confirmer(appeler: Appel, reponse: HttpResponse, code: str | None = None, **options: Any) -> HttpResponse:
    assert reponse.status_code == 202, reponse.content
    demande = reponse.json()["demande"]
    return appeler("post", f"confirmations/{demande}/", {"code": dernier_code() if code is None else code}, **options)


def refus(reponse: HttpResponse) -> tuple[int, str]:
    assert reponse["Content-Type"] == "application/problem+json"
    return reponse.status_code, reponse.json()["code"]


def noms(souscription: SouscriptionPass) -> list[tuple[int, str, str]]:
    vivants = souscription.beneficiaires.filter(statut="actif").order_by("ordre_priorite")
    return list(vivants.values_list("ordre_priorite", "prenom", "nom"))


class TestListe:
    def test_those_who_count_by_rank_with_what_the_product_still_allows(
        self, appeler: Appel, souscription: SouscriptionPass
    ) -> None:
        paul = BeneficiaireFactory(souscription=souscription, prenom="Paul", ordre_priorite=2, role="assure")
        grace = BeneficiaireFactory(souscription=souscription, telephone=TELEPHONE)
        BeneficiaireFactory(souscription=souscription, ordre_priorite=3, statut="inactif")
        BeneficiaireFactory(souscription=souscription, ordre_priorite=4, statut="decede")

        reponse = appeler("get", liste(souscription).lower())

        commun = {
            "nom": "KONGO",
            "relation": "enfant",
            "relation_affichee": "Enfant",
            "date_naissance": "2015-05-17",
        }
        assert reponse["Cache-Control"] == "no-store"
        assert (reponse.status_code, reponse.json()) == (
            200,
            {
                "numero_souscription": souscription.numero_souscription,
                "nom_produit": "PASS KIMIA",
                "maximum": 6,
                "places_libres": 4,
                "modifiable": True,
                "date_naissance_requise": False,
                "beneficiaires": [
                    {
                        **commun,
                        "id": grace.pk,
                        "prenom": "Grâce",
                        "telephone": MASQUE,
                        "role": "beneficiaire",
                        "role_affiche": "Bénéficiaire",
                        "ordre_priorite": 1,
                    },
                    {
                        **commun,
                        "id": paul.pk,
                        "prenom": "Paul",
                        "telephone": "",
                        "role": "assure",
                        "role_affiche": "Assuré",
                        "ordre_priorite": 2,
                    },
                ],
            },
        )

    @pytest.mark.parametrize("nombre", [0, 6])
    def test_in_four_queries(
        self, appeler: Appel, souscription: SouscriptionPass, nombre: int, django_assert_num_queries: Any
    ) -> None:
        for rang in range(1, nombre + 1):
            BeneficiaireFactory(souscription=souscription, ordre_priorite=rang)

        with django_assert_num_queries(4):  # the session, the contract, its beneficiaries, its guarantees
            assert len(appeler("get", liste(souscription)).json()["beneficiaires"]) == nombre

    def test_of_an_ended_contract_is_only_read(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        elle = BeneficiaireFactory(souscription=souscription)
        changer_statut(souscription=souscription, vers="resiliee", motif="essai")

        assert appeler("get", liste(souscription)).json()["modifiable"] is False
        assert refus(appeler("post", liste(souscription), PAUL)) == (422, "contrat_termine")
        assert refus(appeler("patch", fiche(elle), {"nom": "A"})) == (422, "contrat_termine")
        assert refus(appeler("delete", fiche(elle))) == (422, "contrat_termine")
        assert MessageSortant.objects.count() == CompteurEssais.objects.count() == 0


class TestDemander:
    def test_nothing_changes_and_a_code_leaves_for_the_phone_on_file(
        self, appeler: Appel, souscription: SouscriptionPass, client: ClientPass
    ) -> None:
        with time_machine.travel(timezone.now(), tick=False):
            reponse = appeler("post", liste(souscription), PAUL)
            le = timezone.localtime()

        demande = DemandeConfirmation.objects.get()
        assert reponse["Cache-Control"] == "no-store"
        assert (reponse.status_code, reponse.json()) == (
            202,
            {
                "demande": str(demande.pk),
                "acte": "beneficiaire_ajouter",
                "objet": "ajouter un bénéficiaire à PASS KIMIA",
                "telephone": MASQUE,
                "expire_le": (le + timedelta(minutes=5)).isoformat(),
                "renvoi_possible_le": (le + timedelta(seconds=30)).isoformat(),
                "essais_restants": 3,
                "message": f"Un code à six chiffres part par SMS vers le {MASQUE}. Tapez-le ici dans les 5 minutes.",
            },
        )
        message = MessageSortant.objects.get()
        assert (message.telephone, message.cle) == (client.telephone, f"code:{demande.pk}")
        assert texte_a_envoyer(message) == (
            f"NSIA : {dernier_code()} est votre code pour ajouter un bénéficiaire à PASS KIMIA. Valable 5 min "
            "à la borne. NSIA ne le demande jamais : ne le dites à personne."
        )
        assert (demande.changement, demande.essais, demande.statut) == (PAUL, 0, "en_attente")
        assert re.fullmatch("[0-9a-f]{64}", demande.empreinte_code)
        assert (noms(souscription), ModificationClient.objects.count()) == ([], 0)

    def test_no_change_is_anothers_to_ask_for(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        """Another client's contract, one that is not paid, an unknown one; another contract's beneficiary, a removed one."""
        autre = BeneficiaireFactory(souscription=contrat_en_vigueur().souscription)
        la_sienne_ailleurs = BeneficiaireFactory(
            souscription=contrat_en_vigueur(client=souscription.client).souscription
        )
        retiree = BeneficiaireFactory(souscription=souscription, statut="inactif")
        impayee = SouscriptionFactory(client=souscription.client)
        annulee = contrat_en_vigueur(client=souscription.client)
        NumeroPolice.objects.filter(pk=annulee.pk).update(statut="annule")

        reponses = [
            appeler(methode, adresse, corps)
            for contrat in (
                liste(autre.souscription),
                liste(impayee),
                liste(annulee.souscription),
                "souscriptions/X/beneficiaires/",
            )
            for methode, adresse, corps in (
                ("get", contrat, None),
                ("post", contrat, PAUL),
                ("patch", f"{contrat}{autre.pk}/", {"nom": "A"}),
                ("delete", f"{contrat}{autre.pk}/", None),
            )
        ]
        assert {refus(reponse) for reponse in reponses} == {(404, "souscription_introuvable")}
        assert len({reponse.json()["detail"] for reponse in reponses}) == 1
        reponses = [
            appeler(methode, f"{liste(souscription)}{ident}/", {"nom": "A"})
            for ident in (autre.pk, la_sienne_ailleurs.pk, retiree.pk, 10**6, 10**30)
            for methode in ("patch", "delete")
        ]
        assert {refus(reponse) for reponse in reponses} == {(404, "beneficiaire_introuvable")}
        assert len({reponse.json()["detail"] for reponse in reponses}) == 1
        assert (
            MessageSortant.objects.count() == DemandeConfirmation.objects.count() == CompteurEssais.objects.count() == 0
        )

    def test_the_payout_number_is_that_of_ones_own_police(self, appeler: Appel, contrat: NumeroPolice) -> None:
        autre = contrat_en_vigueur()

        for police in (autre.numero_police, "CG-2026-VIE-999"):
            for methode in ("get", "put"):
                reponse = appeler(methode, f"clients/{police}/mobile-money/", {"telephone": "065123456"})
                assert refus(reponse) == (404, "contrat_introuvable")

    def test_only_a_client_in_a_session_asks(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        agent = AgentFactory()
        jeton = JetonAgent.emettre(fin=timezone.now() + timedelta(minutes=5), agent=str(agent.pk))
        elle = BeneficiaireFactory(souscription=souscription)
        for headers in ({}, porteur(jeton), porteur("faux")):
            for methode, adresse in (
                ("get", liste(souscription)),
                ("post", liste(souscription)),
                ("patch", fiche(elle)),
                ("delete", fiche(elle)),
                ("get", "clients/CG-2026-VIE-001/mobile-money/"),
                ("put", "clients/CG-2026-VIE-001/mobile-money/"),
                ("post", f"confirmations/{uuid4()}/"),
            ):
                assert appeler(methode, adresse, {}, headers=headers).status_code == 401

    @pytest.mark.parametrize(
        ("corps", "champs"),
        [
            ({}, {"nom", "prenom", "relation"}),
            ({**PAUL, "nom": " "}, {"nom"}),
            ({**PAUL, "relation": "ami"}, {"relation"}),
            ({**PAUL, "telephone": "12"}, {"telephone"}),
            ({**PAUL, "date_naissance": "2999-01-01"}, {"date_naissance"}),
            ({**PAUL, "role": "assureur"}, {"role"}),
        ],
    )
    def test_what_makes_no_sense_sends_nothing(
        self, appeler: Appel, souscription: SouscriptionPass, corps: dict[str, str], champs: set[str]
    ) -> None:
        reponse = appeler("post", liste(souscription), corps)

        assert (refus(reponse), set(reponse.json()["champs"])) == ((400, "donnees_invalides"), champs)
        assert MessageSortant.objects.count() == 0

    def test_a_change_of_nothing_is_refused(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        elle = BeneficiaireFactory(souscription=souscription)

        reponse = appeler("patch", fiche(elle), {})

        assert (refus(reponse), reponse.json()["detail"]) == ((400, "donnees_invalides"), "Indiquez ce qui change.")
        for rang in (0, 7, "x"):
            assert refus(appeler("patch", fiche(elle), {"ordre_priorite": rang})) == (400, "donnees_invalides")
        assert refus(appeler("patch", fiche(elle), {"ordre_priorite": 2})) == (422, "rang_inconnu")

    def test_a_seventh_is_refused_before_any_sms(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        for rang in range(1, 7):
            BeneficiaireFactory(souscription=souscription, ordre_priorite=rang)

        assert refus(appeler("post", liste(souscription), PAUL)) == (422, "limite_beneficiaires")
        assert (
            MessageSortant.objects.count() == DemandeConfirmation.objects.count() == CompteurEssais.objects.count() == 0
        )

    def test_a_second_touch_sends_nothing_more(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        with time_machine.travel(timezone.now(), tick=False) as heure:
            premiere = appeler("post", liste(souscription), PAUL).json()
            heure.shift(29)
            assert appeler("post", liste(souscription), PAUL).json() == premiere
            assert MessageSortant.objects.count() == 1
            heure.shift(1)
            seconde = appeler("post", liste(souscription), PAUL).json()

        assert seconde["demande"] != premiere["demande"]
        assert MessageSortant.objects.count() == 2

    def test_another_change_replaces_the_first(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        paul = appeler("post", liste(souscription), PAUL)
        code_de_paul = dernier_code()
        ruth = appeler("post", liste(souscription), {**PAUL, "prenom": "Ruth"})

        assert refus(confirmer(appeler, paul, code_de_paul)) == (409, "demande_terminee")
        assert refus(confirmer(appeler, paul)) == (409, "demande_terminee")
        if code_de_paul != dernier_code():
            assert refus(confirmer(appeler, ruth, code_de_paul)) == (422, "code_incorrect")
        assert confirmer(appeler, ruth).status_code == 200
        assert noms(souscription) == [(1, "Ruth", "KONGO")]

    def test_without_a_gateway_nothing_is_promised(
        self, appeler: Appel, souscription: SouscriptionPass, settings: Settings
    ) -> None:
        settings.MESSAGERIE = ""

        assert refus(appeler("post", liste(souscription), PAUL)) == (503, "sms_indisponible")
        assert DemandeConfirmation.objects.count() == 0

    def test_a_code_does_not_outlive_its_session(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        debut = timezone.now() - timedelta(minutes=28)
        entetes = ouvrir(souscription.client, ouverte_le=debut, expire_le=debut + timedelta(minutes=30))

        reponse = appeler("post", liste(souscription), PAUL, headers=entetes)

        assert reponse.json()["expire_le"] == timezone.localtime(debut + timedelta(minutes=30)).isoformat()


class TestTextes:
    def test_each_change_names_itself_in_one_sms(
        self, appeler: Appel, souscription: SouscriptionPass, client: ClientPass
    ) -> None:
        for rang in (1, 2):
            BeneficiaireFactory(souscription=souscription, ordre_priorite=rang)
        un, deux = souscription.beneficiaires.order_by("ordre_priorite")
        objets, faits = [], []
        for methode, adresse, corps in (
            ("post", liste(souscription), PAUL),
            ("patch", fiche(un), {"ordre_priorite": 2}),
            ("delete", fiche(deux), None),
            ("put", "clients/cg-2026-vie-001/mobile-money/", {"telephone": "06 512 34 56"}),
        ):
            reponse = appeler(methode, adresse, corps)
            objets.append(reponse.json()["objet"])
            faits.append(confirmer(appeler, reponse).json()["message"])

        codes = MessageSortant.objects.filter(cle__startswith="code:").order_by("id")
        annonces = MessageSortant.objects.filter(cle__startswith="changement:").order_by("id")
        assert objets == [
            "ajouter un bénéficiaire à PASS KIMIA",
            "changer un bénéficiaire de PASS KIMIA",
            "retirer un bénéficiaire de PASS KIMIA",
            "recevoir l'argent au 06\u00a0512\u00a034\u00a056",
        ]
        for objet, message in zip(objets, codes, strict=True):
            assert f" est votre code pour {objet.replace(chr(160), ' ')}. Valable 5 min" in texte_a_envoyer(message)
        assert faits == [
            "Le bénéficiaire est ajouté.",
            "Le bénéficiaire est modifié.",
            "Le bénéficiaire est retiré.",
            "Votre numéro Mobile Money est changé.",
        ]
        fin = "Si ce n'est pas vous, venez vite à une agence NSIA."
        assert [message.texte for message in annonces] == [
            f"NSIA : un bénéficiaire de PASS KIMIA a été ajouté. {fin}",
            f"NSIA : un bénéficiaire de PASS KIMIA a été changé. {fin}",
            f"NSIA : un bénéficiaire de PASS KIMIA a été retiré. {fin}",
            f"NSIA : votre numéro Mobile Money est le 06 512 34 56. {fin}",
        ]
        for message in (*codes, *annonces):
            assert message.telephone == TELEPHONE
            assert len(texte_a_envoyer(message)) <= 160
            assert set(texte_a_envoyer(message)) <= GSM

    def test_nothing_typed_at_the_kiosk_goes_by_sms(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        """Else whoever knows a police and its phone could write to its owner in NSIA's name."""
        mensonge = {**PAUL, "nom": "Gagnez 1 000 000", "prenom": "en appelant le 06 666 66 66"}

        confirmer(appeler, appeler("post", liste(souscription), mensonge))

        assert not MessageSortant.objects.filter(texte__contains="Gagnez").exists()


class TestConfirmer:
    def test_the_change_is_made_once_and_audited(
        self, api: APIClient, souscription: SouscriptionPass, borne: Borne, appeler: Appel
    ) -> None:
        entetes = ouvrir(souscription.client, borne=borne)
        demandee = appeler("post", liste(souscription), PAUL, headers=entetes)

        faite = confirmer(appeler, demandee, headers=entetes)

        demande = DemandeConfirmation.objects.get()
        assert demande.terminee_le is not None
        assert faite["Cache-Control"] == "no-store"
        assert (faite.status_code, faite.json()) == (
            200,
            {
                "demande": str(demande.pk),
                "acte": "beneficiaire_ajouter",
                "confirmee_le": timezone.localtime(demande.terminee_le).isoformat(),
                "message": "Le bénéficiaire est ajouté.",
            },
        )
        assert noms(souscription) == [(1, "Paul", "KONGO")]
        modification = ModificationClient.objects.get()
        assert (modification.acte, modification.apres["prenom"]) == ("beneficiaire_ajoute", "Paul")
        assert (modification.session_borne, modification.origine) == (demande.session_id, "BZV-CENTRE-01")
        assert (demande.statut, demande.changement, demande.essais) == ("confirmee", {}, 0)

    def test_the_same_confirmation_again_says_the_same(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        demandee = appeler("post", liste(souscription), PAUL)
        code = dernier_code()
        premiere, seconde = confirmer(appeler, demandee, code), confirmer(appeler, demandee, code)

        assert (seconde.status_code, seconde.json()) == (200, premiere.json())
        assert [reponse.headers.get("Idempotent-Replayed") for reponse in (premiere, seconde)] == [None, "true"]
        assert refus(confirmer(appeler, demandee, faux(code))) == (409, "demande_terminee")
        assert len(noms(souscription)) == ModificationClient.objects.count() == 1
        assert MessageSortant.objects.filter(cle__startswith="changement:").count() == 1

    def test_a_beneficiary_is_changed_and_another_removed(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        grace = BeneficiaireFactory(souscription=souscription)
        paul = BeneficiaireFactory(souscription=souscription, ordre_priorite=2)

        corps = {"telephone": "06 512 34 56", "date_naissance": None, "ordre_priorite": 2}
        confirmer(appeler, appeler("patch", fiche(grace), corps))
        confirmer(appeler, appeler("delete", fiche(paul)))

        grace.refresh_from_db()
        paul.refresh_from_db()
        assert (grace.telephone, grace.date_naissance, grace.ordre_priorite) == ("+242065123456", None, 2)
        assert (grace.nom, grace.prenom, grace.statut) == ("KONGO", "Grâce", "actif")
        assert (paul.statut, paul.ordre_priorite) == ("inactif", 1)

    def test_money_goes_to_another_number(self, appeler: Appel, client: ClientPass) -> None:
        adresse = "clients/CG-2026-VIE-001/mobile-money/"
        avant = appeler("get", adresse).json()
        for corps, attendu in (
            ({"telephone": "05 512 34 56"}, ("+242055123456", "airtel_money")),
            ({"telephone": "05 512 34 57", "operateur": "mtn_money"}, ("+242055123457", "mtn_money")),
        ):
            confirmer(appeler, appeler("put", adresse, corps))
            client.refresh_from_db()
            assert (client.numero_mobile_money, client.operateur_mobile) == attendu

        assert avant == {"telephone": "", "operateur": "", "operateur_affiche": ""}
        assert appeler("get", adresse).json() == {
            "telephone": "+242\u00a005\u00a0•••\u00a0••\u00a057",
            "operateur": "mtn_money",
            "operateur_affiche": "MTN Mobile Money",
        }
        assert client.telephone == TELEPHONE
        assert set(MessageSortant.objects.values_list("telephone", flat=True)) == {TELEPHONE}

    def test_a_code_has_three_tries(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        demandee = appeler("post", liste(souscription), PAUL)
        code = dernier_code()

        reponses = [confirmer(appeler, demandee, faux(code)) for _ in range(3)]

        assert [refus(reponse) for reponse in reponses] == [(422, "code_incorrect")] * 2 + [(422, "code_epuise")]
        assert [reponse.json()["detail"] for reponse in reponses] == [
            "Ce code n'est pas le bon. Regardez le dernier SMS de NSIA : il vous reste 2 essais.",
            "Ce code n'est pas le bon. Regardez le dernier SMS de NSIA : il vous reste un essai.",
            "Ce code a été mal tapé trop de fois : il ne vaut plus rien. Recommencez pour en recevoir un autre.",
        ]
        assert refus(confirmer(appeler, demandee, code)) == (422, "code_epuise")
        demande = DemandeConfirmation.objects.get()
        assert (demande.statut, demande.essais, demande.changement) == ("epuisee", 3, {})
        assert noms(souscription) == []

    def test_the_last_try_may_be_the_good_one(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        demandee = appeler("post", liste(souscription), PAUL)
        code = dernier_code()
        for _ in range(2):
            confirmer(appeler, demandee, faux(code))

        assert confirmer(appeler, demandee, code).status_code == 200

    def test_a_code_is_good_for_five_minutes(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        with time_machine.travel(timezone.now(), tick=False) as heure:
            demandee = appeler("post", liste(souscription), PAUL)
            heure.shift(timedelta(minutes=5))
            for _ in range(2):
                assert refus(confirmer(appeler, demandee)) == (422, "code_expire")
            demandee = appeler("post", liste(souscription), PAUL)
            heure.shift(timedelta(minutes=5) - timedelta(microseconds=1))
            assert confirmer(appeler, demandee).status_code == 200

        assert list(DemandeConfirmation.objects.order_by("creee_le").values_list("statut", "changement")) == [
            ("expiree", {}),
            ("confirmee", {}),
        ]

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "１２３４５６", 123456, None, ["123456"]])
    def test_what_is_no_code_costs_no_try(self, appeler: Appel, souscription: SouscriptionPass, code: object) -> None:
        demandee = appeler("post", liste(souscription), PAUL)
        adresse = f"confirmations/{demandee.json()['demande']}/"

        reponse = appeler("post", adresse, {"code": code})

        assert (refus(reponse), set(reponse.json()["champs"])) == ((400, "donnees_invalides"), {"code"})
        assert DemandeConfirmation.objects.get().essais == 0

    def test_another_session_knows_nothing_of_it(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        """Another client, and the same client elsewhere: as an unknown demand."""
        demandee = appeler("post", liste(souscription), PAUL)
        inconnue = appeler("post", f"confirmations/{uuid4()}/", {"code": "123456"})

        for entetes in (ouvrir(contrat_en_vigueur().souscription.client), ouvrir(souscription.client)):
            reponse = confirmer(appeler, demandee, headers=entetes)
            assert refus(reponse) == (404, "demande_introuvable")
            assert reponse.json()["detail"] == inconnue.json()["detail"]
        assert DemandeConfirmation.objects.get().essais == 0
        assert confirmer(appeler, demandee).status_code == 200

    def test_the_code_of_another_demand_is_no_code(
        self, appeler: Appel, souscription: SouscriptionPass, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even when both demands drew the same: the hash is bound to its demand and to the phone that it went to."""
        monkeypatch.setattr("apps.borne_auth.confirmations.secrets.randbelow", lambda limite: 7)
        appeler("post", liste(souscription), PAUL)
        appeler("post", liste(souscription), {**PAUL, "prenom": "Ruth"})

        assert dernier_code() == "000007"
        assert DemandeConfirmation.objects.values("empreinte_code").distinct().count() == 2

    def test_a_phone_that_changed_meanwhile_makes_the_code_void(
        self, appeler: Appel, souscription: SouscriptionPass, client: ClientPass
    ) -> None:
        demandee = appeler("post", liste(souscription), PAUL)
        changer_telephone(client=client, telephone="06 999 99 99", auteur=Auteur(agent=AgentFactory()))

        assert refus(confirmer(appeler, demandee)) == (422, "code_incorrect")

    def test_what_became_impossible_ends_the_demand(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        demandee = appeler("post", liste(souscription), PAUL)
        for rang in range(6):
            ajouter_beneficiaire(souscription=souscription, nom="A", prenom=f"B{rang}", relation="autre")

        assert refus(confirmer(appeler, demandee)) == (422, "limite_beneficiaires")
        assert refus(confirmer(appeler, demandee)) == (409, "demande_terminee")
        demande = DemandeConfirmation.objects.get()
        assert (demande.statut, demande.changement) == ("impossible", {})
        assert len(noms(souscription)) == 6

    def test_a_beneficiary_removed_meanwhile(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        elle = BeneficiaireFactory(souscription=souscription)
        demandee = appeler("patch", fiche(elle), {"nom": "MABIALA"})
        retirer_beneficiaire(beneficiaire=elle)

        assert refus(confirmer(appeler, demandee)) == (404, "beneficiaire_introuvable")


class TestFinDeSession:
    def test_logout_loses_the_code(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        demandee = appeler("post", liste(souscription), PAUL)
        appeler("post", "auth/logout/")

        assert refus(confirmer(appeler, demandee)) == (401, "session_terminee")
        assert refus(confirmer(appeler, demandee, headers=ouvrir(souscription.client))) == (404, "demande_introuvable")
        demande = DemandeConfirmation.objects.get()
        assert (demande.statut, demande.changement, noms(souscription)) == ("annulee", {}, [])

    def test_so_does_a_kiosk_that_is_switched_off(
        self, appeler: Appel, souscription: SouscriptionPass, borne: Borne
    ) -> None:
        appeler("post", liste(souscription), PAUL, headers=ouvrir(souscription.client, borne=borne))
        appeler("post", liste(souscription), PAUL)

        desactiver_borne(borne=borne)

        assert list(DemandeConfirmation.objects.order_by("creee_le").values_list("statut", flat=True)) == [
            "annulee",
            "en_attente",
        ]

    def test_the_code_of_another_session_goes_on(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        demandee = appeler("post", liste(souscription), PAUL)
        code = dernier_code()
        ailleurs = ouvrir(souscription.client)
        appeler("post", liste(souscription), PAUL, headers=ailleurs)
        appeler("post", "auth/logout/", headers=ailleurs)

        assert confirmer(appeler, demandee, code).status_code == 200

    def test_what_is_over_is_not_ended_again(self, appeler: Appel, souscription: SouscriptionPass) -> None:
        confirmer(appeler, appeler("post", liste(souscription), PAUL))

        assert fermer_session(session_id=SessionBorne.objects.get().pk, motif=SessionBorne.Motif.DECONNEXION)

        assert DemandeConfirmation.objects.get().statut == "confirmee"

    def test_a_suspended_client_confirms_nothing(
        self, appeler: Appel, souscription: SouscriptionPass, client: ClientPass
    ) -> None:
        demandee = appeler("post", liste(souscription), PAUL)
        ClientPass.objects.filter(pk=client.pk).update(statut="suspendu")

        assert refus(confirmer(appeler, demandee)) == (401, "session_terminee")


class TestLimites:
    @pytest.fixture
    def heure(self) -> Iterator[time_machine.Traveller]:
        """Half past ten in Brazzaville: no window ends by itself."""
        matin = timezone.localtime().replace(hour=10, minute=30, second=0, microsecond=0)
        with time_machine.travel(matin, tick=False) as voyage:
            yield voyage

    def demander(self, appeler: Appel, souscription: SouscriptionPass, rang: int) -> HttpResponse:
        entetes = ouvrir(souscription.client)
        return appeler("post", liste(souscription), {**PAUL, "prenom": f"Paul {rang}"}, headers=entetes)

    def test_four_codes_an_hour_over_all_sessions_then_ten_a_day(
        self, appeler: Appel, souscription: SouscriptionPass, heure: time_machine.Traveller
    ) -> None:
        statuts = []
        for _ in range(3):
            statuts.append([self.demander(appeler, souscription, rang).status_code for rang in range(5)])
            dernier = self.demander(appeler, souscription, 9)
            heure.shift(timedelta(hours=1))

        assert statuts == [[202] * 4 + [429], [202] * 4 + [429], [202] * 2 + [429] * 3]
        assert refus(dernier) == (429, "trop_d_essais")
        assert dernier["Retry-After"] == str(3_600 * 11 + 1_800)  # 12:30 to midnight
        assert dernier.json()["detail"] == (
            "Trop de codes ont été demandés. Réessayez demain, dans 12 heures. Un agent peut vous aider tout de suite."
        )
        assert MessageSortant.objects.count() == 10

    def test_a_phone_has_its_own_limit(
        self, appeler: Appel, souscription: SouscriptionPass, client: ClientPass, heure: time_machine.Traveller
    ) -> None:
        """It may be another client's since."""
        for rang in range(4):
            self.demander(appeler, souscription, rang)
        modifier_client(client=client, telephone="06 999 99 99")
        autre = contrat_en_vigueur(client__telephone=TELEPHONE).souscription

        assert self.demander(appeler, autre, 0).status_code == 429
        assert self.demander(appeler, contrat_en_vigueur().souscription, 0).status_code == 202

    def test_what_is_refused_for_another_reason_is_not_counted(
        self, appeler: Appel, souscription: SouscriptionPass, heure: time_machine.Traveller
    ) -> None:
        for rang in range(1, 7):
            BeneficiaireFactory(souscription=souscription, ordre_priorite=rang)
        for rang in range(6):
            assert self.demander(appeler, souscription, rang).status_code == 422
        BeneficiairePass.objects.filter(ordre_priorite=6).update(statut="inactif")

        assert self.demander(appeler, souscription, 0).status_code == 202


def test_the_code_is_in_no_log_and_no_answer(
    appeler: Appel, souscription: SouscriptionPass, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure({"level": "DEBUG", "format": "json"})
    try:
        demandee = appeler("post", liste(souscription), PAUL)
        code = dernier_code()
        reponses = [demandee, confirmer(appeler, demandee, faux(code)), confirmer(appeler, demandee, code)]
        lues = [json.loads(ligne) for ligne in capsys.readouterr().err.splitlines()]
    finally:
        logs.configure({"level": "INFO", "format": "console"})
        logging.getLogger().setLevel(logging.INFO)

    evenements = [ligne["event"] for ligne in lues]
    assert {"code_envoye", "code_refuse", "changement_confirme"} < set(evenements)
    empreinte = DemandeConfirmation.objects.get().empreinte_code
    texte = json.dumps(lues, ensure_ascii=False) + "".join(str(reponse.content) for reponse in reponses)
    for secret in (code, faux(code), empreinte, TELEPHONE, TELEPHONE[4:], "Paul", "KONGO"):
        assert secret not in texte
