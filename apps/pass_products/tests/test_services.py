"""Quotes, ceilings, schedules."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.pass_products.ceilings import depassement, prime_annuelle
from apps.pass_products.errors import MontantHorsLimites, PeriodiciteNonPermise, ProduitIndisponible
from apps.pass_products.models import Periodicite, ProduitPass
from apps.pass_products.schedule import Echeance, echeances, nombre_echeances
from apps.pass_products.services import Devis, etablir_devis, verifier_offre
from apps.pass_products.tests.factories import ProduitFactory

pytestmark = pytest.mark.django_db  # ceilings are settings of the back office

FINE = "\u202f"


def produit(**valeurs: Any) -> ProduitPass:
    return ProduitPass(
        **{
            "code_pass": "KIMIA",
            "nom_pass": "PASS KIMIA",
            "prix_minimum": 100,
            "prix_maximum": 10_000,
            "periodicites": ["mensuelle", "annuelle"],
            **valeurs,
        }
    )


def test_a_product_may_be_had_within_its_prices() -> None:
    for montant in (100, 10_000):
        verifier_offre(produit=produit(), montant=montant, periodicite="mensuelle")


@pytest.mark.parametrize("montant", [-100, 0, 99, 10_001])
def test_an_amount_outside_the_prices_is_refused(montant: int) -> None:
    with pytest.raises(MontantHorsLimites) as refus:
        verifier_offre(produit=produit(), montant=montant, periodicite="mensuelle")

    assert refus.value.detail == f"Choisissez un montant entre 100{FINE}FCFA et 10{FINE}000{FINE}FCFA."


@pytest.mark.parametrize("periodicite", ["hebdomadaire", "quotidienne", ""])
def test_a_periodicity_that_the_product_does_not_have_is_refused(periodicite: str) -> None:
    with pytest.raises(PeriodiciteNonPermise) as refus:
        verifier_offre(produit=produit(), montant=100, periodicite=periodicite)

    assert refus.value.detail == "Pour PASS KIMIA, choisissez une périodicité parmi : mensuelle, annuelle."


@pytest.mark.parametrize("statut", ["inactif", "archive"])
def test_a_product_that_is_not_sold_is_refused(statut: str) -> None:
    with pytest.raises(ProduitIndisponible, match="PASS KIMIA n'est pas proposé en ce moment"):
        verifier_offre(produit=produit(statut=statut), montant=100, periodicite="mensuelle")


def test_an_instalment_costs_a_franc_at_least() -> None:
    bon_marche = produit(prix_minimum=1, periodicites=["hebdomadaire"])

    verifier_offre(produit=bon_marche, montant=52, periodicite="hebdomadaire")
    with pytest.raises(MontantHorsLimites, match="Choisissez une périodicité plus longue"):
        verifier_offre(produit=bon_marche, montant=51, periodicite="hebdomadaire")


def test_a_quote(settings: Settings) -> None:
    settings.PLAFOND_PRIMES_MENSUEL, settings.PLAFOND_PRIMES_ANNUEL = 3_500, 42_000

    devis = etablir_devis(
        produit=ProduitFactory(periodicites=["semestrielle"]),
        montant=1_001,
        periodicite="semestrielle",
        date_debut=date(2026, 11, 21),
    )

    assert devis == Devis(
        produit="KIMIA",
        prime=1_001,
        periodicite="semestrielle",
        nombre_echeances=2,
        date_debut=date(2026, 11, 21),
        date_fin=date(2027, 11, 21),
        echeances=[
            Echeance(1, date(2026, 11, 21), date(2027, 5, 22), date(2026, 11, 21), 500),
            Echeance(2, date(2027, 5, 22), date(2027, 11, 21), date(2027, 5, 22), 501),
        ],
        avertissements=[],
        date_naissance_requise=False,
        age_min=None,
        age_max=None,
    )


def test_a_quote_above_the_ceilings_warns(settings: Settings) -> None:
    settings.PLAFOND_PRIMES_MODE, settings.PLAFOND_PRIMES_ANNUEL = "refuser", 9_999

    devis = etablir_devis(
        produit=ProduitFactory(), montant=10_000, periodicite="annuelle", date_debut=date(2026, 11, 21)
    )

    assert devis.avertissements == [
        f"Le total des primes atteint 10{FINE}000{FINE}FCFA par an ; "
        f"le plafond de la micro-assurance est de 9{FINE}999{FINE}FCFA."
    ]


def test_a_quote_is_refused_as_the_offer_is() -> None:
    with pytest.raises(MontantHorsLimites):
        etablir_devis(produit=produit(), montant=99, periodicite="annuelle", date_debut=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("annuelle", "message"),
    [
        (42_000, None),
        (42_001, f"42{FINE}001{FINE}FCFA par an"),
        (36_000, None),
        (36_001, f"3{FINE}001{FINE}FCFA par mois"),
    ],
)
def test_ceilings_hold_a_year_and_a_month(settings: Settings, annuelle: int, message: str | None) -> None:
    settings.PLAFOND_PRIMES_ANNUEL = 42_000
    settings.PLAFOND_PRIMES_MENSUEL = 3_000 if annuelle < 42_000 else 3_500

    phrase = depassement(prime_annuelle=annuelle)

    assert phrase is None if message is None else message in str(phrase)


def test_ceilings_may_be_ignored(settings: Settings) -> None:
    settings.PLAFOND_PRIMES_MODE = "ignorer"

    assert depassement(prime_annuelle=10**9) is None


@pytest.mark.parametrize(("prime", "jours", "annuelle"), [(1_200, 365, 1_200), (100, 30, 1_217), (730, 730, 365)])
def test_a_premium_over_a_year_is_rounded_up(prime: int, jours: int, annuelle: int) -> None:
    assert prime_annuelle(prime=prime, duree_jours=jours) == annuelle


@pytest.mark.parametrize(
    ("periodicite", "jours", "nombre"),
    [
        *(("unique", jours, 1) for jours in (1, 365, 3_660)),
        ("hebdomadaire", 365, 52),
        ("mensuelle", 365, 12),
        ("trimestrielle", 365, 4),
        ("semestrielle", 365, 2),
        ("annuelle", 365, 1),
        ("hebdomadaire", 7, 1),
        ("hebdomadaire", 1, 1),
        ("mensuelle", 366, 12),
        ("mensuelle", 180, 6),
        ("mensuelle", 30, 1),
        ("annuelle", 730, 2),
        ("annuelle", 90, 1),
        ("hebdomadaire", 3_660, 521),
    ],
)
def test_a_period_has_the_instalments_of_a_year_in_proportion(periodicite: str, jours: int, nombre: int) -> None:
    assert nombre_echeances(periodicite=periodicite, duree_jours=jours) == nombre


@given(periodicite=st.sampled_from(Periodicite.values), jours=st.integers(1, 3_660))
def test_an_instalment_lasts_a_day_at_least(periodicite: str, jours: int) -> None:
    assert 1 <= nombre_echeances(periodicite=periodicite, duree_jours=jours) <= jours


@given(
    prime=st.integers(1, 2_000_000_000),
    jours=st.integers(1, 3_660),
    nombre=st.integers(1, 521),
    debut=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_a_schedule_is_exact_and_even(prime: int, jours: int, nombre: int, debut: date) -> None:
    nombre = min(nombre, prime, jours)

    plan = echeances(prime=prime, date_debut=debut, date_fin=debut + timedelta(days=jours), nombre=nombre)

    assert [e.numero for e in plan] == list(range(1, nombre + 1))
    assert (plan[0].date_debut, plan[-1].date_fin) == (debut, debut + timedelta(days=jours))
    assert all(avant.date_fin == apres.date_debut for avant, apres in pairwise(plan))
    assert sum(e.montant for e in plan) == prime
    assert {e.montant - prime // nombre for e in plan} <= {0, 1}
    assert {(e.date_fin - e.date_debut).days - jours // nombre for e in plan} <= {0, 1}
    assert all(e.date_echeance == e.date_debut for e in plan)
