"""Laws of understanding, whatever is written."""

import json
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.claims.comprehension import commande, comprendre, correction, lire_reponse
from apps.claims.comprehension.evaluation import CHAMPS
from apps.claims.comprehension.fournisseur import TYPES
from apps.claims.comprehension.normalisation import LONGUEUR_MAX, normaliser

RACINE = Path(__file__).resolve().parents[3]
PHRASES = [
    json.loads(ligne)["text"]
    for ligne in (RACINE / "docs/spec/declarations_exemples.jsonl").read_text(encoding="utf-8").splitlines()
]
MORCEAUX = [mot for phrase in PHRASES for mot in phrase.split()]
# Words of real declarations in any order, cut anywhere, among anything that a keyboard or an enemy can send.
textes = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(MORCEAUX) | st.text(max_size=6), max_size=60).map(" ".join),
    st.builds(
        lambda phrase, debut, fin: phrase[debut:fin], st.sampled_from(PHRASES), st.integers(0, 80), st.integers(0, 200)
    ),
)
jours = st.dates(date(2000, 1, 1), date(2100, 12, 31))
champs = st.sampled_from([*CHAMPS, "assure", "hopital", "date_entree", "date_sortie", "tiers_nom"])
NATURES = {
    "date": date,
    "time": time,
    "amount": int,
    "hospital_nights": int,
    "injured": bool,
    "dead": bool,
    "third_party": bool,
}


def assert_possible(texte: str, champ: str, trouve: object, aujourdhui: date) -> None:
    assert trouve.champ == champ
    assert 0 <= trouve.debut < trouve.fin <= len(texte)
    assert type(trouve.valeur) is NATURES.get(champ.replace("date_entree", "date").replace("date_sortie", "date"), str)
    assert not isinstance(trouve.valeur, datetime)
    if isinstance(trouve.valeur, date):
        assert trouve.valeur <= aujourdhui
    if champ in ("amount", "hospital_nights"):
        assert trouve.valeur >= 0
    if champ in ("place", "hopital"):
        assert trouve.valeur == texte[trouve.debut : trouve.fin]
    if champ == "type":
        assert trouve.valeur in TYPES


@given(texte=textes, aujourdhui=jours)
@settings(deadline=None)
def test_ce_qui_est_compris_est_possible_cite_et_toujours_le_meme(texte: str, aujourdhui: date) -> None:
    compris = comprendre(texte, aujourdhui=aujourdhui)
    for champ, trouve in compris.items():
        assert_possible(texte, champ, trouve, aujourdhui)
    assert comprendre(texte, aujourdhui=aujourdhui) == compris


@given(texte=textes, champ=champs, aujourdhui=jours)
@settings(deadline=None)
def test_une_reponse_est_possible_et_citee(texte: str, champ: str, aujourdhui: date) -> None:
    trouve = lire_reponse(texte, champ=champ, aujourdhui=aujourdhui)
    if trouve is not None:
        assert_possible(texte, champ, trouve, aujourdhui)


@given(texte=textes)
@settings(deadline=None)
def test_un_ordre_est_connu(texte: str) -> None:
    assert commande(texte) in (
        None,
        "je_ne_sais_pas",
        "passer",
        "repeter",
        "annuler",
        "revenir",
        "conseiller",
        "confirmer",
        "non",
    )
    assert correction(texte) in (True, False)


@given(texte=textes)
def test_chaque_signe_normalise_a_sa_place(texte: str) -> None:
    lu = normaliser(texte)
    assert len(lu.t) == len(lu.debuts) == len(lu.fins)
    assert list(lu.debuts) == sorted(lu.debuts)
    assert all(0 <= debut < fin <= len(texte) for debut, fin in zip(lu.debuts, lu.fins, strict=True))


@pytest.mark.parametrize(
    "motif", ["le 12 ", "je suis tombé ", "0", "a ", "pas ", "mille ", "de la ", "((((", "\u0301", "x"]
)
def test_un_texte_tres_long_n_est_lu_qu_au_debut(motif: str) -> None:
    long = motif * (40_000 // len(motif))
    assert len(normaliser(long).t) <= LONGUEUR_MAX * 4
    comprendre(long, aujourdhui=date(2026, 5, 20))
    assert max(normaliser(long).fins, default=0) <= LONGUEUR_MAX
