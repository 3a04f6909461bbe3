"""The text as rules read it: small letters, no accent, SMS spelling undone.

For each character, where it stands in what was typed.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from .modele import Trouvaille, Valeur
from .vocabulaire import lignes, sans_accents, sections

LONGUEUR_MAX = 4_000
_MOT = re.compile(r"[^\W\d_]+")
_CLASSES_CIBLES = (
    "corps",
    "vehicule",
    "partie_vehicule",
    "lesion",
    "soin",
    "funeraire",
    "parente",
    "maladie",
    "animal",
)
_TEMPS = (
    *["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    *["janvier", "fevrier", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"],
)
_ELISION = re.compile(r"(?<![\w'])([jldmnsc]) (?=[aeiouyhéèêà])")
_SONS = [
    (re.compile(motif), son)
    for motif, son in (
        (r"ph", "f"),
        (r"qu|ck|ch(?=[rl])|q|c(?![eiyh])", "k"),
        (r"c(?=[eiy])", "s"),
        (r"ch|sh", "#"),
        (r"x", "ks"),
        (r"z|ss", "s"),
        (r"y", "i"),
        (r"eau|au", "o"),
        (r"oi", "wa"),
        (r"(?:er|ez|et|ee?s?|ai[ts]?)$", "e"),
        (r"ai|ei", "e"),
        (r"[ae][nm](?![aeiounm])", "A"),
        (r"(?:i|u|ei|ai)[nm](?![aeiounm])", "I"),
        (r"o[nm](?![aeiounm])", "O"),
        (r"h", ""),
        (r"(.)\1+", r"\1"),
        (r"[tdsp]$", ""),
        (r"e$", ""),
    )
]
_SIGNES = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "\n": ";",
        "\t": " ",
        "\r": " ",
        "…": ".",
    }
)


@dataclass(frozen=True)
class Texte:
    """`t` is what rules read; character i of `t` stands for `brut[debuts[i]:fins[i]]`."""

    brut: str
    t: str
    debuts: tuple[int, ...]
    fins: tuple[int, ...]

    def portee(self, debut: int, fin: int) -> tuple[int, int]:
        """Span in what was typed of `t[debut:fin]`, which is not empty."""
        return self.debuts[debut], max(self.fins[debut:fin])

    def cite(self, debut: int, fin: int) -> str:
        """What was typed for `t[debut:fin]`."""
        gauche, droite = self.portee(debut, fin)
        return self.brut[gauche:droite]

    def trouve(self, champ: str, valeur: Valeur, debut: int, fin: int, regle: str) -> Trouvaille:
        gauche, droite = self.portee(debut, fin)
        return Trouvaille(champ, valeur, gauche, droite, regle)


def son(mot: str) -> str:
    """A rough key of how `mot` (no accent) sounds, so that « blaicé » and « blesse » have the same."""
    for expression, remplacement in _SONS:
        mot = expression.sub(remplacement, mot)
    return mot


@lru_cache(maxsize=1)
def _sms() -> dict[str, str]:
    table: dict[str, str] = {}
    for ligne in lignes("sms.txt"):
        ecrits, _, voulu = ligne.partition(" : ")
        table |= dict.fromkeys(ecrits.split(), voulu)
    return table


@lru_cache(maxsize=1)
def _cibles() -> tuple[dict[str, str], dict[str, list[str]], frozenset[str]]:
    """Words to which others are brought back: by sound, by first letter, and all words that are left alone."""
    mots = sorted({sans_accents(mot) for ligne in lignes("vocabulaire.txt") for mot in ligne.split() if len(mot) >= 5})
    classes = sections("lexique.txt")
    simples = (
        forme for nom in _CLASSES_CIBLES for forme in classes[nom] if re.fullmatch(r"[a-z]{5,}", sans_accents(forme))
    )
    generiques = (sans_accents(forme) for liste in sections("generiques.txt").values() for forme in liste)
    mots = sorted(
        {
            *mots,
            *map(sans_accents, simples),
            *_TEMPS,
            *(forme for forme in generiques if re.fullmatch(r"[a-z]{5,}", forme)),
        }
    )
    par_lettre: dict[str, list[str]] = {}
    for mot in mots:
        par_lettre.setdefault(mot[0], []).append(mot)
    courants = {sans_accents(mot) for ligne in lignes("courants.txt") for mot in ligne.split()}
    return {son(mot): mot for mot in reversed(mots)}, par_lettre, frozenset(courants.union(mots))


@lru_cache(maxsize=20_000)
def rapprocher(mot: str) -> str:
    """The word of the rules that `mot` misspells (same sound, or one letter wrong of six), else `mot` itself."""
    par_son, par_lettre, connus = _cibles()
    if len(mot) < 5 or mot in connus or mot.rstrip("sx") in connus or f"{mot}s" in connus or f"{mot}e" in connus:
        return mot
    cle = son(mot)
    if len(cle) >= 4 and cle in par_son:
        return par_son[cle]
    if len(mot) >= 7:
        for cible in par_lettre.get(mot[0], ()):
            if abs(len(cible) - len(mot)) <= 1 and DamerauLevenshtein.distance(mot, cible, score_cutoff=1) <= 1:
                return cible
    if mot[0] in "ldjmns" and mot[1] in "aeiouh" and (mot[1:] in connus or mot[1:].rstrip("s") in connus):
        return f"{mot[0]}'{mot[1:]}"
    squelette = _squelette(mot)
    return _temps().get(squelette, mot) if len(squelette) >= 4 else mot


def _squelette(mot: str) -> str:
    """Consonants of `mot`, each once in a row: « dmanch » and « dimanche » have the same."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyh]", "", mot))


@lru_cache(maxsize=1)
def _temps() -> dict[str, str]:
    return {_squelette(mot): mot for mot in _TEMPS if len(_squelette(mot)) >= 4}


def _plier(brut: str) -> tuple[str, list[int]]:
    """Small letters, accents and kinds of quotes kept simple, one character or two for one; the place of each."""
    lettres: list[str] = []
    places: list[int] = []
    for place, lettre in enumerate(brut):
        if unicodedata.combining(lettre):
            continue
        pliee = lettre.translate(_SIGNES).lower().replace("œ", "oe").replace("æ", "ae")
        for simple in pliee:
            espace = " " if simple.isspace() or unicodedata.category(simple) == "Zs" else simple
            if espace == " " and lettres and lettres[-1] == " ":
                continue
            lettres.append(espace)
            places.append(place)
    return "".join(lettres), places


def _voulu(mot: str, *, avant: str, apres: str, propre: bool) -> str:
    """What one written `mot` between the characters `avant` and `apres` means; `propre`: it looks like a name."""
    simple = sans_accents(mot)
    if len(mot) == 1 and (apres in "'.°" or avant in "0123456789" or (avant == "'" and mot != "é")):
        return simple
    if avant == "'" and mot in ("é", "è"):
        return "ai"
    table = _sms()
    voulu = table.get(mot) or table.get(simple)
    if voulu is not None:
        return voulu.partition("'")[2] if avant == "'" and "'" in voulu else voulu
    return simple if propre else rapprocher(simple)


@lru_cache(maxsize=256)
def normaliser(brut: str) -> Texte:
    """`brut` read up to 4 000 characters."""
    pliee, places = _plier(brut[:LONGUEUR_MAX])
    pliee = _ELISION.sub(r"\1'", pliee)
    morceaux: list[str] = []
    debuts: list[int] = []
    fins: list[int] = []
    fait = 0
    for trouve in _MOT.finditer(pliee):
        debut, fin = trouve.span()
        morceaux.append(pliee[fait:debut])
        debuts += places[fait:debut]
        fins += [place + 1 for place in places[fait:debut]]
        avant, apres = pliee[debut - 1 : debut] or " ", pliee[fin : fin + 1] or " "
        propre = (
            brut[places[debut]].isupper()
            and debut > 0
            and pliee[max(0, debut - 2) : debut].strip(" ") not in (".", "!", "?", ";", "")
        )
        voulu = _voulu(trouve[0], avant=avant, apres=apres, propre=propre and not brut.isupper())
        morceaux.append(voulu)
        if len(voulu) == fin - debut:
            debuts += places[debut:fin]
            fins += [place + 1 for place in places[debut:fin]]
        else:
            debuts += [places[debut]] * len(voulu)
            fins += [places[fin - 1] + 1] * len(voulu)
        fait = fin
    morceaux.append(pliee[fait:])
    debuts += places[fait:]
    fins += [place + 1 for place in places[fait:]]
    return Texte(brut, "".join(morceaux), tuple(debuts), tuple(fins))
