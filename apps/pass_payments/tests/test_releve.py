from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from apps.pass_payments.operateurs import LigneReleve, ReleveIndisponible
from apps.pass_payments.operateurs.releve import lire_releve_csv

REFERENCE = "6f1c9b0e-7a33-4f0e-9a51-0c9d2f1b7a10"
ENTETE = (
    "date,reference,operateur,produit,type,reference_externe,transaction_financiere,telephone,montant,devise,solde\n"
)
LIGNE = (
    f"2026-11-21T08:30:00+01:00,{REFERENCE},mtn,collection,requesttopay,PAY-1,1234567890,242066123456,1500,XAF,500\n"
)
BRAZZAVILLE = timezone(timedelta(hours=1))


def test_celui_du_simulateur() -> None:
    assert list(lire_releve_csv(ENTETE + LIGNE + LIGNE.replace(",1500,", ",-700.0,"), operateur="mtn")) == [
        LigneReleve(
            reference=UUID(REFERENCE),
            code_confirmation="1234567890",
            montant=montant,
            telephone="+242066123456",
            quand=datetime(2026, 11, 21, 8, 30, tzinfo=BRAZZAVILLE),
            numero="PAY-1",
        )
        for montant in (1_500, -700)
    ]
    assert list(lire_releve_csv(ENTETE, operateur="mtn")) == []


def test_un_tableur_francais_aux_colonnes_necessaires_seules() -> None:
    ecrit = "\ufeffmontant; date ;transaction_financiere\r\n1500;2026-11-21 08:30;77\r\n\r\n"
    assert list(lire_releve_csv(ecrit, operateur="mtn")) == [
        LigneReleve(
            reference=None,
            code_confirmation="77",
            montant=1_500,
            telephone="",
            quand=datetime(2026, 11, 21, 8, 30, tzinfo=BRAZZAVILLE),
        )
    ]


@pytest.mark.parametrize(
    ("ancien", "nouveau", "dit"),
    [
        (",1500,", ",,", "le montant est vide"),
        (",1500,", ",12.50,", "« 12.50 » n'est pas un nombre entier de francs"),
        (",1500,", ",0,", "« 0 » n'est pas un nombre entier de francs"),
        (",1500,", ",--5,", "« --5 » n'est pas un nombre entier de francs"),
        (",XAF,", ",EUR,", "la devise « EUR » n'est pas XAF"),
        (",mtn,", ",airtel,", "l'opérateur « airtel » n'est pas mtn"),
        ("1234567890", "", "transaction_financiere est vide ou illisible"),
        ("1234567890", "1" * 65, "transaction_financiere est vide ou illisible"),
        ("2026-11-21T08:30:00+01:00", "hier", "« hier » n'est pas une date, par exemple 2026-11-21T08:30:00+01:00"),
        (REFERENCE, "REF", "« REF » n'est pas une de nos références"),
        (",500\n", "\n", "elle n'a pas autant de valeurs que la première ligne a de colonnes"),
        (",500\n", ",500,1\n", "elle n'a pas autant de valeurs que la première ligne a de colonnes"),
    ],
)
def test_une_ligne_mal_ecrite_refuse_tout_et_donne_son_numero(ancien: str, nouveau: str, dit: str) -> None:
    with pytest.raises(ReleveIndisponible) as refus:
        lire_releve_csv(ENTETE + LIGNE + LIGNE.replace(ancien, nouveau), operateur="mtn")
    assert str(refus.value) == f"Ligne 3 du relevé : {dit}."


@pytest.mark.parametrize("ecrit", ["", "\n", "date,montant\n", "<html>"])
def test_des_colonnes_absentes(ecrit: str) -> None:
    with pytest.raises(ReleveIndisponible, match=r"Ligne 1 du relevé : colonnes absentes : .*transaction_financiere"):
        lire_releve_csv(ecrit, operateur="mtn")


def test_des_guillemets_mal_fermes() -> None:
    with pytest.raises(ReleveIndisponible, match=r"Ligne 2 du relevé : guillemets mal fermés\."):
        lire_releve_csv(ENTETE + '"2026' + LIGNE, operateur="mtn")
