"""Payments, transitions and the day's cycle at once, on several connections."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import (
    TRANSITIONS,
    BeneficiairePass,
    NumeroPolice,
    SouscriptionPass,
    TransitionSouscription,
)
from apps.pass_clients.services import (
    activer,
    ajouter_beneficiaire,
    attribuer_police,
    attribuer_polices,
    changer_statut,
    renouveler,
    souscrire,
)
from apps.pass_clients.tests.courses import ou_refus, transaction_ouverte
from apps.pass_clients.tests.factories import ClientFactory, PeriodeFactory, SouscriptionFactory
from apps.pass_payments.lifecycle import appliquer, decider
from apps.pass_payments.models import EvenementPaiement, PaiementPass, StatutPaiement
from apps.pass_payments.services import changer_statut_paiement, enregistrer_demande
from apps.pass_payments.tests import recount
from apps.pass_payments.tests.factories import PaiementFactory
from apps.pass_payments.tests.portefeuilles import lignes
from apps.pass_products.tests.factories import ProduitEpargneFactory, ProduitFactory

pytestmark = pytest.mark.django_db(transaction=True)


def en_retard() -> SouscriptionPass:
    """Twelve monthly instalments of 100 XAF, the first beyond its grace delay, nothing paid."""
    souscription = SouscriptionFactory(active=True)
    PeriodeFactory(souscription=souscription, date_debut=timezone.localdate() - timedelta(days=35))
    return souscription


def oubliee() -> SouscriptionPass:
    """Asked for ten days ago, never paid."""
    return SouscriptionFactory(date_souscription=timezone.now() - timedelta(days=10))


def passer(lot: int = 2_000) -> Counter[tuple[str, str]]:
    jour = timezone.localdate()
    return appliquer(decisions=decider(jour=jour), jour=jour, lot=lot)


def etat(souscription: SouscriptionPass) -> str:
    return SouscriptionPass.objects.get(pk=souscription.pk).statut


def demander(souscription: SouscriptionPass, **valeurs: Any) -> PaiementPass:
    return enregistrer_demande(
        **{
            "souscription": souscription,
            "montant": 100,
            "type_paiement": "cotisation",
            "operateur": "mtn_money",
            **valeurs,
        }
    )


def assert_audits_chain() -> None:
    """Each subscription's rows lead, one from the other, by transitions that exist, to its state."""
    etats = dict(SouscriptionPass.objects.values_list("id", "statut"))
    chemins: dict[int, list[tuple[str, str]]] = {}
    for ident, de, vers in TransitionSouscription.objects.order_by("id").values_list("souscription_id", "de", "vers"):
        chemins.setdefault(ident, []).append((de, vers))
    for ident, chemin in chemins.items():
        assert all(avant[1] == apres[0] for avant, apres in pairwise(chemin)), chemin
        assert set(chemin) <= set(TRANSITIONS)
        assert etats[ident] == chemin[-1][1]


def test_pressing_eight_times_asks_once() -> None:
    souscription = SouscriptionFactory(active=True)

    issues = en_parallele(8, lambda rang: ou_refus(lambda: demander(souscription).statut))

    assert Counter(issues) == Counter({"initie": 1, "paiement_deja_en_cours": 7})
    assert PaiementPass.objects.count() == EvenementPaiement.objects.count() == 1


def test_a_payment_is_settled_once() -> None:
    paiement = PaiementFactory(statut="en_cours")

    issues = en_parallele(
        8,
        lambda rang: ou_refus(
            lambda: (
                changer_statut_paiement(
                    paiement=paiement, vers=("succes", "expire")[rang % 2], evenement="consultation"
                ).statut
            )
        ),
    )

    assert issues.count("succes") == 1
    assert issues.count("expire") in (0, 1)
    assert issues.count("transition_paiement_refusee") == 7 - issues.count("expire")
    assert paiement.evenements.last().statut == "succes"


def test_a_payment_settled_while_the_cycle_waits_keeps_the_cover() -> None:
    souscription = en_retard()
    paiement = PaiementFactory(souscription=souscription, statut="en_cours", montant=200)

    with transaction_ouverte(passer) as course:
        changer_statut_paiement(paiement=paiement, vers="succes", evenement="confirmation")

    assert course.result() == Counter()
    assert etat(souscription) == "activee"


def test_a_payment_that_waits_for_the_cycle_is_settled_after_it() -> None:
    souscription = en_retard()
    paiement = PaiementFactory(souscription=souscription, statut="en_cours", montant=200)

    with transaction_ouverte(
        lambda: changer_statut_paiement(paiement=paiement, vers="succes", evenement="confirmation")
    ) as course:
        assert passer() == {("activee", "suspendue"): 1}

    assert course.result().statut == "succes"
    assert passer() == {("suspendue", "activee"): 1}


def test_the_cycle_does_not_cancel_what_is_being_paid() -> None:
    souscription = oubliee()

    with transaction_ouverte(passer) as course:
        demander(souscription)

    assert course.result() == Counter()
    assert etat(souscription) == "en_cours"


def test_nobody_pays_what_the_cycle_is_cancelling() -> None:
    souscription = oubliee()

    with transaction_ouverte(lambda: ou_refus(lambda: demander(souscription))) as course:
        assert passer() == {("en_cours", "annulee"): 1}

    assert course.result() == "paiement_impossible"
    assert not PaiementPass.objects.exists()


def test_the_cycle_sees_a_termination_it_waited_for() -> None:
    souscription, autre = en_retard(), en_retard()

    with transaction_ouverte(passer) as course:
        changer_statut(souscription=souscription, vers="resiliee", motif="demande du client")

    assert course.result() == {("activee", "suspendue"): 1}
    assert (etat(souscription), etat(autre)) == ("resiliee", "suspendue")
    assert_audits_chain()


def test_a_termination_sees_the_cycle_it_waited_for() -> None:
    souscription = en_retard()

    with transaction_ouverte(
        lambda: changer_statut(souscription=souscription, vers="resiliee", motif="demande du client")
    ) as course:
        passer()

    assert course.result().statut == "resiliee"
    assert list(TransitionSouscription.objects.values_list("de", "vers")) == [
        ("activee", "suspendue"),
        ("suspendue", "resiliee"),
    ]


def test_a_renewal_beside_the_cycle_keeps_the_contract_active() -> None:
    souscription = SouscriptionFactory(active=True)
    PeriodeFactory(souscription=souscription, date_debut=timezone.localdate() - timedelta(days=365))
    PaiementFactory(souscription=souscription, montant=1_200)

    with transaction_ouverte(passer) as course:
        renouveler(souscription=souscription, date_paiement=timezone.localdate())

    assert course.result() == Counter()
    assert (etat(souscription), souscription.periodes.count()) == ("activee", 2)


@pytest.mark.parametrize("lots", [(1, 1), (3, 1), (2_000, 2_000)])
def test_two_cycles_at_once_move_each_subscription_once(lots: tuple[int, int]) -> None:
    retards, oubliees = [en_retard() for _ in range(15)], [oubliee() for _ in range(15)]

    faites = en_parallele(2, lambda rang: passer(lots[rang]))

    assert faites[0] + faites[1] == {("activee", "suspendue"): 15, ("en_cours", "annulee"): 15}
    assert {etat(souscription) for souscription in retards} == {"suspendue"}
    assert {etat(souscription) for souscription in oubliees} == {"annulee"}
    assert TransitionSouscription.objects.count() == 30
    assert_audits_chain()


@pytest.mark.parametrize("graine", [20261121, 7])
def test_everything_at_once_never_gets_stuck_and_keeps_the_laws(graine: int) -> None:
    """Six connections do anything to a few subscriptions: only foreseen refusals, no deadlock, and all laws hold after."""
    agent, client = AgentFactory(), ClientFactory()
    produits = [ProduitFactory(), ProduitEpargneFactory()]
    for produit in produits * 3:
        souscrire(client=client, produit=produit, montant=1_200, periodicite="mensuelle", canal="borne")
        PeriodeFactory(
            souscription=SouscriptionFactory(active=True, produit=produit),
            date_debut=timezone.localdate() - timedelta(days=35),
        )

    def au_hasard(rang: int) -> Counter[str]:
        hasard = random.Random(f"{graine}/{rang}")
        return Counter(_une_action(hasard, rang, agent, client, produits) for _ in range(40))

    refus = sum(en_parallele(6, au_hasard), Counter())

    assert refus["fait"] > 60
    assert_audits_chain()
    assert_laws_hold()


def _une_action(hasard: random.Random, rang: int, agent: Any, client: Any, produits: list[Any]) -> str:
    souscription = hasard.choice(list(SouscriptionPass.objects.all()))
    paiement = PaiementPass.objects.filter(souscription=souscription).order_by("?").first()
    actions: list[Callable[[], object]] = [
        lambda: souscrire(
            client=client, produit=hasard.choice(produits), montant=1_200, periodicite="mensuelle", canal="borne"
        ),
        lambda: activer(souscription=souscription),
        lambda: renouveler(souscription=souscription, date_paiement=timezone.localdate()),
        lambda: attribuer_police(souscription=souscription),
        lambda: attribuer_police(
            souscription=souscription, numero=f"ANCIEN-{hasard.randrange(40)}-{rang}", agent=agent
        ),
        lambda: attribuer_police(
            souscription=souscription,
            numero=f"CG-{timezone.localdate().year}-{hasard.choice(['VIE', 'EPG'])}-{hasard.randrange(1, 60):03}",
            agent=agent,
        ),
        lambda: attribuer_polices(lot=2, limite=3),
        lambda: ajouter_beneficiaire(souscription=souscription, nom="KONGO", prenom="Grâce", relation="enfant"),
        lambda: demander(souscription, montant=hasard.choice([100, 1_200])),
        lambda: demander(souscription, type_paiement="rattrapage"),
        lambda: passer(lot=3),
        lambda: changer_statut(
            souscription=souscription, vers=hasard.choice(["suspendue", "activee", "expiree"]), motif="essai"
        ),
    ]
    if paiement is not None:
        actions += [
            lambda: changer_statut_paiement(
                paiement=paiement, vers=hasard.choice(StatutPaiement.values), evenement="consultation"
            )
        ] * 5
    issue = ou_refus(hasard.choice(actions))
    return issue if isinstance(issue, str) else "fait"


def assert_laws_hold() -> None:
    donnees = recount.lire(timezone.localdate())
    for vue, cle in (("cotisations", "numero_quittance"), ("soldes_contrats", "police"), ("contrats", "police")):
        attendues = sorted(getattr(recount, vue)(donnees), key=lambda ligne: ligne[cle])
        assert sorted(lignes(f"SELECT * FROM {vue}"), key=lambda ligne: ligne[cle]) == attendues
    numeros = list(NumeroPolice.objects.values_list("numero_police", flat=True))
    assert len(set(numeros)) == len(numeros)
    for ident in donnees.souscriptions:
        actifs = BeneficiairePass.objects.filter(souscription=ident, statut="actif").count()
        assert actifs <= 6
    assert not lignes(
        """
        SELECT 1 FROM paiements_pass p WHERE p.statut <> (
            SELECT e.statut FROM evenements_paiement e WHERE e.paiement_id = p.id AND e.statut <> ''
            ORDER BY e.id DESC LIMIT 1
        )
        """
    )
