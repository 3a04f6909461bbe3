"""Ages: on every day, of everybody born in a century and a half, and the limits of a product."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pass_products.ages import Limites, age, date_requise, des_assures, du_souscripteur
from apps.pass_products.errors import AgeHorsLimites, DateNaissanceRequise
from apps.pass_products.models import Garantie
from apps.pass_products.services import etablir_devis, verifier_assure, verifier_souscripteur
from apps.pass_products.tests.factories import GarantieFactory, ProduitFactory

JOURS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
NAISSANCES = st.dates(date(1900, 1, 1), date(2060, 12, 31))
ANS = st.none() | st.integers(0, 130)
LIMITES = st.builds(lambda a, b: Limites(*sorted((a, b))) if None not in (a, b) else Limites(a, b), ANS, ANS)


def compter(naissance: date, jour: date) -> int:
    """Birthday by birthday; a 29 February is kept on 1 March of common years."""
    ans = 0
    while True:
        try:
            anniversaire = naissance.replace(year=naissance.year + ans + 1)
        except ValueError:
            anniversaire = date(naissance.year + ans + 1, 3, 1)
        if anniversaire > jour:
            return ans
        ans += 1


@given(naissance=NAISSANCES, jour=JOURS)
def test_an_age_is_the_number_of_birthdays(naissance: date, jour: date) -> None:
    if naissance > jour:
        assert age(naissance, jour=jour) < 0 or naissance.year == jour.year
    else:
        assert age(naissance, jour=jour) == compter(naissance, jour)


@given(naissance=NAISSANCES, jour=JOURS)
def test_nobody_grows_younger(naissance: date, jour: date) -> None:
    assert 0 <= age(naissance, jour=jour + timedelta(days=1)) - age(naissance, jour=jour) <= 1
    assert age(naissance, jour=jour) - age(naissance + timedelta(days=1), jour=jour) in (0, 1)


@pytest.mark.parametrize(
    ("naissance", "jour", "ans"),
    [
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-29", 20),
        ("1961-11-21", "2026-11-20", 64),
        ("1961-11-21", "2026-11-21", 65),
        ("1960-11-22", "2026-11-21", 65),
        ("1960-11-21", "2026-11-21", 66),
        ("2026-11-21", "2026-11-21", 0),
        ("1940-01-01", "2026-11-21", 86),
    ],
)
def test_ages(naissance: str, jour: str, ans: int) -> None:
    assert age(date.fromisoformat(naissance), jour=date.fromisoformat(jour)) == ans


@given(limites=LIMITES, naissance=NAISSANCES, jour=JOURS)
def test_birth_dates_are_those_of_the_ages(limites: Limites, naissance: date, jour: date) -> None:
    """What SQL compares says what Python counts, also on a 29 February."""
    premiere, derniere = limites.naissances(jour=jour)

    dedans = (premiere is None or naissance >= premiere) and (derniere is None or naissance <= derniere)
    assert dedans == limites.admettent(age(naissance, jour=jour))


@given(limites=st.lists(LIMITES, max_size=4), ans=st.integers(0, 140))
def test_a_subscriber_is_covered_by_all_and_an_insured_by_one(limites: list[Limites], ans: int) -> None:
    garanties = [Garantie(age_min=une.minimum, age_max=une.maximum) for une in limites]

    assert du_souscripteur(garanties).admettent(ans) == all(une.admettent(ans) for une in limites)
    plages = des_assures(garanties)
    assert any(une.admettent(ans) for une in plages) == any(une.admettent(ans) for une in limites)
    for avant, apres in pairwise(plages):
        assert avant.maximum is not None
        assert apres.minimum is not None
        assert avant.maximum + 1 < apres.minimum
    assert date_requise(garanties) == any(une != Limites() for une in limites)


@pytest.mark.parametrize(
    ("limites", "dit"),
    [
        (Limites(18, 65), "de 18 à 65 ans"),
        (Limites(0, 65), "jusqu'à 65 ans"),
        (Limites(0, None), "à tout âge"),
        (Limites(18, None), "à partir de 18 ans"),
        (Limites(None, 65), "jusqu'à 65 ans"),
    ],
)
def test_limits_in_words(limites: Limites, dit: str) -> None:
    assert str(limites) == dit


@pytest.mark.django_db
class TestVerifier:
    JOUR = date(2026, 11, 21)

    def test_the_first_and_the_last_day_of_the_limits(self) -> None:
        produit = GarantieFactory(age_min=18, age_max=65).produit
        GarantieFactory(produit=produit, age_min=18, age_max=70)

        for naissance in (date(2008, 11, 21), date(1960, 11, 22)):
            verifier_souscripteur(produit=produit, naissance=naissance, jour=self.JOUR)
        for naissance, ans in ((date(2008, 11, 22), 17), (date(1960, 11, 21), 66), (date(1940, 5, 1), 86)):
            with pytest.raises(AgeHorsLimites) as refus:
                verifier_souscripteur(
                    produit=produit, naissance=naissance, jour=self.JOUR, champ="client.date_naissance"
                )
            assert refus.value.detail == (
                f"PASS KIMIA se souscrit de 18 à 65 ans, et cette date de naissance donne {ans} ans. "
                "Choisissez un autre PASS, ou adressez-vous à une agence NSIA."
            )
            assert refus.value.champs == {"client.date_naissance": [refus.value.detail]}

    def test_a_date_is_asked_where_a_guarantee_has_a_limit(self) -> None:
        produit = GarantieFactory(age_max=65).produit

        with pytest.raises(DateNaissanceRequise) as refus:
            verifier_souscripteur(produit=produit, naissance=None, jour=self.JOUR)
        assert refus.value.detail == "La date de naissance est nécessaire : PASS KIMIA se souscrit jusqu'à 65 ans."
        assert list(refus.value.champs) == ["date_naissance"]

    def test_without_limits_nothing_is_asked(self) -> None:
        produit = GarantieFactory().produit

        verifier_souscripteur(produit=produit, naissance=None, jour=self.JOUR)
        verifier_assure(produit=produit, nom="Paul", naissance=None, jour=self.JOUR)
        assert not etablir_devis(
            produit=produit, montant=1_200, periodicite="mensuelle", date_debut=self.JOUR
        ).date_naissance_requise

    def test_guarantees_without_a_common_age_are_sold_to_nobody(self) -> None:
        produit = GarantieFactory(age_max=17).produit
        GarantieFactory(produit=produit, age_min=18)

        with pytest.raises(AgeHorsLimites, match="ne couvrent ensemble aucun âge"):
            verifier_souscripteur(produit=produit, naissance=date(1990, 1, 1), jour=self.JOUR)

    def test_an_insured_child_is_covered_by_one_guarantee(self) -> None:
        produit = GarantieFactory(age_min=0, age_max=65).produit
        GarantieFactory(produit=produit, age_min=18, age_max=70)

        for naissance in (date(2026, 11, 21), date(1955, 11, 22)):
            verifier_assure(produit=produit, nom="Paul", naissance=naissance, jour=self.JOUR)
        with pytest.raises(AgeHorsLimites, match="jusqu'à 70 ans, et la date de naissance de Paul donne 71 ans"):
            verifier_assure(produit=produit, nom="Paul", naissance=date(1955, 11, 21), jour=self.JOUR)
        with pytest.raises(DateNaissanceRequise, match="donnez la date pour Paul"):
            verifier_assure(produit=produit, nom="Paul", naissance=None, jour=self.JOUR)

    def test_a_quote_is_of_the_first_day_of_cover(self) -> None:
        """Sixty-five today, sixty-six when the cover would begin."""
        produit = ProduitFactory()
        GarantieFactory(produit=produit, age_min=18, age_max=65)
        offre = {"produit": produit, "montant": 1_200, "periodicite": "mensuelle"}
        naissance = self.JOUR.replace(year=1960) + timedelta(days=10)

        devis = etablir_devis(**offre, date_debut=self.JOUR, date_naissance=naissance)
        assert (devis.date_naissance_requise, devis.age_min, devis.age_max) == (False, 18, 65)
        assert etablir_devis(**offre, date_debut=self.JOUR).date_naissance_requise
        with pytest.raises(AgeHorsLimites):
            etablir_devis(**offre, date_debut=self.JOUR + timedelta(days=10), date_naissance=naissance)
        with pytest.raises(AgeHorsLimites) as refus:
            etablir_devis(**offre, date_debut=self.JOUR, assures=[naissance, date(2026, 1, 1)])
        assert list(refus.value.champs) == ["assures.1"]
