from datetime import date, timedelta
from typing import Any

import pytest

from apps.pass_payments.alerts import alertes

JOUR = date(2026, 11, 21)


def contrat(
    etat: str = "Actif", *, police: str = "CG-2026-VIE-001", reste: int | None = 200, **champs: Any
) -> dict[str, Any]:
    return {
        "police": police,
        "nom_produit": "PASS KIMIA",
        "etat_du_contrat": etat,
        "date_expiration": None if reste is None else JOUR + timedelta(days=reste),
        "etat_depuis": {"Suspendu": date(2026, 11, 3), "Résilié": date(2026, 11, 5)}.get(etat),
        "montant_en_retard": 0,
        "jours_de_retard": 0,
        "reste_a_payer": 0,
        **champs,
    }


def codes(*contrats: dict[str, Any]) -> list[tuple[str, str]]:
    return [(a["code"], a["message"]) for a in alertes(contrats=contrats, jour=JOUR, preavis_jours=30)]


@pytest.mark.parametrize("etat", ["Actif", "En attente", "Résilié"])
def test_nothing_to_say(etat: str) -> None:
    assert codes(contrat(etat)) == []


@pytest.mark.parametrize("etat", ["En attente", "Résilié"])
def test_a_contract_that_a_payment_would_not_mend_is_not_claimed(etat: str) -> None:
    assert codes(contrat(etat, reste=-5, montant_en_retard=300, jours_de_retard=40)) == []


def test_late_since_yesterday() -> None:
    assert codes(contrat(montant_en_retard=1_300, jours_de_retard=1)) == [
        (
            "cotisation_en_retard",
            "PASS KIMIA : 1\u202f300\u202fFCFA en retard depuis 1 jour. Payez maintenant pour garder votre couverture.",
        )
    ]


def test_late_and_ending() -> None:
    assert [code for code, _ in codes(contrat(reste=1, montant_en_retard=100, jours_de_retard=30))] == [
        "cotisation_en_retard",
        "expiration_proche",
    ]


def test_expired_with_a_debt_promises_no_cover_for_the_debt_alone() -> None:
    assert codes(contrat("Expiré", reste=-3, montant_en_retard=100, jours_de_retard=30)) == [
        (
            "contrat_expire",
            "PASS KIMIA a pris fin le 17/11/2026. Renouvelez-le pour retrouver votre couverture. "
            "Le paiement comprendra les 100\u202fFCFA encore dus.",
        ),
    ]


def test_suspended_by_nsia_without_a_debt() -> None:
    (alerte,) = alertes(contrats=[contrat("Suspendu", etat_depuis=None)], jour=JOUR, preavis_jours=30)

    assert alerte == {
        "type": "assistance",
        "code": "contrat_suspendu",
        "niveau": "urgent",
        "message": "PASS KIMIA : votre couverture est suspendue. Parlez-en à un conseiller pour la retrouver.",
        "police": "CG-2026-VIE-001",
        "montant": None,
        "date": None,
    }


def test_suspended_and_ending_says_only_what_must_come_first() -> None:
    assert [code for code, _ in codes(contrat("Suspendu", reste=5, montant_en_retard=100, jours_de_retard=40))] == [
        "contrat_suspendu"
    ]


@pytest.mark.parametrize(("reste", "attendu"), [(32, []), (31, ["expiration_proche"]), (1, ["expiration_proche"])])
def test_notice_is_given_thirty_days_before_the_last_covered_one(reste: int, attendu: list[str]) -> None:
    assert [code for code, _ in codes(contrat(reste=reste))] == attendu


def test_a_contract_without_a_period_has_no_end() -> None:
    assert codes(contrat(reste=None)) == []
    assert codes(contrat("Expiré", reste=None)) == [
        ("contrat_expire", "PASS KIMIA a pris fin. Renouvelez-le pour retrouver votre couverture.")
    ]


def test_by_code_then_the_oldest_first() -> None:
    contrats = [
        contrat(police="A", montant_en_retard=1, jours_de_retard=2),
        contrat(police="B", montant_en_retard=1, jours_de_retard=9),
        contrat("Suspendu", police="C", montant_en_retard=1, jours_de_retard=3),
        contrat(police="D", montant_en_retard=1, jours_de_retard=2),
    ]

    assert [a["police"] for a in alertes(contrats=contrats, jour=JOUR, preavis_jours=30)] == ["C", "B", "A", "D"]
