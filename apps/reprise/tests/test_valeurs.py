"""What the texts of the former database mean, and where they mean nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.reprise import valeurs
from apps.reprise.models import MotifReprise as M
from nsia_pass_api.ecrits import Illisible, MotifIllisible


def refus(lire: Callable[[], Any]) -> tuple[str, int | None]:
    with pytest.raises(Illisible) as leve:
        lire()
    return leve.value.motif, leve.value.montant


@pytest.mark.parametrize(
    "ecrit",
    [
        "+242061234567", "061234567", "06 123 45 67", "00242061234567", "242 06 123 45 67", "61234567", "61234567.0",
        "(06) 123-45-67", "06.123.45.67", "6.1234567e7", "24261234567", "06 123 45 67 / 05 111 22 33", "06 12 ou 06 123 45 67",
        61234567, "\u202a06 123 45 67\u202c",
    ],
)  # fmt: skip
def test_phones_in_every_writing(ecrit: Any) -> None:
    assert valeurs.telephone(ecrit) == "+242061234567"


@pytest.mark.parametrize("ecrit", ["06 12", "22 281 12 34", "+33612345678", "à demander", "999", "." * 60])
def test_phones_that_cannot_be(ecrit: str) -> None:
    assert refus(lambda: valeurs.telephone(ecrit)) == (M.TELEPHONE_INVALIDE, None)


@pytest.mark.parametrize("ecrit", [None, "", "  ", "NULL", "n/a", "-"])
def test_phones_that_are_not_there(ecrit: Any) -> None:
    assert refus(lambda: valeurs.telephone(ecrit)) == (M.TELEPHONE_ABSENT, None)


def test_states() -> None:
    assert [valeurs.etat(un) for un in ("Actif", "actif", "ACTIF", " RÉSILIÉ ", "En attente", "ExpirÃ©", None)] == [
        "actif", "actif", "actif", "resilie", "en_attente", "expire", "",
    ]  # fmt: skip
    assert refus(lambda: valeurs.etat("???")) == (M.ETAT_INCONNU, None)
    assert [valeurs.statut(un) for un in ("Succès", "SUCCESSFUL", "échoué")] == ["succes", "succes", "echec"]
    assert refus(lambda: valeurs.statut("pending")) == (M.STATUT_INDECIS, None)
    assert refus(lambda: valeurs.statut(None)) == (M.STATUT_INCONNU, None)


def test_polices() -> None:
    assert (valeurs.police(" cg-2026-vie-001 "), valeurs.police(None)) == ("CG-2026-VIE-001", "")
    assert refus(lambda: valeurs.police("CG/2026")) == (M.POLICE_ILLISIBLE, None)


def test_names() -> None:
    un = valeurs.identite({"nom": "Makosso Gisèle", "prenom": None})
    assert (un.nom, un.prenom, un.abimee) == ("MAKOSSO", "Gisèle", False)
    assert (
        valeurs.identite({"nom": "KONGO", "prenom": "Jean"}).cle
        == valeurs.identite({"nom": "Kongo", "prenom": "JEAN"}).cle
    )
    for ligne in ({"nom": "Seul"}, {}, {"nom": "x" * 81, "prenom": "y"}, {"nom": "...", "prenom": "Jean"}):
        assert refus(lambda ligne=ligne: valeurs.identite(ligne)) == (M.NOM_ABSENT, None)


def test_every_reason_why_a_text_is_not_read_is_one_of_the_register() -> None:
    assert dict(M.choices).items() >= dict(MotifIllisible.choices).items()
