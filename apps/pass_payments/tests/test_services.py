"""Every write on payments: the payment and its journal move together, or not at all."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import SouscriptionFactory, dates_de
from apps.pass_clients.tests.refus import verifier_maintenant
from apps.pass_payments.errors import PaiementImpossible, TentativeOuverte, TransitionPaiementRefusee
from apps.pass_payments.models import TRANSITIONS, EvenementPaiement, PaiementPass, StatutPaiement
from apps.pass_payments.services import changer_statut_paiement, enregistrer_demande, paiements
from apps.pass_payments.tests.factories import PaiementFactory

pytestmark = pytest.mark.django_db

MINUIT_PASSE = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # the 22nd in Brazzaville


def journal(paiement: PaiementPass) -> list[tuple[Any, ...]]:
    return list(paiement.evenements.values_list("type", "statut", "donnees", "acteur", "date_evenement"))


def demander(**valeurs: Any) -> PaiementPass:
    return enregistrer_demande(**{"montant": 1_200, "type_paiement": "cotisation", "operateur": "mtn_money", **valeurs})


class TestEnregistrerDemande:
    def test_a_request_and_the_first_row_of_its_journal(self) -> None:
        souscription, agent = SouscriptionFactory(), AgentFactory()

        paiement = demander(souscription=souscription, numero_payeur="+242061234567", acteur=agent, quand=MINUIT_PASSE)

        verifier_maintenant()
        paiement.refresh_from_db()
        assert re.fullmatch(r"PAY-20261122-[2-9A-HJ-NP-Z]{6}", paiement.numero_transaction)
        assert (paiement.souscription, paiement.montant, paiement.frais) == (souscription, 1_200, 0)
        assert (paiement.montant_net, paiement.devise) == (1_200, "XAF")
        assert (paiement.operateur, paiement.mode_paiement) == ("mtn_money", "MTN Mobile Money")
        assert (paiement.numero_payeur, paiement.type_paiement) == ("+242061234567", "cotisation")
        assert (paiement.statut, paiement.motif_echec, paiement.code_confirmation) == ("initie", "", "")
        assert paiement.date_demande == MINUIT_PASSE
        assert (paiement.date_confirmation, paiement.date_comptable) == (None, None)
        assert paiement.reference_mobile_money is not None
        assert journal(paiement) == [("demande", "initie", {}, agent.pk, MINUIT_PASSE)]

    def test_now_and_by_nobody_by_default(self) -> None:
        avant = timezone.now()

        paiement = demander(souscription=SouscriptionFactory())

        ((_, _, _, acteur, quand),) = journal(paiement)
        assert acteur is None
        assert avant <= paiement.date_demande == quand <= timezone.now()

    def test_one_open_attempt_a_type(self) -> None:
        souscription = SouscriptionFactory(active=True)
        premier = demander(souscription=souscription)

        with pytest.raises(TentativeOuverte, match="Un paiement est déjà en cours pour ce contrat"):
            demander(souscription=souscription)

        demander(souscription=souscription, type_paiement="rattrapage")
        demander(souscription=SouscriptionFactory())
        changer_statut_paiement(paiement=premier, vers="echec", evenement="echec")
        demander(souscription=souscription)
        verifier_maintenant()
        assert (PaiementPass.objects.count(), EvenementPaiement.objects.count()) == (4, 5)

    @pytest.mark.parametrize("statut", ["en_cours", "activee", "suspendue", "expiree", "resiliee"])
    def test_money_is_taken_in_these_states(self, statut: str) -> None:
        """A terminated contract may still owe what fell due before its end."""
        souscription = SouscriptionFactory(statut=statut, **dates_de(statut))

        assert demander(souscription=souscription).statut == "initie"

    def test_a_cancelled_subscription_takes_none(self) -> None:
        perimee = SouscriptionFactory()
        changer_statut(souscription=perimee, vers="annulee", motif="essai")

        with pytest.raises(PaiementImpossible, match="Cette souscription a été annulée"):
            demander(souscription=perimee)

        assert not PaiementPass.objects.exists()

    @pytest.mark.parametrize("montant", [0, -1])
    def test_no_amount_no_payment(self, montant: int) -> None:
        with pytest.raises(IntegrityError, match="paiements_"), transaction.atomic():
            demander(souscription=SouscriptionFactory(), montant=montant)

        assert not PaiementPass.objects.exists()

    def test_a_number_already_drawn_is_drawn_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pris = PaiementFactory().numero_transaction
        tirages = iter([pris, pris, "PAY-20261121-LIBRE2"])
        monkeypatch.setattr(paiements, "numero_aleatoire", lambda prefixe, quand: next(tirages))

        assert demander(souscription=SouscriptionFactory()).numero_transaction == "PAY-20261121-LIBRE2"


class TestChangerStatut:
    @pytest.mark.parametrize(("de", "vers"), TRANSITIONS)
    def test_each_transition_leaves_its_row(self, de: str, vers: str) -> None:
        paiement, agent = PaiementFactory(statut=de), AgentFactory()
        confirme = (paiement.date_confirmation, paiement.date_comptable)

        rendu = changer_statut_paiement(
            paiement=paiement,
            vers=vers,
            evenement="consultation",
            donnees={"code": "REJECTED"},
            motif_echec="refuse" if vers == "echec" else "",
            code_confirmation="MP261121.2330",
            acteur=agent,
            quand=MINUIT_PASSE,
        )

        verifier_maintenant()
        paiement.refresh_from_db()
        assert rendu.statut == paiement.statut == vers
        assert paiement.motif_echec == ("refuse" if vers == "echec" else "")
        assert paiement.code_confirmation == ("MP261121.2330" if vers == "succes" else "")
        assert (paiement.date_confirmation, paiement.date_comptable) == (
            (MINUIT_PASSE, date(2026, 11, 22)) if vers == "succes" else confirme
        )
        assert journal(paiement)[1:] == [("consultation", vers, {"code": "REJECTED"}, agent.pk, MINUIT_PASSE)]

    @pytest.mark.parametrize("vers", StatutPaiement.values)
    @pytest.mark.parametrize("de", StatutPaiement.values)
    def test_the_others_are_refused_in_french(self, de: str, vers: str) -> None:
        if (de, vers) in TRANSITIONS:
            return
        paiement = PaiementFactory(statut=de, numero_transaction="PAY-20261121-7F3K9Q")

        with pytest.raises(TransitionPaiementRefusee) as refus:
            changer_statut_paiement(paiement=paiement, vers=vers, evenement="consultation")

        libelles = (StatutPaiement(de).label.lower(), StatutPaiement(vers).label.lower())
        assert refus.value.detail == (
            f"Le paiement PAY-20261121-7F3K9Q est « {libelles[0]} » : il ne peut pas devenir « {libelles[1]} »."
        )
        paiement.refresh_from_db()
        assert (paiement.statut, len(journal(paiement))) == (de, 1)

    def test_what_counts_is_the_row_not_the_object(self) -> None:
        perime = PaiementFactory(statut="en_cours")
        changer_statut_paiement(paiement=perime, vers="succes", evenement="confirmation")

        with pytest.raises(TransitionPaiementRefusee):
            changer_statut_paiement(paiement=perime, vers="echec", evenement="echec")

        assert [ligne[:2] for ligne in journal(perime)] == [("consultation", "en_cours"), ("confirmation", "succes")]

    def test_a_late_success_still_counts(self) -> None:
        paiement = demander(souscription=SouscriptionFactory(active=True))
        for vers in ("en_cours", "en_verification", "en_cours", "expire", "succes", "rembourse"):
            changer_statut_paiement(paiement=paiement, vers=vers, evenement="consultation")

        verifier_maintenant()
        paiement.refresh_from_db()
        assert paiement.date_comptable == timezone.localdate()
        assert [ligne[1] for ligne in journal(paiement)] == [
            "initie",
            "en_cours",
            "en_verification",
            "en_cours",
            "expire",
            "succes",
            "rembourse",
        ]
