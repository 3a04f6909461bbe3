"""The lexicons of `donnees/`, read once, and the regular expressions built on them."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

DONNEES = Path(__file__).parent / "donnees"
_CLASSE = re.compile(r"(?<!\?P)<(\w+)>")
_INITIALE = re.compile(r"[a-z][a-z0-9' -]")


def sans_accents(mot: str) -> str:
    """`mot` in small letters, without accents, « œ » as « oe »."""
    decompose = unicodedata.normalize("NFD", mot.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(lettre for lettre in decompose if not unicodedata.combining(lettre))


def lignes(fichier: str) -> list[str]:
    """Lines of a data file, without comments and empty ones."""
    brutes = (DONNEES / fichier).read_text(encoding="utf-8").splitlines()
    return [ligne.strip() for ligne in brutes if ligne.strip() and not ligne.startswith("#")]


def sections(fichier: str) -> dict[str, list[str]]:
    """{section: forms} of a file whose sections are named in brackets and whose forms are separated by commas."""
    trouvees: dict[str, list[str]] = {}
    nom = ""
    for ligne in lignes(fichier):
        if ligne.startswith("["):
            nom = ligne.strip("[]")
            trouvees.setdefault(nom, [])
        else:
            trouvees[nom] += [forme.strip() for forme in ligne.split(",") if forme.strip()]
    return trouvees


def alternance(formes: list[str]) -> str:
    """One expression for all `formes`, grouped by first letter so that a word is compared with few of them; long forms first."""
    groupes: dict[str, list[str]] = {}
    for forme in sorted(set(formes), key=lambda forme: (-len(forme), forme)):
        groupes.setdefault(forme[0] if _INITIALE.match(forme) and "|" not in forme else "", []).append(forme)
    libres = groupes.pop("", [])
    branches = [f"{lettre}(?:{'|'.join(forme[1:] for forme in groupe)})" for lettre, groupe in sorted(groupes.items())]
    return rf"\b(?:{'|'.join(branches + libres)})\b"


@lru_cache(maxsize=1)
def _classes() -> dict[str, str]:
    classes: dict[str, str] = {}
    for nom, formes in sections("lexique.txt").items():
        precises = [_CLASSE.sub(lambda lien: classes[lien[1]], sans_accents(forme)) for forme in formes]
        if not nom.endswith("!"):
            precises = [forme if forme.endswith(("s", "x", "?", "*", "+")) else f"{forme}s?" for forme in precises]
        classes[nom.rstrip("!")] = alternance(precises)
    return classes


@lru_cache(maxsize=1)
def _sections_de_motifs() -> dict[str, str]:
    """{section: its lines put end to end} of motifs.txt; « ␣ » is a space at an end of a line."""
    trouvees: dict[str, str] = {}
    nom = ""
    for ligne in lignes("motifs.txt"):
        if re.fullmatch(r"\[[\w.]+\]", ligne):
            nom = ligne.strip("[]")
            trouvees[nom] = ""
        else:
            trouvees[nom] += ligne.replace("␣", " ")
    return trouvees


def _remplacer(lien: re.Match[str]) -> str:
    if lien[1].startswith("_"):
        return _CLASSE.sub(_remplacer, _sections_de_motifs()[lien[1]])
    return _classes()[lien[1]]


class Motif:
    """A regular expression of the rules, compiled when it is first used: all of them take a second."""

    def __init__(self, ecrit: str) -> None:
        self._ecrit = ecrit

    @cached_property
    def lu(self) -> re.Pattern[str]:
        return re.compile(_CLASSE.sub(_remplacer, self._ecrit))

    def search(self, texte: str) -> re.Match[str] | None:
        return self.lu.search(texte)

    def match(self, texte: str, debut: int = 0) -> re.Match[str] | None:
        return self.lu.match(texte, debut)

    def fullmatch(self, texte: str) -> re.Match[str] | None:
        return self.lu.fullmatch(texte)

    def finditer(self, texte: str) -> Iterator[re.Match[str]]:
        return self.lu.finditer(texte)

    def sub(self, par: str | Callable[[re.Match[str]], str], texte: str) -> str:
        return self.lu.sub(par, texte)


_motifs: dict[str, Motif] = {}


def motif(ecrit: str) -> Motif:
    """`ecrit`, where `<class>` is a class of lexique.txt and `<_part>` a section of motifs.txt; one object for one text."""
    return _motifs.setdefault(ecrit, Motif(ecrit))


@lru_cache(maxsize=1)
def prechauffer() -> None:
    """Compiles every expression now: a server calls it when it starts, else the first message does."""
    for nom, ecrit in _sections_de_motifs().items():
        if not nom.startswith("_"):
            motif(ecrit)
    for attendu in list(_motifs.values()):
        _ = attendu.lu


def gabarit(nom: str) -> str:
    """The expression of section `nom` of motifs.txt, as written."""
    return _sections_de_motifs()[nom]


def motif_de(nom: str) -> Motif:
    """The expression of section `nom` of motifs.txt."""
    return motif(gabarit(nom))


def famille(prefixe: str) -> tuple[tuple[str, str], ...]:
    """(rule, expression) of the sections `prefixe`.*, in the order of the file: the first that is found wins."""
    return tuple((nom, ecrit) for nom, ecrit in _sections_de_motifs().items() if nom.startswith(f"{prefixe}."))
