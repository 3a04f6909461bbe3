from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.http import HttpResponse
from rest_framework.test import APIClient

from apps.pass_products.models import Garantie, ProduitPass
from apps.pass_products.tests.factories import GarantieFactory, ProduitEpargneFactory, ProduitFactory
from nsia_pass_api.dates import aujourdhui
from nsia_pass_api.tests.conformite import verifier_conformite

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    """Anyone: no token."""
    return APIClient()


def devis(api: APIClient, code: str = "KIMIA", **demande: Any) -> HttpResponse:
    return api.post(f"/api/v1/produits/{code}/devis/", demande, format="json")


def test_the_catalogue_shows_products_on_sale_with_their_guarantees(api: APIClient) -> None:
    GarantieFactory(produit=ProduitFactory(), code="DECES", libelle="Décès accidentel", montant=500_000)
    GarantieFactory(
        produit=ProduitEpargneFactory(), code="EPARGNE", type=Garantie.Type.EPARGNE, montant=None, taux="3.50"
    )
    ProduitFactory(code_pass="SALISA", statut=ProduitPass.Statut.INACTIF)
    ProduitFactory(code_pass="VIEUX", statut=ProduitPass.Statut.ARCHIVE)

    response = api.get("/api/v1/produits/")

    page = verifier_conformite(response)
    assert (page["next"], page["previous"]) == (None, None)
    assert [produit["code_pass"] for produit in page["results"]] == ["BATELA", "KIMIA"]
    batela, kimia = page["results"]
    assert (batela["taux_epargne"], kimia["taux_epargne"]) == ("3.50", None)
    assert kimia["garanties"] == [
        {
            "code": "DECES",
            "libelle": "Décès accidentel",
            "type": "capital",
            "montant": 500_000,
            "plafond": None,
            "franchise": None,
            "taux": None,
            "delai_carence_jours": 0,
            "age_min": None,
            "age_max": None,
            "a_confirmer": True,
        }
    ]


@pytest.mark.parametrize("nombre", [1, 5])
def test_the_catalogue_takes_two_queries(api: APIClient, nombre: int, django_assert_num_queries: Any) -> None:
    for rang in range(nombre):
        GarantieFactory.create_batch(2, produit=ProduitFactory(code_pass=f"PRODUIT{rang}"))

    with django_assert_num_queries(2):
        response = api.get("/api/v1/produits/")

    assert len(response.json()["results"]) == nombre


def test_an_empty_catalogue(api: APIClient) -> None:
    assert verifier_conformite(api.get("/api/v1/produits/")) == {"next": None, "previous": None, "results": []}


def test_the_catalogue_is_read_page_by_page(api: APIClient) -> None:
    codes = [f"PRODUIT{rang}" for rang in range(5)]
    for code in codes:
        ProduitFactory(code_pass=code)
    url, vus = "/api/v1/produits/?page_size=2", []
    while url:
        page = verifier_conformite(api.get(url))
        vus.append([produit["code_pass"] for produit in page["results"]])
        url = page["next"]

    assert vus == [codes[:2], codes[2:4], codes[4:]]


@pytest.mark.parametrize("code", ["KIMIA", "kimia", "Kimia"])
def test_a_product_is_found_in_any_case_in_two_queries(
    api: APIClient, code: str, django_assert_num_queries: Any
) -> None:
    GarantieFactory.create_batch(3, produit=ProduitFactory())

    with django_assert_num_queries(2):
        response = api.get(f"/api/v1/produits/{code}/")

    produit = verifier_conformite(response)
    assert (produit["nom_pass"], len(produit["garanties"])) == ("PASS KIMIA", 3)


@pytest.mark.parametrize("statut", [ProduitPass.Statut.INACTIF, ProduitPass.Statut.ARCHIVE])
def test_a_withdrawn_product_answers_as_an_unknown_one(api: APIClient, statut: str) -> None:
    ProduitFactory(statut=statut)
    demande = {"montant": 1_200, "periodicite": "mensuelle"}
    same = {"HTTP_X_REQUEST_ID": "une-requete"}

    retire = api.get("/api/v1/produits/KIMIA/", **same), devis(api, "KIMIA", **demande)
    inconnu = api.get("/api/v1/produits/RIEN/", **same), devis(api, "RIEN", **demande)

    assert retire[0].content == inconnu[0].content
    assert {response.status_code for response in (*retire, *inconnu)} == {404}
    assert {verifier_conformite(response)["detail"] for response in (*retire, *inconnu)} == {
        "Ce produit n'existe pas ou n'est plus proposé."
    }


def test_a_quote_gives_the_instalments_and_writes_nothing(api: APIClient, django_assert_num_queries: Any) -> None:
    ProduitFactory()

    with django_assert_num_queries(3):  # the product, its guarantees, the settings
        response = devis(
            api, montant=1_000, periodicite="trimestrielle", date_debut=f"{aujourdhui() + timedelta(days=3)}"
        )

    reponse = verifier_conformite(response)
    debut = aujourdhui() + timedelta(days=3)
    bornes = [debut + timedelta(days=jours) for jours in (0, 91, 182, 273, 365)]
    assert {champ: valeur for champ, valeur in reponse.items() if champ != "echeances"} == {
        "produit": "KIMIA",
        "prime": 1_000,
        "periodicite": "trimestrielle",
        "nombre_echeances": 4,
        "date_debut": f"{debut}",
        "date_fin": f"{debut + timedelta(days=365)}",
        "dernier_jour_couvert": f"{debut + timedelta(days=364)}",
        "avertissements": [],
        "date_naissance_requise": False,
        "age_min": None,
        "age_max": None,
    }
    assert reponse["echeances"] == [
        {
            "numero": rang,
            "date_debut": f"{du}",
            "date_fin": f"{au}",
            "dernier_jour_couvert": f"{au - timedelta(days=1)}",
            "date_echeance": f"{du}",
            "montant": 250,
        }
        for rang, (du, au) in enumerate(pairwise(bornes), start=1)
    ]


def test_a_quote_begins_today_unless_told(api: APIClient) -> None:
    ProduitFactory()

    assert devis(api, montant=1_200, periodicite="unique").json()["date_debut"] == f"{aujourdhui()}"


def test_instalments_sum_to_the_premium(api: APIClient) -> None:
    ProduitFactory()

    reponse = devis(api, montant=1_003, periodicite="hebdomadaire").json()

    assert reponse["nombre_echeances"] == len(reponse["echeances"]) == 52
    assert sum(echeance["montant"] for echeance in reponse["echeances"]) == 1_003


def test_a_quote_above_the_ceiling_warns(api: APIClient, settings: Any) -> None:
    settings.PLAFOND_PRIMES_ANNUEL = 9_999
    settings.PLAFOND_PRIMES_MODE = "avertir"
    ProduitFactory()

    response = devis(api, montant=10_000, periodicite="annuelle")

    assert verifier_conformite(response)["avertissements"] == [
        "Le total des primes atteint 10\u202f000\u202fFCFA par an ; le plafond de la micro-assurance est de 9\u202f999\u202fFCFA."
    ]


@pytest.mark.parametrize(
    ("demande", "code", "detail"),
    [
        (
            {"montant": 99, "periodicite": "unique"},
            "montant_hors_limites",
            "Choisissez un montant entre 100\u202fFCFA et 10\u202f000\u202fFCFA.",
        ),
        (
            {"montant": 10_001, "periodicite": "unique"},
            "montant_hors_limites",
            "Choisissez un montant entre 100\u202fFCFA et 10\u202f000\u202fFCFA.",
        ),
        (
            {"montant": 1_000, "periodicite": "annuelle"},
            "periodicite_non_permise",
            "Pour PASS KIMIA, choisissez une périodicité parmi : unique, hebdomadaire.",
        ),
    ],
)
def test_what_the_product_does_not_allow(api: APIClient, demande: dict[str, Any], code: str, detail: str) -> None:
    ProduitFactory(periodicites=["unique", "hebdomadaire"])

    response = devis(api, **demande)

    probleme = verifier_conformite(response)
    assert (response.status_code, probleme["code"], probleme["detail"]) == (422, code, detail)


def test_less_than_a_franc_an_instalment(api: APIClient) -> None:
    ProduitFactory(prix_minimum=10)

    response = devis(api, montant=51, periodicite="hebdomadaire")

    assert (response.status_code, verifier_conformite(response)["detail"]) == (
        422,
        "Ce montant ne peut pas se payer en autant d'échéances. Choisissez une périodicité plus longue.",
    )
    assert devis(api, montant=52, periodicite="hebdomadaire").status_code == 200


ENTIER = "Indiquez un montant entier en francs CFA, sans virgule ni guillemets (exemple : 5000)."
FORME_DATE = "Écrivez la date sous la forme AAAA-MM-JJ, par exemple 2026-11-21."


@pytest.mark.parametrize(
    ("champ", "valeur", "message"),
    [
        ("montant", None, "Ce champ ne peut pas être vide (null)."),
        ("montant", "1200", ENTIER),
        ("montant", "١٢٠٠", ENTIER),
        ("montant", 1_200.0, ENTIER),
        ("montant", 1_200.5, ENTIER),
        ("montant", True, ENTIER),
        ("montant", [1_200], ENTIER),
        ("montant", {"xaf": 1_200}, ENTIER),
        ("montant", 0, "Le montant doit être d'au moins 1\u202fFCFA."),
        ("montant", -1_200, "Le montant doit être d'au moins 1\u202fFCFA."),
        ("montant", 2**40, "Le montant ne peut pas dépasser 1\u202f000\u202f000\u202f000\u202fFCFA."),
        ("periodicite", None, "Ce champ ne peut pas être vide (null)."),
        ("periodicite", "quotidienne", "« quotidienne » n'est pas un des choix possibles."),
        ("periodicite", "месячная", "« месячная » n'est pas un des choix possibles."),
        ("periodicite", 12, "« 12 » n'est pas un des choix possibles."),
        ("periodicite", {}, "« {} » n'est pas un des choix possibles."),
        ("date_debut", None, "Ce champ ne peut pas être vide (null)."),
        ("date_debut", "21/11/2026", FORME_DATE),
        ("date_debut", "2026-02-30", FORME_DATE),
        ("date_debut", 20_261_121, FORME_DATE),
        ("date_debut", ["2026-11-21"], FORME_DATE),
        ("date_debut", "0001-01-01", "La date de début ne peut pas être passée."),
        ("date_debut", "9999-12-31", "La date de début doit être dans l'année qui vient."),
    ],
)
def test_a_field_that_cannot_be_read_is_named(api: APIClient, champ: str, valeur: object, message: str) -> None:
    ProduitFactory()

    response = devis(api, **{"montant": 1_200, "periodicite": "mensuelle", champ: valeur})

    probleme = verifier_conformite(response)
    assert (response.status_code, probleme["champs"]) == (400, {champ: [message]})


def test_the_first_day_is_within_a_year(api: APIClient) -> None:
    ProduitFactory()

    def statut(jours: int) -> int:
        debut = aujourdhui() + timedelta(days=jours)
        return devis(api, montant=1_200, periodicite="unique", date_debut=f"{debut}").status_code

    assert [statut(jours) for jours in (-1, 0, 365, 366)] == [400, 200, 200, 400]


def test_an_empty_request_names_what_is_missing(api: APIClient) -> None:
    ProduitFactory()

    obligatoire = ["Ce champ est obligatoire."]
    assert verifier_conformite(devis(api))["champs"] == {"montant": obligatoire, "periodicite": obligatoire}


@pytest.mark.parametrize("code", ["KIMIA%20", "%2e%2e", "KIM%20IA", "КИМИА", "K" * 5_000])
def test_a_code_that_cannot_be_one_is_not_found(api: APIClient, code: str) -> None:
    assert api.get(f"/api/v1/produits/{code}/").status_code == 404
