"""Money that an agent takes: confirmed at once by the settlement of all, or refused with nothing written."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import Error, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.pass_clients.models import NumeroPolice, SouscriptionPass
from apps.pass_clients.services import changer_statut
from apps.pass_clients.tests.factories import ClientFactory, SouscriptionFactory, contrat_en_vigueur
from apps.pass_payments.definitions import PLAFOND_GUICHET_MINIMUM
from apps.pass_payments.models import PaiementPass
from apps.pass_payments.services import enregistrer_demande
from apps.pass_payments.services.guichet import AU_GUICHET, encaisser_au_guichet, meme_justificatif
from apps.pass_payments.tests.ecritures import refuse
from apps.pass_payments.tests.factories import PaiementFactory, contrat_finissant
from apps.pass_products.tests.factories import ProduitEpargneFactory
from apps.socle.definitions import DEFINITIONS
from apps.socle.models import MessageSortant, Proposition
from apps.socle.services.propositions import approuver, proposer, refuser
from apps.socle.services.reglages import changer_reglage
from nsia_pass_api.dates import maintenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Agent:
    return AgentFactory.create(role="agent")


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
    assert encaisser(souscription, agent, montant=1_200).statut == "succes"


class TestADeux:
    """Above the ceiling, or beyond all that the contract can owe, one asks and another decides."""

    @pytest.fixture
    def responsable(self) -> Agent:
        return AgentFactory.create(role="gestionnaire")

    def epargne(self) -> SouscriptionPass:
        produit = ProduitEpargneFactory()
        return contrat_en_vigueur(produit=produit, taux_epargne=produit.taux_epargne).souscription

    @pytest.mark.parametrize("montant", [100_001, 1_000_000_000])
    def test_above_the_ceiling(self, agent: Agent, montant: int) -> None:
        souscription = self.epargne()
        with refuse("encaissement_a_deux"):
            encaisser(souscription, agent, montant=montant)
        assert not PaiementPass.objects.exists()

    @pytest.mark.parametrize(
        ("paye", "montant", "permis"), [(0, 2_400, True), (0, 2_401, False), (1_200, 1_201, False)]
    )
    def test_beyond_what_its_periods_owe_and_a_renewal(
        self, agent: Agent, paye: int, montant: int, permis: bool
    ) -> None:
        souscription = contrat_en_vigueur().souscription
        if paye:
            PaiementFactory(souscription=souscription, montant=paye)
        if permis:
            assert encaisser(souscription, agent, montant=montant).autorise_par is None
            return
        with refuse("encaissement_a_deux"):
            encaisser(souscription, agent, montant=montant)

    def test_a_first_payment_is_one_prime_at_most(self, agent: Agent) -> None:
        souscription = SouscriptionFactory()
        with refuse("encaissement_a_deux"):
            encaisser(souscription, agent, montant=1_201)
        assert encaisser(souscription, agent, montant=1_200).statut == "succes"

    def test_a_large_sum_is_not_cut_into_small_ones(self, agent: Agent) -> None:
        souscription = self.epargne()
        encaisser(souscription, agent, montant=60_000)
        encaisser(souscription, agent, montant=40_000)
        with refuse("encaissement_a_deux"):
            encaisser(souscription, agent, montant=1)
        with time_machine.travel(maintenant() + timedelta(days=1)):
            assert encaisser(souscription, agent, montant=100_000).statut == "succes"

    def test_nor_into_days_by_whoever_types_it(self, agent: Agent) -> None:
        """What counts is the day when it is recorded, as well as the day that is written."""
        souscription, collegue = self.epargne(), AgentFactory.create(role="agent")
        hier = maintenant() - timedelta(days=1)
        encaisser(souscription, agent, montant=60_000)
        encaisser(souscription, collegue, montant=40_000, quand=hier)
        for quand in (hier, maintenant() - timedelta(days=2)):
            with refuse("encaissement_a_deux"):
                encaisser(souscription, agent, montant=1, quand=quand)
        with time_machine.travel(maintenant() + timedelta(days=1)):
            encaisser(souscription, agent, montant=60_000, quand=hier)
            with refuse("encaissement_a_deux"):
                encaisser(souscription, agent, montant=1, quand=hier)

    def test_the_setting_moves_the_ceiling(self, agent: Agent, responsable: Agent) -> None:
        changer_reglage(nom="PLAFOND_GUICHET", valeur=200_000, motif="demandé", acteur=responsable)
        assert encaisser(self.epargne(), agent, montant=200_000).statut == "succes"
        souscription = self.epargne()
        with refuse("encaissement_a_deux"):
            encaisser(souscription, agent, montant=200_001)

    def test_one_asks_another_decides_and_the_money_is_of_who_took_it(self, agent: Agent, responsable: Agent) -> None:
        souscription = self.epargne()
        demande = {"montant": 150_000, "operateur": "virement", "justificatif": "AV-9", "renouvellement": False}
        proposition = proposer(
            nature="encaissement", objet=souscription, motif="Épargne de l'année", demandeur=agent, **demande
        )
        assert "dépassent le plafond du guichet" in proposition.apres["depasse"]
        assert not PaiementPass.objects.exists()
        with refuse("seconde_personne_exigee"):
            approuver(proposition=proposition, decideur=agent)
        approuver(proposition=proposition, decideur=responsable)
        paiement = PaiementPass.objects.get()
        assert (paiement.montant, paiement.statut, paiement.code_confirmation) == (150_000, "succes", "AV-9")
        assert paiement.autorise_par == proposition
        assert set(paiement.evenements.values_list("acteur", flat=True)) == {agent.pk}

    def test_refused_it_is_not_cashed(self, agent: Agent, responsable: Agent) -> None:
        proposition = proposer(
            nature="encaissement",
            objet=self.epargne(),
            motif="x",
            demandeur=agent,
            montant=1_000_000_000,
            operateur="especes",
        )
        refuser(proposition=proposition, decideur=responsable, commentaire="Impossible")
        assert not PaiementPass.objects.exists()

    def test_what_passes_nothing_is_not_proposed(self, agent: Agent) -> None:
        demande = {"objet": self.epargne(), "montant": 100, "operateur": "especes"}
        with refuse("proposition_impossible"):
            proposer(nature="encaissement", motif="x", demandeur=agent, **demande)

    @pytest.mark.parametrize("operateur", AU_GUICHET)
    def test_the_database_refuses_it_without_that_very_decision(
        self, agent: Agent, responsable: Agent, operateur: str
    ) -> None:
        une, autre = self.epargne(), SouscriptionFactory()
        proposition = proposer(
            nature="encaissement", objet=une, motif="x", demandeur=agent, montant=150_000, operateur="especes"
        )

        def ecrire(souscription: SouscriptionPass, montant: int, **champs: Any) -> None:
            with transaction.atomic():
                PaiementFactory(
                    souscription=souscription, montant=montant, operateur=operateur, statut="initie", **champs
                )

        refusees = [(une, 150_000, {}), (une, 150_000, {"autorise_par": proposition})]
        for souscription, montant, champs in refusees:
            with pytest.raises(IntegrityError, match="une seconde personne"):
                ecrire(souscription, montant, **champs)
        approuver(proposition=proposition, decideur=responsable)
        for souscription, montant in ((une, 150_001), (autre, 150_000)):
            with pytest.raises(IntegrityError, match="une seconde personne"):
                ecrire(souscription, montant, autorise_par=proposition)
        with pytest.raises(IntegrityError, match="autorise_par"):  # it has served
            ecrire(une, 150_000, autorise_par=proposition)
        with pytest.raises(Error), transaction.atomic():
            PaiementPass.objects.update(autorise_par=None)

    def test_the_trigger_and_the_setting_have_one_default(self) -> None:
        trigger = next(un for un in PaiementPass._meta.triggers if un.name == "encaissement_decide")
        assert f", {settings.PLAFOND_GUICHET})" in trigger.func
        assert DEFINITIONS["PLAFOND_GUICHET"].minimum == PLAFOND_GUICHET_MINIMUM

    def test_from_the_form_to_the_proposal(self, client: Client, agent: Agent) -> None:
        caissiere = AgentFactory.create(role="agent", agence="Ouenzé")
        souscription = contrat_en_vigueur(client__agence="Ouenzé").souscription
        client.force_login(caissiere)
        page = reverse("admin:pass_clients_souscriptionpass_acte", args=[souscription.pk, "encaisser"])
        saisie = {"montant": "1000000000", "operateur": "especes", "justificatif": "", "motif": "", "cle": "k" * 20}
        lu = unescape(client.post(page, saisie).content.decode())
        assert "dépassent le plafond du guichet" in lu
        assert "Une autre personne décidera" in lu
        sans_motif = client.post(page, {**saisie, "confirme": "1"})
        assert "Dites pourquoi" in unescape(sans_motif.content.decode())
        for _ in range(2):  # sent twice, asked once
            client.post(page, {**saisie, "motif": "Vente d'un terrain", "confirme": "1"})
        proposition = Proposition.objects.get()
        assert proposition.demandeur == caissiere
        assert not PaiementPass.objects.exists()
        client.force_login(AgentFactory.create(role="gestionnaire"))
        page = reverse("admin:socle_proposition_change", args=[proposition.pk])
        assert "Assurez-vous que Mireille LOEMBA" in unescape(client.get(page).content.decode())


@pytest.mark.parametrize(
    ("celui_ci", "celui_la", "meme"),
    [
        ("12", "N° 0012", True),
        ("CHQ 12-7", "chq127", True),
        ("\uff11\uff12", "12", True),
        ("avis", "Avis.", True),
        ("", "12", True),
        ("12", "13", False),
        ("12", "120", False),
        ("000", "12", False),
        ("avis", "12", False),
    ],
)
def test_a_slip_is_known_again_however_it_is_spelled(celui_ci: str, celui_la: str, meme: bool) -> None:
    assert meme_justificatif(celui_ci, celui_la) is meme
    assert meme_justificatif(celui_la, celui_ci) is meme
