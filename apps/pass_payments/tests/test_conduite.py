"""When a payment is looked at again and what an answer means for it, over every state, answer and moment."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pass_payments.conduite import apres_constat, apres_demande, apres_silence, prochain_passage, recul
from apps.pass_payments.models import OUVERTS, TRANSITIONS, StatutPaiement
from apps.pass_payments.operateurs import Etat

# What falsifies a law is printed, with what it takes to run it again.
loi = settings(print_blob=True)
DEBUT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REVOIR = DEBUT + timedelta(days=400)
AGES = st.integers(min_value=0, max_value=40 * 86_400).map(lambda secondes: timedelta(seconds=secondes))
HASARDS = st.floats(min_value=0, max_value=1, exclude_max=True)
SUIVIS = (*OUVERTS, StatutPaiement.EXPIRE, StatutPaiement.ECHEC)


@loi
@given(age=AGES, hasard=HASARDS)
def test_the_next_look_is_ahead_and_within_an_hour_and_a_tenth(age: timedelta, hasard: float) -> None:
    maintenant = DEBUT + age
    attente = prochain_passage(demande_le=DEBUT, maintenant=maintenant, hasard=hasard) - maintenant
    assert timedelta(seconds=1.8) <= attente <= timedelta(minutes=66)


@loi
@given(hasard=HASARDS)
def test_looks_are_rarer_and_rarer(hasard: float) -> None:
    ages = [timedelta(seconds=secondes) for secondes in (0, 59, 60, 299, 300, 1_799, 1_800, 7_199, 7_200, 90_000)]
    attentes = [prochain_passage(demande_le=DEBUT, maintenant=DEBUT + age, hasard=hasard) - DEBUT - age for age in ages]
    assert all(avant <= apres for avant, apres in pairwise(attentes))


@pytest.mark.parametrize(
    ("secondes", "attente"), [(0, 2), (59, 2), (60, 5), (300, 20), (1_800, 300), (7_200, 3_600), (10**6, 3_600)]
)
def test_the_rhythm(secondes: int, attente: int) -> None:
    maintenant = DEBUT + timedelta(seconds=secondes)
    assert prochain_passage(demande_le=DEBUT, maintenant=maintenant, hasard=0.5) - maintenant == timedelta(
        seconds=attente
    )


@loi
@given(hasard=HASARDS)
def test_a_first_minute_costs_few_questions(hasard: float) -> None:
    heure, questions = DEBUT, 0
    while heure < DEBUT + timedelta(minutes=10):
        heure, questions = prochain_passage(demande_le=DEBUT, maintenant=heure, hasard=hasard), questions + 1
    assert questions <= 110


@loi
@given(tentatives=st.integers(min_value=0, max_value=32_767), hasard=HASARDS)
def test_backing_off_is_ahead_and_bounded(tentatives: int, hasard: float) -> None:
    attente = recul(tentatives=tentatives, maintenant=DEBUT, hasard=hasard) - DEBUT
    assert timedelta(seconds=0.5) <= attente <= timedelta(seconds=90)


def test_backing_off_doubles_up_to_a_minute() -> None:
    attentes = [recul(tentatives=rang, maintenant=DEBUT, hasard=0.5) - DEBUT for rang in range(9)]
    assert [attente.total_seconds() for attente in attentes] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@loi
@given(
    statut=st.sampled_from(SUIVIS), etat=st.sampled_from([etat for etat in Etat if etat is not Etat.REUSSI]), age=AGES
)
def test_what_an_answer_means(statut: str, etat: Etat, age: timedelta) -> None:
    maintenant, limite, fin = DEBUT + age, DEBUT + timedelta(minutes=10), DEBUT + timedelta(days=1)

    suite = apres_constat(
        statut=statut, etat=etat, motif="refuse", limite=limite, fin=fin, maintenant=maintenant, revoir=REVOIR
    )

    # Only the transitions of docs/spec/payments.md, each with its row, and a reason for failures alone.
    assert suite.statut is None or (statut, suite.statut) in TRANSITIONS
    assert bool(suite.statut) == bool(suite.evenement)
    assert suite.motif == ("refuse" if suite.statut == StatutPaiement.ECHEC else "")
    # Nothing but the operator's word makes a failure; nothing but time makes an expiry; a success is not decided here.
    assert (suite.statut == StatutPaiement.ECHEC) == (etat is Etat.ECHOUE and statut in OUVERTS)
    assert (suite.statut == StatutPaiement.EXPIRE) == (
        etat is not Etat.ECHOUE and statut in OUVERTS and maintenant >= limite
    )
    assert suite.statut not in (StatutPaiement.SUCCES, StatutPaiement.REMBOURSE, StatutPaiement.INITIE)
    # What is open is looked at again, and nothing is once it has failed or is too old.
    apres = suite.statut or statut
    if apres in OUVERTS:
        assert suite.revoir == REVOIR
        assert maintenant < limite
    elif apres == StatutPaiement.ECHEC or maintenant >= fin or etat is Etat.ECHOUE:
        assert suite.revoir is None
    else:
        assert suite.revoir == REVOIR


@pytest.mark.parametrize("statut", OUVERTS)
def test_a_demand_that_was_accepted_waits_for_its_payer(statut: str) -> None:
    suite = apres_demande(statut=statut, maintenant=DEBUT, revoir=REVOIR)
    assert suite.revoir == REVOIR
    assert (suite.statut or statut) == StatutPaiement.EN_COURS
    assert suite.statut is None or (statut, suite.statut) in TRANSITIONS


@pytest.mark.parametrize("statut", SUIVIS)
def test_silence_decides_nothing(statut: str) -> None:
    suite = apres_silence(statut=statut, evenement="consultation", revoir=REVOIR)
    assert suite.revoir == REVOIR
    attendu = StatutPaiement.EN_VERIFICATION if statut in OUVERTS else statut
    assert (suite.statut or statut) == attendu
    assert bool(suite.statut) == bool(suite.evenement)
