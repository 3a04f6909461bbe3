"""The allocator of numbers, and the templates that dress them."""

import pytest
from django.db import transaction
from hypothesis import example, given
from hypothesis import settings as reglages
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from apps.pass_clients.numbers import forme_police, forme_souscription, numero_police, numero_souscription
from apps.pass_products.tests.factories import ProduitEpargneFactory, ProduitFactory
from apps.socle.models import SerieNumero
from apps.socle.numbers import ECART_MANUEL_MAX, Forme, allouer, reserver, tenir
from apps.socle.numbers import forme as forme_remplie
from nsia_pass_api.settings import environment
from nsia_pass_api.settings.environment import number_format
from tests.tirages import tirages

SERIE = {"serie": "police-VIE", "annee": 2026}

MODELES = [
    "CG-{annee}-{branche}-{sequence:03d}",
    "CG-{annee}-{branche}-{sequence}",
    "{sequence:09d}-{branche}{annee}",
    "{annee}{branche}X{sequence:d}X",
    "NSIA-{branche}-{sequence:04}-{annee}-CG",
]


@pytest.mark.parametrize("modele", MODELES)
def test_the_templates_tried_here_are_those_that_settings_accept(modele: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "noms_lus", set())
    monkeypatch.setenv("FORMAT_D_ESSAI", modele)

    longest = {"annee": "2026", "branche": "ABCDE"}
    assert number_format("FORMAT_D_ESSAI", modele, longest=longest, max_length=30) == modele


@given(
    modele=st.sampled_from(MODELES),
    annee=st.integers(2000, 2100),
    branche=st.sampled_from(["VIE", "EPG", "SAN", "XX"]),
    sequence=st.integers(0, 10**12),
)
def test_a_number_gives_its_sequence_back(modele: str, annee: int, branche: str, sequence: int) -> None:
    forme = forme_remplie(modele, annee=annee, branche=branche)

    numero = forme.numero(sequence)

    assert numero == modele.format(annee=annee, branche=branche, sequence=sequence)
    assert forme.sequence(numero) == sequence


@given(modele=st.sampled_from(MODELES), texte=st.text(alphabet="CG2026VIESANX0123456789-", max_size=30))
@example(modele=MODELES[0], texte="CG-2026-VIE-0001")
@example(modele=MODELES[0], texte="CG-2026-VIE-1")
@example(modele=MODELES[0], texte="CG-2026-VIE-")
@example(modele=MODELES[4], texte="NSIA-VIE-2026-CG")
@reglages(max_examples=tirages(100))
def test_only_numbers_of_the_form_have_a_sequence(modele: str, texte: str) -> None:
    forme = forme_remplie(modele, annee=2026, branche="VIE")

    sequence = forme.sequence(texte)

    assert sequence is None or forme.numero(sequence) == texte


@pytest.mark.parametrize(
    "numero", ["CG-2025-VIE-001", "CG-2026-EPG-001", "CG-2026-VIE-٠٠١", "CG-2026-VIE-+01", "CG-2026-VIE-²01"]
)
def test_what_is_not_of_the_form_has_none(numero: str) -> None:
    assert forme_police(annee=2026, branche="VIE").sequence(numero) is None


def test_forms_of_the_settings(settings: Settings) -> None:
    settings.FORMAT_POLICE = "CG-{annee}-{branche}-{sequence:03d}"
    settings.FORMAT_SOUSCRIPTION = "PASS-{produit}-{annee}-{sequence:06d}"

    assert forme_police(annee=2026, branche="VIE") == Forme(avant="CG-2026-VIE-", largeur=3, apres="")
    assert forme_souscription(annee=2026, code_produit="KIMIA").numero(123) == "PASS-KIMIA-2026-000123"
    assert forme_police(annee=2026, branche="VIE").numero(12_345) == "CG-2026-VIE-12345"


@pytest.mark.django_db
def test_numbers_follow_each_other_by_series_and_year() -> None:
    assert list(allouer(**SERIE)) == [1]
    assert list(allouer(**SERIE, nombre=3)) == [2, 3, 4]
    assert list(allouer(serie="police-EPG", annee=2026)) == [1]
    assert list(allouer(serie="police-VIE", annee=2027)) == [1]
    assert list(allouer(**SERIE)) == [5]
    assert list(allouer(**SERIE, nombre=0)) == []
    assert list(SerieNumero.objects.order_by("id").values_list("serie", "annee", "dernier")) == [
        ("police-VIE", 2026, 5),
        ("police-EPG", 2026, 1),
        ("police-VIE", 2027, 1),
    ]


@pytest.mark.django_db
def test_a_rollback_gives_numbers_back() -> None:
    allouer(**SERIE, nombre=7)

    with transaction.atomic():
        allouer(**SERIE, nombre=100)
        reserver(**SERIE, sequence=500)
        transaction.set_rollback(True)

    assert list(allouer(**SERIE)) == [8]


@pytest.mark.django_db
def test_to_hold_a_series_moves_nothing() -> None:
    assert tenir(**SERIE) == 0
    allouer(**SERIE, nombre=4)
    assert tenir(**SERIE) == 4
    assert list(allouer(**SERIE)) == [5]


@pytest.mark.django_db
def test_a_reserved_number_is_not_drawn_again() -> None:
    allouer(**SERIE, nombre=10)

    assert reserver(**SERIE, sequence=3)
    assert reserver(**SERIE, sequence=10)
    assert list(allouer(**SERIE)) == [11]
    assert reserver(**SERIE, sequence=20)
    assert list(allouer(**SERIE)) == [21]


@pytest.mark.django_db
def test_a_number_far_ahead_is_a_typing_error() -> None:
    allouer(**SERIE, nombre=5)

    assert not reserver(**SERIE, sequence=5 + ECART_MANUEL_MAX + 1)
    assert list(allouer(**SERIE)) == [6]
    assert reserver(**SERIE, sequence=6 + ECART_MANUEL_MAX)
    assert list(allouer(**SERIE)) == [7 + ECART_MANUEL_MAX]


@pytest.mark.django_db
def test_a_series_passes_the_width_of_its_form(settings: Settings) -> None:
    settings.FORMAT_POLICE = "CG-{annee}-{branche}-{sequence:03d}"
    kimia = ProduitFactory()
    SerieNumero.objects.create(serie="police-VIE", annee=2026, dernier=998)

    assert [numero_police(produit=kimia, annee=2026) for _ in range(3)] == [
        "CG-2026-VIE-999",
        "CG-2026-VIE-1000",
        "CG-2026-VIE-1001",
    ]


@pytest.mark.django_db
def test_products_of_a_branch_share_its_polices_but_not_their_subscriptions() -> None:
    kimia, autre, batela = ProduitFactory(), ProduitFactory(code_pass="KIMIA2"), ProduitEpargneFactory()

    assert numero_police(produit=kimia, annee=2026) == "CG-2026-VIE-001"
    assert numero_police(produit=autre, annee=2026) == "CG-2026-VIE-002"
    assert numero_police(produit=batela, annee=2026) == "CG-2026-EPG-001"
    assert numero_souscription(produit=kimia, annee=2026) == "PASS-KIMIA-2026-000001"
    assert numero_souscription(produit=autre, annee=2026) == "PASS-KIMIA2-2026-000001"


@pytest.mark.django_db
def test_a_batch_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert len(allouer(**SERIE, nombre=100_000)) == 100_000
