"""Several connections at once on clients, subscriptions, numbers and polices: one wins, nothing is doubled, nobody is stuck."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from apps.borne_auth.models import Agent
from apps.borne_auth.tests.factories import AgentFactory
from apps.borne_auth.tests.races import en_parallele
from apps.pass_clients.models import (
    BeneficiairePass,
    ClientPass,
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
    enregistrer_client,
    renouveler,
    souscrire,
)
from apps.pass_clients.tests.courses import ou_refus, transaction_ouverte
from apps.pass_clients.tests.factories import (
    BeneficiaireFactory,
    ClientFactory,
    PeriodeFactory,
    SouscriptionFactory,
)
from apps.pass_products.tests.factories import ProduitEpargneFactory, ProduitFactory
from apps.socle.models import SerieNumero
from apps.socle.numbers import allouer, reserver

pytestmark = pytest.mark.django_db(transaction=True)

ANNEE = timezone.localdate().year


@pytest.mark.parametrize(("deja", "gagnants"), [(0, 6), (5, 1), (6, 0)])
def test_eight_threads_add_a_beneficiary(deja: int, gagnants: int) -> None:
    souscription = SouscriptionFactory()
    for rang in range(1, deja + 1):
        BeneficiaireFactory(souscription=souscription, ordre_priorite=rang)

    issues = en_parallele(
        8,
        lambda rang: ou_refus(
            lambda: bool(
                ajouter_beneficiaire(souscription=souscription, nom="KONGO", prenom=f"Enfant {rang}", relation="enfant")
            )
        ),
    )

    assert Counter(issues) == Counter({True: gagnants, "limite_beneficiaires": 8 - gagnants})
    rangs = BeneficiairePass.objects.values_list("ordre_priorite", flat=True)
    assert list(rangs) == list(range(1, 7))


def test_sixteen_threads_draw_numbers() -> None:
    def tirer(rang: int) -> list[int]:
        return [numero for taille in (1, 5, 2, 1, 3) for numero in allouer(serie="x", annee=2026, nombre=taille)]

    tirages = en_parallele(16, tirer)

    assert sorted(numero for tirage in tirages for numero in tirage) == list(range(1, 16 * 12 + 1))
    assert all(tirage == sorted(tirage) for tirage in tirages)


def test_reserving_beside_drawing_never_gives_a_number_twice() -> None:
    def tirer(rang: int) -> list[int]:
        if rang % 2:
            return [numero for _ in range(20) for numero in allouer(serie="x", annee=2026)]
        for saut in range(1, 6):
            assert reserver(serie="x", annee=2026, sequence=saut * 100 + rang)
        return []

    tires = [numero for tirage in en_parallele(8, tirer) for numero in tirage]

    assert len(set(tires)) == len(tires) == 80
    assert SerieNumero.objects.get().dernier >= 506


def test_two_bulk_assignments_and_single_ones_on_the_same_subscriptions() -> None:
    produits = [ProduitFactory(), ProduitEpargneFactory(), ProduitFactory(code_pass="SALISA", branche="SAN")]
    souscriptions = [SouscriptionFactory(active=True, produit=produits[rang % 3]) for rang in range(120)]
    agent = AgentFactory()

    def attribuer(rang: int) -> int:
        if rang < 3:
            return attribuer_polices(lot=7)
        issues = [ou_refus(lambda s=s: _une(s, rang, agent)) for s in souscriptions[rang :: 2 if rang % 2 else 5]]
        assert set(issues) <= {1, "police_deja_attribuee"}
        return issues.count(1)

    attribuees = en_parallele(7, attribuer)

    polices = NumeroPolice.objects.values_list("souscription_id", "numero_police", "mode_attribution")
    assert sum(attribuees) == len(polices) == 120
    assert {souscription for souscription, _, _ in polices} == {s.pk for s in souscriptions}
    automatiques = sorted(numero for _, numero, mode in polices if mode == "automatique")
    series = dict(SerieNumero.objects.values_list("serie", "dernier"))
    assert automatiques == sorted(
        f"CG-{ANNEE}-{serie.removeprefix('police-')}-{sequence:03}"
        for serie, dernier in series.items()
        for sequence in range(1, dernier + 1)
    ), "no number was drawn for nothing"


def _une(souscription: SouscriptionPass, rang: int, agent: Agent) -> int:
    """By hand on one thread out of four, with numbers that are of no series."""
    manuel = {"numero": f"ANCIEN-{souscription.pk}", "agent": agent} if rang == 3 else {}
    attribuer_police(souscription=souscription, **manuel)
    return 1


def test_a_bulk_assignment_waits_for_one_by_hand_without_holding_what_it_needs() -> None:
    """By hand with a number of no series, then automatically, in one transaction: the bulk run may not stand between them."""
    a, b, c = (SouscriptionFactory(active=True) for _ in range(3))
    agent = AgentFactory()

    with transaction_ouverte(lambda: attribuer_polices()) as course:
        attribuer_police(souscription=a, numero="ANCIEN-1", agent=agent)
        attribuer_police(souscription=b)

    assert course.result() == 1
    assert dict(NumeroPolice.objects.values_list("souscription_id", "numero_police")) == {
        a.pk: "ANCIEN-1",
        b.pk: f"CG-{ANNEE}-VIE-001",
        c.pk: f"CG-{ANNEE}-VIE-002",
    }


def test_an_automatic_assignment_steps_over_a_number_being_placed_by_hand() -> None:
    """For another branch, hence unknown to the series until it is committed."""
    epargne = SouscriptionFactory(active=True, produit=ProduitEpargneFactory())
    seule, en_lot = SouscriptionFactory(active=True), SouscriptionFactory(active=True)
    agent = AgentFactory()

    with transaction_ouverte(lambda: attribuer_police(souscription=seule)) as course:
        attribuer_police(souscription=epargne, numero=f"CG-{ANNEE}-VIE-001", agent=agent)
    assert course.result().numero_police == f"CG-{ANNEE}-VIE-002"

    autre = SouscriptionFactory(active=True, produit=epargne.produit)
    attribuer_police(souscription=autre, numero=f"CG-{ANNEE}-VIE-003", agent=agent)
    assert attribuer_polices() == 1
    assert NumeroPolice.objects.get(souscription=en_lot).numero_police == f"CG-{ANNEE}-VIE-004"


def test_the_same_subscription_by_hand_and_automatically() -> None:
    souscription, agent = SouscriptionFactory(active=True), AgentFactory()

    with transaction_ouverte(lambda: ou_refus(lambda: attribuer_police(souscription=souscription))) as course:
        attribuer_police(souscription=souscription, numero="ANCIEN-1", agent=agent)

    assert course.result() == "police_deja_attribuee"
    assert NumeroPolice.objects.get().numero_police == "ANCIEN-1"


def test_a_single_assignment_that_lost_to_the_bulk_run_leaves_no_gap() -> None:
    souscription, autre = SouscriptionFactory(active=True), SouscriptionFactory(active=True)

    with transaction_ouverte(lambda: ou_refus(lambda: attribuer_police(souscription=souscription))) as course:
        assert attribuer_polices(limite=1) == 1

    assert course.result() == "police_deja_attribuee"
    assert attribuer_police(souscription=autre).numero_police == f"CG-{ANNEE}-VIE-002"


def test_one_activation() -> None:
    souscription = SouscriptionFactory()

    issues = en_parallele(4, lambda rang: ou_refus(lambda: activer(souscription=souscription).numero))

    assert Counter(issues) == Counter({1: 1, "transition_refusee": 3})
    assert souscription.periodes.count() == TransitionSouscription.objects.count() == 1


def test_renewals_at_once_follow_each_other() -> None:
    souscription = SouscriptionFactory(statut="expiree", date_activation=timezone.now())
    PeriodeFactory(souscription=souscription, date_debut=date(2025, 1, 1), date_fin=date(2026, 1, 1))

    numeros = en_parallele(
        4, lambda rang: renouveler(souscription=souscription, date_paiement=date(2026, 11, 21)).numero
    )

    assert sorted(numeros) == [2, 3, 4, 5]
    assert TransitionSouscription.objects.count() == 1


def test_one_client_a_phone() -> None:
    issues = en_parallele(
        8,
        lambda rang: ou_refus(lambda: bool(enregistrer_client(nom="KONGO", prenom="Jean", telephone="06 123 45 67"))),
    )

    assert Counter(issues) == Counter({True: 1, "telephone_deja_connu": 7})
    assert ClientPass.objects.count() == 1


def test_subscriptions_at_once_stay_under_the_ceiling(settings: Settings) -> None:
    settings.PLAFOND_PRIMES_MODE, settings.PLAFOND_PRIMES_ANNUEL = "refuser", 42_000
    settings.PLAFOND_PRIMES_MENSUEL = 3_500
    client, produit = ClientFactory(), ProduitFactory()

    issues = en_parallele(
        8,
        lambda rang: ou_refus(
            lambda: (
                souscrire(
                    client=client, produit=produit, montant=10_000, periodicite="annuelle", canal="borne"
                ).numero_souscription
            )
        ),
    )

    refus = [issue for issue in issues if issue == "plafond_primes_depasse"]
    assert len(refus) == 4
    assert sorted(set(issues) - set(refus)) == [f"PASS-KIMIA-{ANNEE}-{n:06}" for n in range(1, 5)]


def test_a_termination_waits_for_an_activation_and_sees_it() -> None:
    souscription = SouscriptionFactory()

    with transaction_ouverte(
        lambda: changer_statut(souscription=souscription, vers="resiliee", motif="demande du client")
    ) as course:
        activer(souscription=souscription)

    assert course.result().statut == "resiliee"
    assert list(TransitionSouscription.objects.values_list("de", "vers")) == [
        ("en_cours", "activee"),
        ("activee", "resiliee"),
    ]


def test_the_one_who_waited_draws_the_number_that_the_other_gave_back() -> None:
    souscription, autre = SouscriptionFactory(active=True), SouscriptionFactory(active=True)

    with transaction_ouverte(lambda: attribuer_police(souscription=autre).numero_police) as course:
        attribuer_police(souscription=souscription)
        transaction.set_rollback(True)

    assert course.result() == f"CG-{ANNEE}-VIE-001"
