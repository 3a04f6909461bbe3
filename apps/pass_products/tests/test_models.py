"""What the database refuses of a catalogue, whoever writes it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from apps.pass_clients.tests.refus import refuse
from apps.pass_products.models import Garantie, ProduitPass
from apps.pass_products.tests.factories import GarantieFactory, ProduitEpargneFactory, ProduitFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("valeurs", "contrainte"),
    [
        ({"code_pass": "kimia"}, "produits_code_forme"),
        ({"code_pass": "K"}, "produits_code_forme"),
        ({"code_pass": "KI-MIA"}, "produits_code_forme"),
        ({"code_pass": "KIMIA\n"}, "produits_code_forme"),
        ({"branche": "V"}, "produits_branche_forme"),
        ({"branche": "V1E"}, "produits_branche_forme"),
        ({"prix_minimum": 0}, "produits_prix_ordonnes"),
        ({"prix_minimum": -100}, "produits_prix_ordonnes"),
        ({"prix_minimum": 10_001}, "produits_prix_ordonnes"),
        ({"duree_validite_jours": 0}, "produits_duree_bornee"),
        ({"duree_validite_jours": 3_661}, "produits_duree_bornee"),
        ({"nombre_beneficiaires_max": 7}, "produits_six_beneficiaires"),
        ({"nombre_beneficiaires_max": -1}, "produits_six_beneficiaires"),
        ({"delai_grace_jours": -1}, "produits_grace_positive"),
        ({"periodicites": []}, "produits_une_periodicite"),
        ({"periodicites": ["mensuelle", "quotidienne"]}, "produits_periodicites_connues"),
        ({"categorie": "vie"}, "produits_categorie_connue"),
        ({"statut": "vendu"}, "produits_statut_connu"),
        ({"taux_epargne": "3.50"}, "produits_taux_si_epargne"),
        ({"taux_epargne": "0"}, "produits_taux_si_epargne"),
        ({"categorie": "epargne"}, "produits_taux_si_epargne"),
        ({"categorie": "epargne", "taux_epargne": "-0.01"}, "produits_taux_si_epargne"),
        ({"categorie": "epargne", "taux_epargne": "100.01"}, "produits_taux_si_epargne"),
    ],
)
def test_a_product_that_makes_no_sense_is_refused(valeurs: dict[str, Any], contrainte: str) -> None:
    produit = ProduitFactory()

    with refuse(contrainte):
        ProduitPass.objects.filter(pk=produit.pk).update(**valeurs)

    assert ProduitPass.objects.filter(pk=produit.pk).exclude(**valeurs).exists() or "taux_epargne" in valeurs


def test_a_savings_product_has_a_rate_also_in_forms() -> None:
    produit = ProduitEpargneFactory()

    with refuse("produits_taux_si_epargne"):
        ProduitPass.objects.filter(pk=produit.pk).update(taux_epargne=None)
    produit.taux_epargne = None
    with pytest.raises(ValidationError, match="Un produit d'épargne a un taux de 0 à 100 %"):
        produit.full_clean()


def test_a_code_names_one_product() -> None:
    ProduitFactory(code_pass="KIMIA")
    autre = ProduitFactory(code_pass="SALISA")

    with refuse("produits_code_unique"):
        ProduitPass.objects.filter(pk=autre.pk).update(code_pass="KIMIA")


@pytest.mark.parametrize(
    ("valeurs", "contrainte"),
    [
        ({"montant": -1}, "garanties_montants_positifs"),
        ({"plafond": -1}, "garanties_montants_positifs"),
        ({"franchise": -1}, "garanties_montants_positifs"),
        ({"taux": "-0.01"}, "garanties_taux_pourcent"),
        ({"taux": "100.01"}, "garanties_taux_pourcent"),
        ({"delai_carence_jours": -1}, "garanties_carence_positive"),
        ({"age_min": -1}, "garanties_ages_ordonnes"),
        ({"age_max": 131}, "garanties_ages_ordonnes"),
        ({"age_min": 66, "age_max": 65}, "garanties_ages_ordonnes"),
        ({"type": "cadeau"}, "garanties_type_connu"),
    ],
)
def test_a_guarantee_that_makes_no_sense_is_refused(valeurs: dict[str, Any], contrainte: str) -> None:
    garantie = GarantieFactory()

    with refuse(contrainte):
        Garantie.objects.filter(pk=garantie.pk).update(**valeurs)


def test_a_code_names_one_guarantee_of_a_product() -> None:
    garantie = GarantieFactory(code="DECES")
    GarantieFactory(code="DECES", produit=ProduitEpargneFactory())

    with refuse("garanties_code_unique_par_produit"):
        Garantie.objects.filter(pk=GarantieFactory(produit=garantie.produit).pk).update(code="DECES")


def test_they_are_called_by_their_names() -> None:
    garantie = GarantieFactory()

    assert (str(garantie.produit), str(garantie)) == ("PASS KIMIA", "Décès accidentel")
