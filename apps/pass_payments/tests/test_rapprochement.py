"""The operator's statement against our journal: each way to differ, and that nothing is credited on its word."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as reglages
from hypothesis import strategies as st

from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import NumeroPolice
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_payments.errors import EcartDejaResolu
from apps.pass_payments.models import (
    AnomaliePaiement,
    EcartRapprochement,
    EvenementPaiement,
    PaiementPass,
    RappelOperateur,
    Rapprochement,
)
from apps.pass_payments.operateurs import Etat, LigneReleve, ReleveIndisponible
from apps.pass_payments.selectors_controle import ecarts_ouverts, suspens
from apps.pass_payments.services import rapprochement as service
from apps.pass_payments.services.decaissements import demander_remboursement, demander_versement
from apps.pass_payments.services.demandes import Part
from apps.pass_payments.services.demandes import payer as demander_ensemble
from apps.pass_payments.services.rappels import recevoir_rappel, traiter_rappel
from apps.pass_payments.services.rapprochement import resoudre_ecart
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.operateur_factice import OperateurFactice, injoignable, refusee
from apps.pass_payments.tests.releves import (
    JOUR,
    MIDI,
    NUIT,
    PAYEUR,
    approuver,
    chiffres,
    comparer,
    confirmer,
    decaisser,
    demander,
    ecarts,
    laisser,
    ligne,
    payer,
    suivre,
    totaux,
)
from apps.socle.models import MessageSortant
from nsia_pass_api.errors import DonneesInvalides
from tests.tirages import tirages

pytestmark = pytest.mark.django_db

LENDEMAIN = JOUR + timedelta(days=1)
VEILLE = JOUR - timedelta(days=1)


def rapproches(paiement: PaiementPass) -> list[tuple[str, dict[str, Any]]]:
    return list(paiement.evenements.filter(type="rapprochement").values_list("statut", "donnees"))


class TestConcordance:
    def test_a_whole_day_agrees_to_the_franc(self, operateur: OperateurFactice) -> None:
        paiements = [payer(operateur, montant=montant) for montant in (100, 250, 4_000)]
        rembourse = decaisser(operateur, demander_remboursement(paiement=paiements[1], quand=MIDI))
        verse = decaisser(
            operateur,
            demander_versement(
                cle="sinistre:1", operateur="mtn_money", telephone=PAYEUR, montant=700, libelle="Sinistre", quand=MIDI
            ),
        )

        rapprochement = comparer(operateur)

        assert chiffres(rapprochement) == (5, 0, 0, 0)
        assert totaux(rapprochement) == (3_400, 3_400)
        assert (rapprochement.lignes_releve, rapprochement.lignes_journal, rapprochement.reglees) == (5, 5, 0)
        assert (rapprochement.source, rapprochement.jour, rapprochement.lance_par) == ("essai", JOUR, None)
        assert [rapproches(paiement) for paiement in paiements] == [[("", {"releve": "2026-11-24"})]] * 3
        for decaissement in (rembourse, verse):
            decaissement.refresh_from_db()
            assert (decaissement.statut, decaissement.jour_releve) == ("succes", JOUR)
        paiements[1].refresh_from_db()
        assert paiements[1].statut == "rembourse"

    def test_run_again_it_changes_nothing_but_a_new_report(self, operateur: OperateurFactice) -> None:
        payer(operateur)
        payer(operateur, montant=300)
        lignes = [next(operateur.releve(jour=JOUR)), ligne("777", 55)]
        premier = comparer(operateur, lignes)
        avant = (ecarts(), EvenementPaiement.objects.count())

        second = comparer(operateur, lignes)

        assert chiffres(premier) == chiffres(second) == (1, 1, 1, 0)
        assert (ecarts(), EvenementPaiement.objects.count()) == avant
        assert Rapprochement.objects.count() == 2
        assert set(EcartRapprochement.objects.values_list("rapprochement", flat=True)) == {second.pk}

    @pytest.mark.parametrize("par", ["code", "numero"])
    def test_a_line_without_our_reference_is_ours_by_the_code_or_by_our_number(
        self, operateur: OperateurFactice, par: str
    ) -> None:
        paiement = payer(operateur)
        remboursement = decaisser(operateur, demander_remboursement(paiement=paiement, quand=MIDI))
        if par == "code":
            lignes = [ligne(paiement.code_confirmation), ligne(remboursement.code_confirmation, -100)]
        else:
            lignes = [ligne("51", numero=paiement.numero_transaction), ligne("52", -100, numero=remboursement.numero)]

        assert chiffres(comparer(operateur, lignes)) == (2, 0, 0, 0)

    def test_an_unknown_reference_does_not_hide_a_known_code(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)

        rapprochement = comparer(operateur, [ligne(paiement.code_confirmation, reference=uuid.uuid4())])

        assert chiffres(rapprochement) == (1, 0, 0, 0)

    def test_payments_asked_together_are_one_line(self, operateur: OperateurFactice) -> None:
        client = ClientFactory(telephone=PAYEUR, numero_mobile_money=PAYEUR, operateur_mobile="mtn_money")
        polices = [contrat_en_vigueur(client=client).numero_police for _ in range(3)]
        principal = demander_ensemble(client_id=client.pk, lignes=[Part(police, 150) for police in polices], quand=MIDI)
        approuver(operateur, principal)
        confirmer(operateur, principal)

        rapprochement = comparer(operateur, [ligne(operateur.comptes[principal.reference_mobile_money].numero, 450)])
        assert chiffres(rapprochement) == (0, 1, 1, 0)

        rapprochement = comparer(operateur)

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((1, 0, 0, 0), (450, 450))
        assert [rapproches(paiement) for paiement in PaiementPass.objects.all()] == [
            [("", {"releve": "2026-11-24"})]
        ] * 3

    def test_one_refunded_of_a_group_leaves_the_line_of_the_group(self, operateur: OperateurFactice) -> None:
        client = ClientFactory(telephone=PAYEUR, numero_mobile_money=PAYEUR, operateur_mobile="mtn_money")
        polices = [contrat_en_vigueur(client=client).numero_police for _ in range(2)]
        principal = demander_ensemble(client_id=client.pk, lignes=[Part(police, 150) for police in polices], quand=MIDI)
        approuver(operateur, principal)
        confirmer(operateur, principal)
        decaisser(operateur, demander_remboursement(paiement=principal.rattaches.get(), quand=MIDI))

        assert totaux(comparer(operateur)) == (150, 150)

    def test_what_is_paid_otherwise_is_not_expected(self, operateur: OperateurFactice) -> None:
        for champs in (
            {"operateur": "especes", "reference_mobile_money": None},
            {"operateur": "airtel_money"},
            {"reference_mobile_money": None},
        ):
            PaiementFactory(date_confirmation=MIDI, **champs)

        rapprochement = comparer(operateur)

        assert (chiffres(rapprochement), ecarts()) == ((0, 0, 0, 0), [])

    def test_the_lines_are_read_in_batches(self, operateur: OperateurFactice, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "LOT", 2)
        for _ in range(5):
            payer(operateur)
        lus: list[int] = []

        assert chiffres(comparer(operateur, progression=lus.append)) == (5, 0, 0, 0)
        assert lus == [2, 2, 1]

    @pytest.mark.parametrize("nombre", [1, 20])
    def test_the_number_of_queries_is_not_that_of_the_lines(self, operateur: OperateurFactice, nombre: int) -> None:
        lignes = []
        for rang in range(nombre):
            payer(operateur)
            differente = payer(operateur)
            lignes.append(ligne(f"e{rang}"))
            lignes.append(ligne(differente.code_confirmation, 99))
        lignes += list(operateur.releve(jour=JOUR))[::2]

        with CaptureQueriesContext(connection) as requetes:
            rapprochement = comparer(operateur, lignes)

        assert chiffres(rapprochement) == (nombre, 0, nombre, nombre)
        assert [requete["sql"].split()[0] for requete in requetes if "SAVEPOINT" not in requete["sql"]] == [
            *["SELECT"] * 4,  # by reference, by code: payments, disbursements
            "INSERT",  # seen: payments
            *["SELECT"] * 2,  # missing: payments, disbursements
            *["INSERT"] * 2,  # the report, its differences
            "UPDATE",  # open again
            "SELECT",  # open before
        ]


class TestManquant:
    def test_what_we_confirmed_and_no_statement_shows(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur, montant=300)
        versement = decaisser(
            operateur,
            demander_versement(
                cle="sinistre:1", operateur="mtn_money", telephone=PAYEUR, montant=70, libelle="Sinistre", quand=MIDI
            ),
        )

        rapprochement = comparer(operateur, [])

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((0, 2, 0, 0), (0, 230))
        assert ecarts() == [
            ("manquant", versement.numero, None, -70, True),
            ("manquant", paiement.numero_transaction, None, 300, True),
        ]
        assert [(ecart.paiement, ecart.decaissement) for ecart in EcartRapprochement.objects.order_by("id")] == [
            (None, versement),
            (paiement, None),
        ]

    def test_it_is_closed_when_a_later_statement_shows_it(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)
        comparer(operateur, [])

        rapprochement = comparer(operateur, [ligne(paiement.code_confirmation)], jour=LENDEMAIN)

        assert chiffres(rapprochement) == (1, 0, 0, 0)
        ecart = EcartRapprochement.objects.get()
        assert (ecart.resolu_le, ecart.resolu_par) == (NUIT + timedelta(days=1), None)
        assert ecart.commentaire == "Fermé par le rapprochement du 25/11/2026 : la ligne figure sur ce relevé."
        assert comparer(operateur, []).manquantes == 0
        assert ecarts() == [("manquant", paiement.numero_transaction, None, 100, False)]

    def test_a_success_of_before_midnight_confirmed_after_it_is_not_missing(self, operateur: OperateurFactice) -> None:
        minuit = MIDI + timedelta(hours=12)
        paiement, versement = demander(quand=minuit - timedelta(minutes=2)), _versement()
        approuver(operateur, paiement, quand=minuit - timedelta(seconds=2))
        confirmer(operateur, paiement, quand=minuit + timedelta(seconds=1))
        suivre(MIDI)
        operateur.approuver(versement.reference, quand=minuit - timedelta(seconds=2))
        suivre(minuit + timedelta(seconds=1))

        assert chiffres(comparer(operateur)) == (2, 0, 0, 0)
        assert chiffres(comparer(operateur, jour=LENDEMAIN)) == (0, 0, 0, 0)

    def test_imported_in_the_wrong_order_the_days_end_the_same(self, operateur: OperateurFactice) -> None:
        minuit = MIDI - timedelta(hours=12)
        paiement = demander(quand=minuit - timedelta(minutes=2))
        approuver(operateur, paiement, quand=minuit - timedelta(seconds=2))
        confirmer(operateur, paiement, quand=minuit + timedelta(seconds=1))

        assert chiffres(comparer(operateur)) == (0, 1, 0, 0)
        assert chiffres(comparer(operateur, jour=VEILLE, quand=NUIT)) == (1, 0, 0, 0)
        assert not ecarts_ouverts().exists()

    def test_what_was_confirmed_after_the_statement_was_asked_for_is_not_expected(
        self, operateur: OperateurFactice
    ) -> None:
        payer(operateur)

        assert comparer(operateur, [], quand=MIDI).manquantes == 0
        assert comparer(operateur, [], quand=MIDI + timedelta(seconds=1)).manquantes == 1

    @pytest.mark.parametrize(("heures", "manquantes"), [(-12, 1), (-12.01, 0), (11.99, 1), (12, 0)])
    def test_the_day_is_that_of_brazzaville(self, operateur: OperateurFactice, heures: float, manquantes: int) -> None:
        payer(operateur, quand=MIDI + timedelta(hours=heures))

        assert comparer(operateur, []).manquantes == manquantes


def _versement(montant: int = 70) -> Any:
    return demander_versement(
        cle="sinistre:1", operateur="mtn_money", telephone=PAYEUR, montant=montant, libelle="Sinistre", quand=MIDI
    )


class TestReglement:
    @pytest.mark.parametrize("statut", ["initie", "en_cours", "en_verification", "expire", "echec"])
    def test_a_late_success_activates_the_contract_exactly_once(self, operateur: OperateurFactice, statut: str) -> None:
        souscription = SouscriptionFactory(client__telephone=PAYEUR)
        paiement = demander(souscription=souscription)
        approuver(operateur, paiement)
        laisser(paiement, statut)
        recevoir_rappel(operateur="mtn_money", corps=f"{paiement.numero_transaction}|reussi|100", adresse="")
        traiter_rappel(quand=MIDI)

        premier = comparer(operateur)
        second = comparer(operateur)

        assert (chiffres(premier), totaux(premier), premier.reglees) == ((1, 0, 0, 0), (100, 100), 1)
        assert (chiffres(second), totaux(second), second.reglees) == ((1, 0, 0, 0), (100, 100), 0)
        paiement.refresh_from_db()
        souscription.refresh_from_db()
        assert (paiement.statut, paiement.date_confirmation, paiement.numero_recu, paiement.a_suivre_le) == (
            *("succes", NUIT, "REC-2026-000001"),
            None,
        )
        assert rapproches(paiement) == [("succes", {"source": "rapprochement"})]
        assert (souscription.statut, souscription.periodes.count()) == ("activee", 1)
        assert (NumeroPolice.objects.count(), MessageSortant.objects.count()) == (1, 1)
        assert RappelOperateur.objects.get().verdict == "confirme"
        assert ecarts() == []

    def test_interrupted_it_keeps_what_it_settled_and_reports_the_next_time(
        self, operateur: OperateurFactice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "LOT", 1)
        paiement = demander()
        approuver(operateur, paiement)

        def coupe() -> Iterator[LigneReleve]:
            yield from operateur.releve(jour=JOUR)
            raise ReleveIndisponible("coupé")

        with pytest.raises(ReleveIndisponible):
            comparer(operateur, coupe())
        paiement.refresh_from_db()
        assert (paiement.statut, Rapprochement.objects.count()) == ("succes", 0)
        assert chiffres(comparer(operateur)) == (1, 0, 0, 0)

    def test_settled_the_next_night_it_is_not_missing_from_that_day(self, operateur: OperateurFactice) -> None:
        paiement = demander()
        approuver(operateur, paiement)
        comparer(operateur)

        assert chiffres(comparer(operateur, jour=LENDEMAIN)) == (0, 0, 0, 0)

    @pytest.mark.parametrize("dit", ["en_attente", "echoue", "introuvable", "injoignable"])
    @pytest.mark.parametrize("statut", ["en_cours", "expire", "echec"])
    def test_a_forged_line_credits_nothing(self, operateur: OperateurFactice, statut: str, dit: str) -> None:
        souscription = SouscriptionFactory()
        paiement = demander(souscription=souscription)
        forgee = ligne("666", reference=paiement.reference_mobile_money)
        if dit != "introuvable":
            approuver_a_moitie(operateur, paiement)
        if dit == "echoue":
            operateur.repondre(paiement.reference_mobile_money, Etat.ECHOUE)
        laisser(paiement, statut)
        operateur.pannes = [("avant", injoignable())] if dit == "injoignable" else []

        rapprochement = comparer(operateur, [forgee])

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((0, 0, 0, 1), (100, 0))
        assert ecarts() == [("different", paiement.numero_transaction, 100, 0, True)]
        paiement.refresh_from_db()
        souscription.refresh_from_db()
        assert (paiement.statut, souscription.statut) == (statut, "en_cours")
        assert rapproches(paiement) == []

    def test_a_payment_that_has_no_reference_cannot_be_asked(self, operateur: OperateurFactice) -> None:
        paiement = demander(reference_mobile_money=None)

        rapprochement = comparer(operateur, [ligne("1", numero=paiement.numero_transaction)])

        assert (chiffres(rapprochement), operateur.appels) == ((0, 0, 0, 1), [])

    def test_the_operator_confirms_another_amount_than_was_asked(self, operateur: OperateurFactice) -> None:
        paiement = demander()
        approuver(operateur, paiement, montant=99)
        laisser(paiement, "expire")

        rapprochement = comparer(operateur)

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((0, 0, 0, 1), (99, 0))
        assert AnomaliePaiement.objects.get().nature == "montant_different"
        paiement.refresh_from_db()
        assert paiement.statut == "expire"

    def test_it_disagreed_then_the_follow_up_settled_it(self, operateur: OperateurFactice) -> None:
        """The operator could not be asked at night: the payment is of the next day for us, and missing from neither."""
        paiement = demander()
        approuver(operateur, paiement)
        operateur.pannes = [("avant", injoignable())]
        assert chiffres(comparer(operateur)) == (0, 0, 0, 1)
        confirmer(operateur, paiement, quand=NUIT + timedelta(hours=5))

        assert chiffres(comparer(operateur, jour=LENDEMAIN)) == (0, 0, 0, 0)
        ecart = EcartRapprochement.objects.get()
        assert ecart.commentaire == "Fermé par le rapprochement du 25/11/2026 : le relevé et le journal concordent."
        assert rapproches(paiement) == [("", {"releve": "2026-11-25"})]

    def test_a_refund_that_was_forgotten_ends_with_its_line(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)
        remboursement = demander_remboursement(paiement=paiement, quand=MIDI)
        suivre(MIDI)
        operateur.approuver(remboursement.reference, quand=MIDI)

        rapprochement = comparer(operateur)

        assert (chiffres(rapprochement), totaux(rapprochement), rapprochement.reglees) == ((2, 0, 0, 0), (0, 0), 1)
        paiement.refresh_from_db()
        remboursement.refresh_from_db()
        assert (paiement.statut, remboursement.statut, remboursement.jour_releve) == ("rembourse", "succes", JOUR)

    def test_a_payout_still_on_its_way_differs(self, operateur: OperateurFactice) -> None:
        versement = _versement()
        suivre(MIDI)

        rapprochement = comparer(operateur, [ligne("9", -70, reference=versement.reference)])

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((0, 0, 0, 1), (-70, 0))
        versement.refresh_from_db()
        assert (versement.statut, versement.jour_releve) == ("en_cours", None)

    def test_a_refund_that_failed_for_us_is_left_to_a_person(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)
        operateur.refus = refusee()
        remboursement = demander_remboursement(paiement=paiement, quand=MIDI)
        suivre(MIDI)
        appels = list(operateur.appels)

        rapprochement = comparer(
            operateur, [*operateur.releve(jour=JOUR), ligne("9", -100, reference=remboursement.reference)]
        )

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((1, 0, 0, 1), (0, 100))
        assert operateur.appels == appels
        assert ecarts() == [("different", remboursement.numero, -100, 0, True)]


def approuver_a_moitie(operateur: OperateurFactice, paiement: PaiementPass) -> None:
    """The operator was asked; nobody answered the phone."""
    operateur.demander_paiement(
        reference=paiement.reference_mobile_money,
        montant=paiement.montant,
        telephone=paiement.numero_payeur,
        numero=paiement.numero_transaction,
        libelle="",
    )


class TestDifferent:
    def test_another_amount_than_our_journal(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)

        rapprochement = comparer(operateur, [ligne(paiement.code_confirmation, 80)])

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((0, 0, 0, 1), (80, 100))
        assert ecarts() == [("different", paiement.numero_transaction, 80, 100, True)]
        assert (rapproches(paiement), comparer(operateur, []).manquantes) == ([], 0)

    def test_a_corrected_statement_closes_it_and_a_worse_one_opens_it_again(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)
        comparer(operateur, [ligne(paiement.code_confirmation, 80)])

        comparer(operateur)
        assert ecarts() == [("different", paiement.numero_transaction, 80, 100, False)]

        comparer(operateur, [ligne(paiement.code_confirmation, 70)])
        assert ecarts() == [("different", paiement.numero_transaction, 70, 100, True)]
        assert EcartRapprochement.objects.get().commentaire == ""
        assert len(rapproches(paiement)) == 1

    def test_money_that_left_where_it_came_in_differs(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)

        assert chiffres(comparer(operateur, [ligne(paiement.code_confirmation, -100)])) == (0, 0, 0, 1)


class TestEtranger:
    def test_a_stranger_s_money_is_in_suspense_and_credits_nobody(self, operateur: OperateurFactice) -> None:
        payer(operateur)
        avant = PaiementPass.objects.values_list("statut").get()

        rapprochement = comparer(
            operateur, [*operateur.releve(jour=JOUR), ligne("4242", 5_000, reference=uuid.uuid4(), numero="PAY-X")]
        )

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((1, 0, 1, 0), (5_100, 100))
        (ecart,) = suspens()
        assert (ecart.cle, ecart.telephone, ecart.code_confirmation, ecart.jour) == ("4242", PAYEUR, "4242", JOUR)
        assert (ecart.paiement, ecart.decaissement) == (None, None)
        assert PaiementPass.objects.values_list("statut").get() == avant

    def test_a_reference_alone_names_it(self, operateur: OperateurFactice) -> None:
        reference = uuid.uuid4()
        comparer(operateur, [ligne("", reference=reference)])

        assert ecarts() == [("etranger", str(reference), 100, None, True)]

    def test_a_line_repeated_word_for_word_is_one_movement(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)
        lignes = [ligne(paiement.code_confirmation), ligne("8")] * 2

        rapprochement = comparer(operateur, lignes)

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((1, 0, 1, 0), (200, 100))

    def test_a_second_debit_for_one_payment_is_in_suspense(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)
        seconde = ligne("8", reference=paiement.reference_mobile_money)

        rapprochement = comparer(operateur, [*operateur.releve(jour=JOUR), seconde])

        assert (chiffres(rapprochement), totaux(rapprochement)) == ((1, 0, 1, 0), (200, 100))
        assert ecarts() == [("etranger", "8", 100, None, True)]

    def test_one_code_for_several_movements_keeps_each(self, operateur: OperateurFactice) -> None:
        long = "7" * 64
        rapprochement = comparer(operateur, [ligne(long, montant) for montant in (100, 200, 300)])

        assert chiffres(rapprochement) == (0, 0, 3, 0)
        assert [(cle, montant) for _, cle, montant, _, _ in ecarts()] == [
            (long[:60] + "/2", 200),
            (long[:60] + "/3", 300),
            (long, 100),
        ]

    def test_it_is_closed_when_the_line_becomes_one_of_ours(self, operateur: OperateurFactice) -> None:
        reference = uuid.uuid4()
        seule = [ligne("8", reference=reference)]
        comparer(operateur, seule)
        paiement = demander(reference_mobile_money=reference)
        approuver(operateur, paiement)

        assert chiffres(comparer(operateur, seule)) == (1, 0, 0, 0)
        ecart = EcartRapprochement.objects.get()
        assert ecart.commentaire == (
            "Fermé par le rapprochement du 24/11/2026 : la ligne est celle d'une de nos opérations."
        )

    def test_a_statement_without_the_line_closes_nothing(self, operateur: OperateurFactice) -> None:
        paiement = payer(operateur)
        comparer(operateur, [ligne("8"), ligne(paiement.code_confirmation, 80)])

        comparer(operateur, [])

        assert [(nature, ouvert) for nature, _, _, _, ouvert in ecarts()] == [("different", True), ("etranger", True)]

    @pytest.mark.parametrize(("code", "montant"), [("", 100), ("8", 1_000_000_001), ("8", -1_000_000_001)])
    def test_a_line_that_names_nothing_or_is_out_of_measure_refuses_the_statement(
        self, operateur: OperateurFactice, code: str, montant: int
    ) -> None:
        with pytest.raises(ReleveIndisponible, match=r"^Une ligne du relevé du 24/11/2026 n'a ni code ni référence"):
            comparer(operateur, [ligne("7"), ligne(code, montant)])
        assert (Rapprochement.objects.count(), ecarts()) == (0, [])


class TestResoudre:
    def test_a_person_closes_it_with_words_and_for_good(self, operateur: OperateurFactice) -> None:
        agent = AgentFactory()
        comparer(operateur, [ligne("8")], acteur=agent)
        assert Rapprochement.objects.get().lance_par == agent
        (ecart,) = suspens()
        for commentaire in (" ", "x" * 201):
            with pytest.raises(DonneesInvalides, match=r"^Dites ce qui a été fait de cet écart, en 200 caractères"):
                resoudre_ecart(ecart=ecart, acteur=agent, commentaire=commentaire)

        resoudre_ecart(ecart=ecart, acteur=agent, commentaire=" Rendu au client par MTN. ")

        ecart.refresh_from_db()
        assert (ecart.resolu_par, ecart.commentaire) == (agent, "Rendu au client par MTN.")
        with pytest.raises(EcartDejaResolu):
            resoudre_ecart(ecart=ecart, acteur=agent, commentaire="encore")
        comparer(operateur, [ligne("8")])
        assert (suspens().count(), ecarts_ouverts().count()) == (0, 0)


# Ledgers drawn by hypothesis: for each operation, what we know, what the operator holds, what his statement writes.
_OPERATIONS = st.fixed_dictionaries(
    {
        "montant": st.integers(100, 5_000),
        "nous": st.sampled_from(["succes", "succes", "succes", "en_cours", "expire", "echec"]),
        "lui": st.sampled_from(["reussi", "reussi", "echoue", "introuvable"]),
        "ecrit": st.sampled_from(["exact", "exact", "code", "autre_montant", "absent"]),
        "nombre": st.sampled_from([1, 1, 1, 3]),
    }
)


@reglages(
    max_examples=tirages(40),
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    operations=st.lists(_OPERATIONS, max_size=8),
    etrangers=st.lists(st.integers(-900, 900).filter(bool), max_size=4),
    hasard=st.randoms(use_true_random=False),
)
def test_whatever_the_two_ledgers_the_counts_and_sums_agree(
    operateur: OperateurFactice, operations: list[dict[str, Any]], etrangers: list[int], hasard: Any
) -> None:
    with transaction.atomic():
        operateur.comptes.clear()
        attendu = {"concordantes": 0, "manquantes": 0, "differentes": 0}
        journal, lignes = 0, [ligne(f"etranger-{rang}", montant) for rang, montant in enumerate(etrangers)]
        for rang, dessin in enumerate(operations):
            total, une = _inscrire(operateur, rang, dessin)
            lignes += [une] if une else []
            regle = dessin["nous"] == "succes" or (dessin["lui"] == "reussi" and une is not None)
            if une is None:
                attendu["manquantes"] += regle
            else:
                attendu["concordantes" if regle and une.montant == total else "differentes"] += 1
            journal += total * regle
        hasard.shuffle(lignes)

        premier = comparer(operateur, lignes)
        etat = (ecarts(), _paiements(), EvenementPaiement.objects.count())
        second = comparer(operateur, lignes)

        assert {champ: getattr(premier, champ) for champ in attendu} == attendu
        assert premier.etrangeres == len(etrangers)
        assert premier.lignes_journal == sum(attendu.values())
        assert premier.lignes_releve == len(lignes)
        assert totaux(premier) == (sum(une.montant for une in lignes), journal)
        assert sum((releve or 0) - (journal or 0) for _, _, releve, journal, _ in ecarts()) == (
            premier.montant_releve - premier.montant_journal
        )
        assert (chiffres(second), totaux(second), second.reglees) == (chiffres(premier), totaux(premier), 0)
        assert (ecarts(), _paiements(), EvenementPaiement.objects.count()) == etat
        transaction.set_rollback(True)


def _paiements() -> list[tuple[Any, ...]]:
    return list(PaiementPass.objects.order_by("id").values_list("statut", "numero_recu", "souscription__statut"))


def _inscrire(operateur: OperateurFactice, rang: int, dessin: dict[str, Any]) -> tuple[int, LigneReleve | None]:
    """The operation in both ledgers; its amount and its line of the statement, if there is one."""
    principal = demander(montant=dessin["montant"])
    autres = [
        demander(montant=dessin["montant"], rattache_a=principal, reference_mobile_money=None)
        for _ in range(dessin["nombre"] - 1)
    ]
    total, code = dessin["montant"] * dessin["nombre"], str(1_000 + rang)
    if dessin["nous"] == "succes" or dessin["lui"] != "introuvable":
        approuver_a_moitie(operateur, principal)
        etat = Etat.REUSSI if dessin["nous"] == "succes" or dessin["lui"] == "reussi" else Etat.ECHOUE
        operateur.repondre(principal.reference_mobile_money, etat, quand=MIDI, montant=total)
    if dessin["nous"] == "succes":
        code = confirmer(operateur, principal).code_confirmation
    else:
        for paiement in (principal, *autres):
            laisser(paiement, dessin["nous"])
    if dessin["ecrit"] == "absent":
        return total, None
    reference = None if dessin["ecrit"] == "code" and dessin["nous"] == "succes" else principal.reference_mobile_money
    return total, ligne(code, total - (dessin["ecrit"] == "autre_montant"), reference=reference)


@pytest.mark.django_db(transaction=True)
class TestCourses:
    def test_two_at_once_settle_once_and_write_each_difference_once(self, operateur: OperateurFactice) -> None:
        souscription = SouscriptionFactory(client__telephone=PAYEUR)
        tardif = demander(souscription=souscription)
        approuver(operateur, tardif)
        laisser(tardif, "expire")
        concordants = [payer(operateur) for _ in range(20)]
        lignes = [*operateur.releve(jour=JOUR), *(ligne(f"e{rang}") for rang in range(20))]
        manquant = payer(operateur)

        faits = en_parallele(4, lambda rang: comparer(operateur, lignes[:: 1 if rang % 2 else -1]))

        assert {chiffres(fait) for fait in faits} == {(21, 1, 20, 0)}
        assert {totaux(fait) for fait in faits} == {(4_100, 2_200)}
        assert sorted(nature for nature, *_ in ecarts()) == ["etranger"] * 20 + ["manquant"]
        souscription.refresh_from_db()
        assert (souscription.statut, souscription.periodes.count(), NumeroPolice.objects.count()) == ("activee", 1, 22)
        assert [len(rapproches(paiement)) for paiement in (tardif, *concordants, manquant)] == [1] * 21 + [0]

    def test_the_follow_up_settles_beside_it(self, operateur: OperateurFactice) -> None:
        paiement = demander()
        approuver(operateur, paiement)

        def faire(rang: int) -> object:
            return comparer(operateur) if rang else confirmer(operateur, paiement, quand=NUIT)

        en_parallele(2, faire)

        paiement.refresh_from_db()
        assert paiement.statut == "succes"
        assert paiement.evenements.filter(statut="succes").count() == 1
        assert (len(rapproches(paiement)), ecarts()) == (1, [])

    def test_a_deadlock_is_tried_again_whole(
        self, operateur: OperateurFactice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The differences of the first try are undone, not written twice nor kept when they are no longer true."""
        manquant, ensuite = payer(operateur), payer(operateur)
        comparer(operateur, [ligne("8")])
        refermer, essais = service._refermer, iter([True, False])

        def au_second(*arguments: Any) -> None:
            if next(essais):
                raise OperationalError from InterblocageFactice()
            refermer(*arguments)

        monkeypatch.setattr(service, "_refermer", au_second)
        rapprochement = comparer(operateur, [ligne("8"), ligne("9"), ligne(ensuite.code_confirmation)])

        assert chiffres(rapprochement) == (1, 1, 2, 0)
        assert Rapprochement.objects.count() == 2
        assert [(cle, ouvert) for _, cle, _, _, ouvert in ecarts()] == [
            ("8", True),
            *[(un.numero_transaction, un is manquant) for un in sorted((manquant, ensuite), key=str)],
            ("9", True),
        ]


class InterblocageFactice(Exception):
    pgcode = "40P01"
