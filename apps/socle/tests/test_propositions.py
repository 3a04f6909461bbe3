"""What one person proposes another decides, once, in time; the database holds it too."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.tests import refus
from apps.pass_clients.tests.courses import ou_refus, transaction_ouverte
from apps.pass_payments.models import Decaissement, PaiementPass
from apps.pass_payments.services.natures_paiement import proposer_retour, retour_possible
from apps.pass_payments.tests.ecritures import refuse
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.operateur_factice import OperateurFactice
from apps.socle.models import Proposition
from apps.socle.services.propositions import approuver, perimer, refuser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operateur")]

PAYEUR = "+242061234567"


@pytest.fixture
def agents() -> list[Agent]:
    return AgentFactory.create_batch(3, is_superuser=True)


@pytest.fixture
def paiement() -> PaiementPass:
    return PaiementFactory(numero_payeur=PAYEUR, montant=400)


@pytest.fixture
def especes() -> PaiementPass:
    return PaiementFactory(operateur="especes", reference_mobile_money=None)


def proposee(paiement: PaiementPass, agent: Agent) -> Proposition:
    return proposer_retour(paiement=paiement, motif=" Payé deux fois ", demandeur=agent)


class TestProposer:
    def test_it_waits(self, paiement: PaiementPass, agents: list[Agent], settings: Settings) -> None:
        proposition = proposee(paiement, agents[0])

        assert (proposition.nature, proposition.statut, proposition.motif) == (
            "remboursement",
            "proposee",
            "Payé deux fois",
        )
        assert (proposition.demandeur, proposition.decideur, proposition.decidee_le) == (agents[0], None, None)
        assert proposition.expire_le - proposition.demandee_le == settings.PROPOSITION_VALIDITE
        assert Decaissement.objects.count() == 0

    def test_what_an_agency_took_is_cancelled(self, especes: PaiementPass, settings: Settings) -> None:
        assert retour_possible(especes) == "annulation"

    @pytest.mark.parametrize("statut", ["initie", "en_cours", "en_verification", "echec", "expire", "rembourse"])
    def test_only_what_is_confirmed(self, statut: str, agents: list[Agent]) -> None:
        paiement = PaiementFactory(statut=statut)
        with refuse("proposition_impossible"):
            proposee(paiement, agents[0])

    def test_not_without_a_reason(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        with refuse("proposition_impossible"):
            proposer_retour(paiement=paiement, motif="  ", demandeur=agents[0])

    def test_one_at_a_time(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        premiere = proposee(paiement, agents[0])
        with refuse("proposition_impossible"):
            proposee(paiement, agents[1])
        refuser(proposition=premiere, decideur=agents[1], commentaire="non")
        assert proposee(paiement, agents[0]).statut == "proposee"


class TestDecider:
    def test_a_refund_is_on_its_way(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        decidee = approuver(proposition=proposee(paiement, agents[0]), decideur=agents[1], commentaire="vu")

        assert (decidee.statut, decidee.decideur, decidee.commentaire) == ("approuvee", agents[1], "vu")
        decaissement = Decaissement.objects.get()
        assert (decaissement.paiement, decaissement.montant, decaissement.telephone) == (paiement, 400, PAYEUR)
        paiement.refresh_from_db()
        assert paiement.statut == "succes"  # until the operator says that it is done

    def test_an_agency_s_receipt_is_cancelled_at_once(self, especes: PaiementPass, agents: list[Agent]) -> None:
        decidee = approuver(proposition=proposee(especes, agents[0]), decideur=agents[1])

        especes.refresh_from_db()
        assert especes.statut == "rembourse"
        evenement = especes.evenements.last()
        assert (evenement.acteur_id, evenement.donnees) == (agents[1].pk, {"proposition": decidee.pk})
        assert Decaissement.objects.count() == 0

    def test_a_refusal_does_nothing(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        decidee = refuser(proposition=proposee(paiement, agents[0]), decideur=agents[1], commentaire="déjà rendu")

        assert (decidee.statut, decidee.commentaire) == ("refusee", "déjà rendu")
        assert Decaissement.objects.count() == 0

    @pytest.mark.parametrize("acte", [approuver, refuser])
    def test_the_same_person_is_refused(self, paiement: PaiementPass, agents: list[Agent], acte: object) -> None:
        proposition = proposee(paiement, agents[0])
        with refuse("seconde_personne_exigee"):
            acte(proposition=proposition, decideur=agents[0], commentaire="moi-même")  # type: ignore[operator]

    def test_the_same_person_is_refused_by_the_database(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        proposition = proposee(paiement, agents[0])
        with refus.refuse("propositions_deux_personnes"):
            Proposition.objects.filter(pk=proposition.pk).update(
                statut="approuvee", decideur=agents[0], decidee_le=timezone.now()
            )
        with refus.refuse("Cannot update"):  # nor can the demand be put in another's name
            Proposition.objects.filter(pk=proposition.pk).update(demandeur=agents[2])

    def test_a_decision_is_never_changed(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        proposition = refuser(proposition=proposee(paiement, agents[0]), decideur=agents[1], commentaire="non")
        with refus.refuse("Cannot update"):
            Proposition.objects.filter(pk=proposition.pk).update(statut="approuvee")
        with refus.refuse("Cannot delete"):
            Proposition.objects.filter(pk=proposition.pk).delete()

    def test_twice(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        proposition = proposee(paiement, agents[0])
        approuver(proposition=proposition, decideur=agents[1])
        for acte in (
            lambda: approuver(proposition=proposition, decideur=agents[2]),
            lambda: refuser(proposition=proposition, decideur=agents[2], commentaire="non"),
        ):
            with refuse("proposition_deja_decidee"):
                acte()

    def test_out_of_date(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        proposition = proposee(paiement, agents[0])
        with time_machine.travel(proposition.expire_le, tick=False), refuse("proposition_deja_decidee"):
            approuver(proposition=proposition, decideur=agents[1])

    def test_closed_when_nobody_decided(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        proposition = proposee(paiement, agents[0])
        assert perimer(quand=proposition.expire_le - timedelta(seconds=1)) == 0
        assert perimer(quand=proposition.expire_le) == 1
        assert perimer(quand=proposition.expire_le) == 0
        proposition.refresh_from_db()
        assert (proposition.statut, proposition.decidee_le) == ("perimee", proposition.expire_le)
        assert proposee(paiement, agents[0]).statut == "proposee"

    def test_a_refund_already_on_its_way_leaves_the_proposal_open(
        self, paiement: PaiementPass, agents: list[Agent]
    ) -> None:
        approuver(proposition=proposee(paiement, agents[0]), decideur=agents[1])
        seconde = proposee(paiement, agents[0])
        with refuse("decaissement_deja_demande"):
            approuver(proposition=seconde, decideur=agents[1])
        seconde.refresh_from_db()
        assert seconde.statut == "proposee"

    def test_a_refund_needs_a_phone(self, agents: list[Agent]) -> None:
        paiement = PaiementFactory(numero_payeur="")
        proposition = proposee(paiement, agents[0])
        with refuse("paiement_impossible"):
            approuver(proposition=proposition, decideur=agents[1])


@pytest.mark.django_db(transaction=True)
class TestCourses:
    def test_two_deciders_at_once(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        proposition = proposee(paiement, agents[0])

        def decider(rang: int) -> str:
            decideur = agents[1 + rang % 2]
            if rang % 4 < 2:
                return str(ou_refus(lambda: approuver(proposition=proposition, decideur=decideur).statut))
            return str(ou_refus(lambda: refuser(proposition=proposition, decideur=decideur, commentaire="non").statut))

        issues = Counter(en_parallele(8, decider))

        assert issues["proposition_deja_decidee"] == 7
        proposition.refresh_from_db()
        assert issues[proposition.statut] == 1
        assert Decaissement.objects.count() == (proposition.statut == "approuvee")

    def test_proposing_again_while_it_is_approved_waits_and_is_told(
        self, paiement: PaiementPass, agents: list[Agent], operateur: OperateurFactice
    ) -> None:
        """In the other order each would wait for the other's row for ever."""
        proposition = proposee(paiement, agents[0])

        with transaction_ouverte(lambda: ou_refus(lambda: proposee(paiement, agents[2]).statut)) as course:
            approuver(proposition=proposition, decideur=agents[1])

        assert course.result() == "proposee"  # open again: approving it would meet the refund on its way

    def test_eight_propose_at_once(self, paiement: PaiementPass, agents: list[Agent]) -> None:
        issues = Counter(en_parallele(8, lambda rang: ou_refus(lambda: proposee(paiement, agents[rang % 3]).statut)))
        assert issues == {"proposee": 1, "proposition_impossible": 7}
