"""Messages of the wire: read strictly, values by type of question, states of older versions."""

from datetime import date, time
from typing import Any

import pytest

from apps.claims.conversation.donnees import Action, Ecrit, Geste, Message, Ouverture, Phase, Saisie
from apps.claims.conversation.fil import MessageRefuse, ecrire_message, lire_message, verifier_saisie
from apps.claims.conversation.machine import etape
from apps.claims.conversation.questions import PAR_CHAMP
from apps.claims.conversation.serie import EtatIllisible, en_json, lire_etat
from apps.claims.conversation.valeurs import ValeurInvalide, en_fil, en_python, lire, lisible, litteral

from .monde import AUJOURDHUI, CLIENT, Conversation, au_recapitulatif


@pytest.mark.parametrize(
    ("brut", "evenement"),
    [
        ({"id": "a", "text": " Bonjour\u200b  à tous "}, Ecrit("a", "Bonjour à tous")),
        ({"id": "a", "champ": "date", "valeur": "2026-11-30"}, Saisie("a", "date", "2026-11-30")),
        ({"id": "a", "champ": "heure", "valeur": None}, Saisie("a", "heure", None)),
        (
            {"id": "a", "champ": "assure", "valeur": {"nom": "A", "prenom": "B"}},
            Saisie("a", "assure", {"nom": "A", "prenom": "B"}),
        ),
        ({"id": "a", "acte": "passer"}, Geste("a", "passer")),
        ({"id": "a", "acte": "corriger", "champ": "lieu"}, Geste("a", "corriger", "lieu")),
    ],
)
def test_a_message_is_read(brut: dict[str, Any], evenement: object) -> None:
    assert lire_message(brut) == evenement


@pytest.mark.parametrize(
    ("brut", "code"),
    [
        ([], "forme_inconnue"),
        ({"id": "a"}, "forme_inconnue"),
        ({"text": "a"}, "forme_inconnue"),
        ({"id": "a", "text": "a", "acte": "passer"}, "forme_inconnue"),
        ({"id": "a", "text": "a", "auteur": "conseiller"}, "forme_inconnue"),
        ({"id": "a", "champ": "date"}, "forme_inconnue"),
        ({"id": 1, "text": "a"}, "id_invalide"),
        ({"id": "", "text": "a"}, "id_invalide"),
        ({"id": "x" * 65, "text": "a"}, "id_invalide"),
        ({"id": "a\n", "text": "a"}, "id_invalide"),
        ({"id": "a", "text": 3}, "texte_invalide"),
        ({"id": "a", "text": "  "}, "texte_invalide"),
        ({"id": "a", "text": "x" * 4001}, "trop_long"),
        ({"id": "a", "text": "a\x00"}, "caracteres_refuses"),
        ({"id": "a", "champ": "is_staff", "valeur": True}, "champ_inconnu"),
        ({"id": "a", "champ": ["date"], "valeur": True}, "champ_inconnu"),
        ({"id": "a", "champ": "lieu", "valeur": ["x"]}, "valeur_invalide"),
        ({"id": "a", "champ": "lieu", "valeur": 1.5}, "valeur_invalide"),
        ({"id": "a", "champ": "assure", "valeur": {"nom": "A", "role": "x"}}, "valeur_invalide"),
        ({"id": "a", "champ": "lieu", "valeur": "a\x1b"}, "caracteres_refuses"),
        ({"id": "a", "acte": "payer"}, "acte_inconnu"),
        ({"id": "a", "acte": 3}, "acte_inconnu"),
        ({"id": "a", "acte": "corriger", "champ": "solde"}, "champ_inconnu"),
    ],
)
def test_a_message_that_is_not_one_is_refused_by_its_code(brut: Any, code: str) -> None:
    with pytest.raises(MessageRefuse) as refus:
        lire_message(brut)
    assert (refus.value.code, refus.value.statut) == (code, 400)


def test_a_message_out_has_the_keys_of_the_wire() -> None:
    message = Message(
        3,
        "robot",
        Phase.DESCRIPTION,
        "Bonjour.",
        Phase.SINISTRE_DETAILS,
        Action.POSER_QUESTIONS,
        {"sinistre": {"numero": "S"}},
    )
    assert ecrire_message(message, audio_url="/a") == {
        "rang": 3,
        "auteur": "robot",
        "phase": "DESCRIPTION",
        "message": "Bonjour.",
        "action": "poser_questions",
        "audio_url": "/a",
        "next_phase": "SINISTRE_DETAILS",
        "data": {"sinistre": {"numero": "S"}},
    }


@pytest.mark.parametrize(
    ("champ", "brut", "valeur", "python", "vu"),
    [
        ("date", "2026-11-01", "2026-11-01", date(2026, 11, 1), "1er\u00a0novembre 2026"),
        ("heure", "07:05", "07:05", time(7, 5), "07 h 05"),
        ("montant_reclame", 25_000, 25_000, 25_000, "25\u202f000\u202fFCFA"),
        ("nuits", 0, 0, 0, "0"),
        ("blesse", True, True, True, "Oui"),
        ("blesse", "non", False, False, "Non"),
        ("type_sinistre", "vol", "vol", "vol", "Vol"),
        ("lieu", "  Poto-Poto ", "Poto-Poto", "Poto-Poto", "Poto-Poto"),
        (
            "assure",
            {"nom": "NGOMA", "prenom": "Rose"},
            {"nom": "NGOMA", "prenom": "Rose"},
            {"nom": "NGOMA", "prenom": "Rose"},
            "Rose NGOMA",
        ),
        ("date", None, None, None, "Non précisé"),
    ],
)
def test_values_go_to_python_and_back_and_read_as_people_write(
    champ: str, brut: Any, valeur: Any, python: Any, vu: str
) -> None:
    question = PAR_CHAMP[champ]
    assert lire(question, brut, aujourdhui=AUJOURDHUI) == valeur
    assert en_python(question, valeur) == python
    assert en_fil(python) == valeur
    assert lisible(question, valeur) == vu


@pytest.mark.parametrize(
    ("champ", "brut", "code"),
    [
        ("date", "2026-12-02", "date_future"),
        ("date", "2026-02-30", "date_illisible"),
        ("date", "30/11/2026", "date_illisible"),
        ("date", 20261130, "date_illisible"),
        ("heure", "24:00", "heure_illisible"),
        ("heure", "7:05", "heure_illisible"),
        ("montant_reclame", -1, "montant_negatif"),
        ("montant_reclame", True, "montant_illisible"),
        ("montant_reclame", 10.0, "montant_illisible"),
        ("montant_reclame", 1_000_000_001, "montant_excessif"),
        ("nuits", -1, "nombre_illisible"),
        ("nuits", 4000, "nombre_illisible"),
        ("blesse", 1, "oui_non_attendu"),
        ("type_sinistre", "meurtre", "choix_inconnu"),
        ("lieu", "x" * 201, "trop_long"),
        ("description", "x" * 4001, "trop_long"),
        ("lieu", "a\x07b", "caracteres_refuses"),
        ("lieu", " ", "vide"),
        ("lieu", 3, "texte_attendu"),
        ("assure", {"nom": "A"}, "personne_illisible"),
        ("assure", {"nom": "1", "prenom": "B"}, "nom_sans_lettre"),
        ("assure", "123", "nom_sans_lettre"),
    ],
)
def test_a_bad_value_is_refused_by_its_code(champ: str, brut: Any, code: str) -> None:
    conversation = au_recapitulatif()
    with pytest.raises(ValeurInvalide) as refus:
        verifier_saisie(Saisie("a", champ, brut), conversation.etat, CLIENT)
    assert (refus.value.code, refus.value.statut) == (code, 400)
    ancien = conversation.etat.champs.get(champ)
    assert refus.value.detail in conversation.saisit(champ, brut)
    assert conversation.etat.champs.get(champ) == ancien


@pytest.mark.parametrize(
    ("champ", "texte", "valeur"),
    [
        ("date", "hier", "2026-11-30"),
        ("date", "Le 3 mai 2026", "2026-05-03"),
        ("date", "12/05/2026", "2026-05-12"),
        ("date", "mardi", None),
        ("heure", "15h30", "15:30"),
        ("heure", "vers 8 h", "08:00"),
        ("heure", "8", None),
        ("montant_reclame", "25 000 F", 25_000),
        ("montant_reclame", "25.000 FCFA", 25_000),
        ("montant_reclame", "-500", -500),
        ("montant_reclame", "trois mille", None),
        ("nuits", "3", 3),
        ("blesse", "Oui.", True),
        ("blesse", "non", False),
        ("blesse", "oui mais non", None),
        ("type_sinistre", "Frais médicaux", "frais_medicaux"),
        ("type_sinistre", "3", "deces"),
        ("type_sinistre", "13", None),
        ("lieu", "Bacongo", None),
    ],
)
def test_plain_words_that_spell_an_answer(champ: str, texte: str, valeur: Any) -> None:
    assert litteral(PAR_CHAMP[champ], texte, aujourdhui=AUJOURDHUI) == valeur


ANCIEN: dict[str, Any] = {
    "rang": 6,
    "phase": "details",
    "attendu": "date",
    "reponses": {
        "description": "Chute à Djiri",
        "type_sinistre": "accident",
        "police": "CG-2026-VIE-001",
        "assure": "client",
    },
}


def test_a_state_of_version_0_goes_on_with_this_machine() -> None:
    etat = lire_etat(ANCIEN)
    assert (etat.version, etat.phase, etat.question, etat.declaration) == (1, Phase.SINISTRE_DETAILS, "date", 1)
    assert etat.champs["assure"].source == "ancienne_version"
    suivant, effets = etape(etat, Saisie("m", "date", "2026-11-30"), CLIENT)
    assert suivant.question == "heure"
    assert [effet.rang for effet in effets if isinstance(effet, Message)] == [7, 8]
    assert lire_etat(en_json(suivant)) == suivant


def test_a_declared_claim_of_version_0_is_not_declared_again() -> None:
    etat = lire_etat({**ANCIEN, "phase": "decision", "attendu": None, "sinistre": "SIN-2026-000007"})
    assert (etat.phase, etat.sinistre, etat.confirmee) == (Phase.DECISION, "SIN-2026-000007", True)
    assert etape(etat, Ouverture(), CLIENT)[0].phase is Phase.DECISION


@pytest.mark.parametrize(
    "brut", [{}, {"version": 99}, {"version": 1, "inconnu": 3}, {"version": 1, "phase": "NULLE"}, {"version": None}]
)
def test_a_state_of_no_known_version_is_refused(brut: dict[str, Any]) -> None:
    with pytest.raises(EtatIllisible):
        lire_etat(brut)


def test_a_state_of_today_reads_back() -> None:
    conversation = Conversation()
    assert lire_etat(en_json(conversation.etat)) == conversation.etat
