"""Whole declarations: the examples of the specification, and two corpora of our own (docs/claims/comprehension.md)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.claims.comprehension import comprendre
from apps.claims.comprehension.evaluation import CHAMPS, Bilan, en_json, lieu_compare, noter

RACINE = Path(__file__).resolve().parents[3]
EXEMPLES = RACINE / "docs/spec/declarations_exemples.jsonl"
CORPUS = Path(__file__).parent / "corpus/declarations.jsonl"
A_PART = Path(__file__).parent / "corpus/declarations_a_part.jsonl"
# Precision and recall asked by docs/spec/claims.md.
BUTS = {
    "type": (0.90, 0.80),
    "date": (0.95, 0.90),
    "time": (0.95, 0.90),
    "injured": (0.93, 0.75),
    "dead": (0.98, 0.90),
    "third_party": (0.95, 0.60),
    "amount": (0.90, 0.80),
    "place": (0.88, 0.78),
    "hospital_nights": (0.92, 0.82),
}


def lire(fichier: Path) -> list[dict[str, Any]]:
    return [json.loads(ligne) for ligne in fichier.read_text(encoding="utf-8").splitlines()]


def mesurer(fichier: Path) -> Bilan:
    couples = []
    for lue in lire(fichier):
        trouve = comprendre(lue["text"], aujourdhui=date.fromisoformat(lue["today"]))
        compris = {champ: en_json(trouve[champ].valeur) if champ in trouve else None for champ in CHAMPS}
        couples.append((lue["id"], compris, lue["gold"]))
    return noter(couples)


@pytest.mark.parametrize("fichier", [EXEMPLES, CORPUS, A_PART], ids=["exemples", "corpus", "a_part"])
def test_les_buts_sont_tenus(fichier: Path) -> None:
    bilan = mesurer(fichier)
    manques = {
        champ: (round(compte.precision, 3), round(compte.rappel, 3))
        for champ, compte in bilan.champs.items()
        if compte.precision < BUTS[champ][0] or compte.rappel < BUTS[champ][1]
    }
    assert manques == {}
    assert bilan.contraires <= 2
    assert bilan.justes / bilan.lignes >= 0.70


def test_les_corpus_ont_la_forme_et_la_taille_attendues() -> None:
    corpus, a_part = lire(CORPUS), lire(A_PART)
    assert len(corpus) + len(a_part) >= 400
    assert len(a_part) >= 110
    for lue in [*corpus, *a_part]:
        assert set(lue) == {"id", "today", "text", "gold"}
        assert tuple(lue["gold"]) == CHAMPS
        assert lue["gold"]["date"] is None or lue["gold"]["date"] <= lue["today"]
        assert lue["gold"]["place"] is None or lue["gold"]["place"] in lue["text"]
    textes = [lue["text"] for lue in [*lire(EXEMPLES), *corpus, *a_part]]
    assert len(set(textes)) == len(textes)


def test_precision_rappel_et_contraires_sont_comptes() -> None:
    rien = dict.fromkeys(CHAMPS)
    bilan = noter(
        [
            ("1", rien | {"dead": True, "amount": 500}, rien | {"dead": False, "amount": 500}),
            ("2", rien | {"place": "au Marché Total"}, rien | {"place": "marché total"}),
            ("3", rien | {"amount": 5}, rien),
            ("4", rien, rien | {"amount": 9}),
        ]
    )
    montant, mort, lieu = bilan.champs["amount"], bilan.champs["dead"], bilan.champs["place"]
    assert (montant.justes, montant.donnes, montant.attendus) == (1, 2, 2)
    assert (montant.precision, montant.rappel) == (0.5, 0.5)
    assert (mort.justes, mort.donnes, mort.attendus, mort.contraires) == (0, 1, 1, 1)
    assert (lieu.justes, lieu.precision, lieu.rappel) == (1, 1.0, 1.0)
    assert (bilan.lignes, bilan.justes, bilan.contraires) == (4, 1, 1)
    assert [faute[:2] for faute in bilan.fautes] == [("1", "dead"), ("3", "amount"), ("4", "amount")]


@pytest.mark.parametrize(
    ("ecrit", "compare"),
    [
        ("à l'hôpital de Sibiti", "hopital de sibiti"),
        ("Hôpital  de SIBITI", "hopital de sibiti"),
        ("l’Hôpital de Sibiti", "hopital de sibiti"),
        ("dans le bus", "bus"),
        ("chez les sœurs", "soeurs"),
        ("Tié-Tié", "tie tie"),
        ("Le", "le"),
    ],
)
def test_deux_lieux_sont_compares_sans_accent_article_ni_preposition(ecrit: str, compare: str) -> None:
    assert lieu_compare(ecrit) == compare


def test_la_commande_montre_la_mesure_et_ecrit_ce_qui_est_compris(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sortie = tmp_path / "compris.jsonl"
    call_command("evaluer_comprehension", str(EXEMPLES), sortie=sortie)
    lignes = lire(sortie)
    assert [ligne["id"] for ligne in lignes] == [lue["id"] for lue in lire(EXEMPLES)]
    assert all(list(ligne) == ["id", *CHAMPS] for ligne in lignes)
    assert lignes[1] == {
        "id": "E002",
        "type": "accident",
        "date": "2026-05-16",
        "time": "09:30",
        "injured": None,
        "dead": None,
        "third_party": False,
        "amount": None,
        "place": "Djiri",
        "hospital_nights": None,
    }
    dit = capsys.readouterr().out
    assert "Lignes entièrement justes : 60 sur 60 (1.000). Contraires : 0." in dit
    assert "Millisecondes de processeur par message : médiane" in dit


def test_la_commande_refuse_un_fichier_qui_n_en_est_pas_un(tmp_path: Path) -> None:
    faux = tmp_path / "faux.jsonl"
    faux.write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="ligne 1 : il faut un objet JSON"):
        call_command("evaluer_comprehension", str(faux))
    with pytest.raises(CommandError, match="ne se lit pas"):
        call_command("evaluer_comprehension", str(tmp_path / "absent.jsonl"))
