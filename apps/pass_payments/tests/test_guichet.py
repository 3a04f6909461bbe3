"""Money that an agent takes: confirmed at once by the settlement of all, or refused with nothing written."""

from typing import Any

import pytest

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import NumeroPolice, SouscriptionPass
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_payments.models import MessageSortant, PaiementPass
from apps.pass_payments.services import enregistrer_demande
from apps.pass_payments.services.guichet import AU_GUICHET, encaisser_au_guichet
from apps.pass_payments.tests.ecritures import refuse
from apps.pass_payments.tests.factories import PaiementFactory, contrat_finissant

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Agent:
    return AgentFactory()


def encaisser(souscription: SouscriptionPass, agent: Agent, **valeurs: Any) -> PaiementPass:
    return encaisser_au_guichet(
        **{"souscription": souscription, "montant": 100, "operateur": "especes", "agent": agent, **valeurs}
    )


def test_a_first_payment_activates(agent: Agent) -> None:
    souscription = SouscriptionFactory()

    paiement = encaisser(souscription, agent)

    souscription.refresh_from_db()
    assert (paiement.statut, paiement.type_paiement, paiement.mode_paiement) == (
        "succes",
        "souscription_initiale",
        "Espèces",
    )
    assert (paiement.reference_mobile_money, paiement.a_suivre_le, paiement.numero_payeur) == (None, None, "")
    assert paiement.numero_recu is not None
    assert list(paiement.evenements.values_list("type", "statut", "acteur", "donnees")) == [
        ("demande", "initie", agent.pk, {}),
        ("confirmation", "succes", agent.pk, {"source": "guichet"}),
    ]
    assert (souscription.statut, souscription.periodes.count()) == ("activee", 1)
    assert NumeroPolice.objects.get().souscription == souscription
    assert MessageSortant.objects.get().telephone == souscription.client.telephone


@pytest.mark.parametrize(
    ("statut", "type_paiement"), [("activee", "cotisation"), ("suspendue", "rattrapage"), ("expiree", "cotisation")]
)
def test_what_it_pays(agent: Agent, statut: str, type_paiement: str) -> None:
    souscription = contrat_en_vigueur().souscription
    if statut != "activee":
        changer_statut(souscription=souscription, vers=statut, motif="essai")
    assert encaisser(souscription, agent, montant=1).type_paiement == type_paiement


def test_a_renewal_opens_the_next_period(agent: Agent) -> None:
    souscription = contrat_finissant(ClientFactory(), fin_dans=10).souscription

    assert encaisser(souscription, agent, renouvellement=True).type_paiement == "renouvellement"
    assert souscription.periodes.count() == 2


@pytest.mark.parametrize(("fin_dans", "paye", "montant"), [(61, 1_200, 100), (10, 1_200, 99), (10, 1_100, 199)])
def test_not_too_early_nor_for_too_little(agent: Agent, fin_dans: int, paye: int, montant: int) -> None:
    souscription = contrat_finissant(ClientFactory(), fin_dans=fin_dans, paye=paye).souscription
    with refuse("paiement_impossible"):
        encaisser(souscription, agent, renouvellement=True, montant=montant)


def test_a_renewal_is_counted_on_a_contract(agent: Agent) -> None:
    souscription = SouscriptionFactory(active=True)
    with refuse("paiement_impossible"):
        encaisser(souscription, agent, renouvellement=True)


@pytest.mark.parametrize("montant", [-100, 0, 99, 1_000_000_001])
def test_not_this_amount_for_a_first_payment(agent: Agent, montant: int) -> None:
    souscription = SouscriptionFactory()
    with refuse("paiement_impossible"):
        encaisser(souscription, agent, montant=montant)


@pytest.mark.parametrize("statut", ["annulee", "resiliee"])
def test_what_has_ended_receives_nothing(agent: Agent, statut: str) -> None:
    souscription = SouscriptionFactory(active=statut == "resiliee")
    changer_statut(souscription=souscription, vers=statut, motif="essai")
    with refuse("paiement_impossible"):
        encaisser(souscription, agent)


@pytest.mark.parametrize("operateur", sorted({*PaiementPass.Operateur.values} - set(AU_GUICHET)))
def test_mobile_money_is_not_taken_by_hand(agent: Agent, operateur: str) -> None:
    souscription = SouscriptionFactory()
    with refuse("paiement_impossible"):
        encaisser(souscription, agent, operateur=operateur)


@pytest.mark.parametrize("operateur", AU_GUICHET)
def test_a_cheque_and_a_transfer_have_a_number(agent: Agent, operateur: str) -> None:
    souscription = SouscriptionFactory()
    if operateur in ("cheque", "virement"):
        with refuse("paiement_impossible"):
            encaisser(souscription, agent, operateur=operateur, justificatif="  ")
    paiement = encaisser(souscription, agent, operateur=operateur, justificatif=" CHQ 0012 ")
    assert paiement.code_confirmation == "CHQ 0012"


def test_not_while_her_phone_is_asked_for_the_same(agent: Agent) -> None:
    souscription = SouscriptionFactory()
    enregistrer_demande(
        souscription=souscription, montant=100, type_paiement="souscription_initiale", operateur="mtn_money"
    )
    with refuse("paiement_deja_en_cours"):
        encaisser(souscription, agent)


def test_a_prepaid_contract_may_be_paid_ahead(agent: Agent) -> None:
    souscription = contrat_en_vigueur().souscription
    PaiementFactory(souscription=souscription, montant=1_200)
    assert encaisser(souscription, agent, montant=5_000).statut == "succes"
