import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.mtn_integration.ecriture import note, partie
from apps.mtn_integration.motifs import MOTIFS
from apps.pass_payments.motifs import MotifEchec
from apps.pass_payments.operateurs import ecriture
from apps.simulateur.protocole import RAISONS

# The line « Reasons » of the protocol's description, and the codes of its table of errors that come as reasons.
RAISONS_DE_LA_SPECIFICATION = {
    *("PAYER_NOT_FOUND", "PAYEE_NOT_FOUND", "NOT_ENOUGH_FUNDS", "PAYER_LIMIT_REACHED", "PAYEE_LIMIT_REACHED"),
    *("PAYEE_NOT_ALLOWED_TO_RECEIVE", "PAYMENT_NOT_APPROVED", "APPROVAL_REJECTED", "EXPIRED", "TRANSACTION_CANCELED"),
    *("NOT_ALLOWED", "COULD_NOT_PERFORM_TRANSACTION", "SENDER_ACCOUNT_NOT_ACTIVE", "TRANSACTION_NOT_FOUND"),
    *("VALIDATION_ERROR", "INTERNAL_PROCESSING_ERROR", "SERVICE_UNAVAILABLE"),
    *("LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED", "NOT_ALLOWED_TARGET_ENVIRONMENT"),
    *("INVALID_CALLBACK_URL_HOST", "INVALID_CURRENCY"),
}


def test_chaque_raison_a_son_motif() -> None:
    assert set(MOTIFS.raisons) == RAISONS_DE_LA_SPECIFICATION == RAISONS
    assert MotifEchec.AUTRE not in MOTIFS.raisons.values()
    for encaissement in (True, False):
        assert MOTIFS.d_echec("UNE_AUTRE", encaissement=encaissement) is MotifEchec.AUTRE


def test_le_beneficiaire_d_un_paiement_c_est_nous() -> None:
    for raison in ("PAYEE_NOT_FOUND", "PAYEE_LIMIT_REACHED", "PAYEE_NOT_ALLOWED_TO_RECEIVE"):
        assert MOTIFS.d_echec(raison, encaissement=True) is MotifEchec.DEMANDE_INVALIDE
        assert MOTIFS.d_echec(raison, encaissement=False) in (MotifEchec.COMPTE_INCONNU, MotifEchec.BENEFICIAIRE_REFUSE)


@pytest.mark.parametrize(
    ("raison", "statut", "encaissement", "attendu"),
    [
        ("", 403, True, MotifEchec.DEMANDE_INVALIDE),
        ("", 403, False, MotifEchec.OPERATION_INTERDITE),
        ("", 401, False, MotifEchec.DEMANDE_INVALIDE),
        ("NEUF", 400, True, MotifEchec.DEMANDE_INVALIDE),
        ("NOT_ALLOWED", 500, True, MotifEchec.OPERATION_INTERDITE),
    ],
)
def test_motif_de_refus(raison: str, statut: int, encaissement: bool, attendu: MotifEchec) -> None:
    assert MOTIFS.de_refus(raison, statut=statut, encaissement=encaissement) is attendu


@pytest.mark.parametrize(
    ("ecrite", "attendue"),
    [
        ("Prime d'août", "Prime d aout"),
        ("L’œuvre de l'École – été", "L oeuvre de l Ecole - ete"),
        ("a///b//c/d", "a/b/c/d"),
        ("« PASS » : 100 % & <b>\n\t1 500 F", "PASS : 100 b 1 500 F"),
        ("PAY-20261121-7F3K9Q", "PAY-20261121-7F3K9Q"),
        ("🙂''", "NSIA"),
        ("", "NSIA"),
        ("x" * 200, "x" * 160),
        ("mot " * 60, "mot " * 39 + "mot"),
        ("a" * 159 + " b", "a" * 159),
        ("a" * 160 + " b", "a" * 160),
    ],
)
def test_note(ecrite: str, attendue: str) -> None:
    assert note(ecrite) == attendue
    assert len(attendue) <= 160


@given(st.text(max_size=400))
def test_toute_note_est_acceptee_de_mtn(texte: str) -> None:
    ecrite = note(texte)
    assert 1 <= len(ecrite) <= 160
    assert ecrite.isascii()
    assert ecrite.isprintable()
    assert "'" not in ecrite
    assert "///" not in ecrite
    assert note(ecrite) == ecrite


def test_le_zero_reste() -> None:
    assert partie("+242068511358") == "242068511358"
    assert ecriture.telephone(partie("+242068511358")) == "+242068511358"
