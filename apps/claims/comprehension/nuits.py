"""Nights in hospital: said, or counted between the day of entry and that of exit. Days are not nights."""

import re

from .dates import Jour
from .negation import failli
from .nombres import LOCAUX, MOTS, petit
from .vocabulaire import motif_de

_NUITS = re.compile(
    rf"\b(?P<n>\d{{1,3}}|{MOTS}|une?(?: seule)?)(?: (?:bonnes?|longues?|petites?|pleines?))?"
    rf" (?:nuits?|nuitees?)\b|\b(?:butu|bampimpa|mpimpa) (?P<local>{'|'.join(LOCAUX)})\b"
)
_NOMBRE_DE = re.compile(r"\b(?:nombre de )?(?:nuits?|nuitees) ?: ?(?P<n>\d{1,3})\b")
_ZERO = motif_de("nuits.zero")
_LENDEMAIN = re.compile(r"\b(?P<quand>sur-?lendemain|lendemain|jour (?:d'apres|suivant))\b")
_SORTIR = motif_de("nuits.sortir")
_VERBE_SORTIE = motif_de("nuits.verbe_sortie")
_ENTREE = motif_de("nuits.entree")
_SANS = motif_de("nuits.sans")
_PASSER_LA_NUIT = motif_de("nuits.passer_la_nuit")


def nuits(t: str, jours: list[Jour], *, sejour: bool) -> tuple[int, int, int, str] | None:
    """(nights, span in `t`, rule); None when they are not said. `sejour`: the text is of a stay."""
    dites = _dites(t, sejour=sejour)
    if dites is not None:
        return dites
    zero = _ZERO.search(t) if sejour else None
    if zero:
        return 0, zero.start(), zero.end(), "nuits.zero"
    if not sejour:
        return None
    for jour in jours:
        if jour.valeur and jour.fin_sejour and 0 <= (nombre := (jour.fin_sejour - jour.valeur).days) <= 200:
            return nombre, jour.debut, jour.fin, "nuits.plage"
    return _comptees(t, jours) or _lendemain(t) or _nuit_passee(t)


def _dites(t: str, *, sejour: bool) -> tuple[int, int, int, str] | None:
    """Nights that are said: exactly, of a stay, and not those of « il tousse depuis trois nuits »."""
    for lu in [*_NOMBRE_DE.finditer(t), *_NUITS.finditer(t)]:
        ecrit = str(lu["n"] or lu["local"])
        nombre = 1 if ecrit in ("un", "une", "une seule", "un seul") else petit(ecrit)
        avant, suite = t[: lu.start()], t[lu.end() : lu.end() + 32]
        vague = motif_de("nuits.vague_avant").search(avant[-24:]) or re.match(
            r" ou (?:\d|deux|trois|quatre|cinq)", suite
        )
        if nombre is None or vague or _SANS.search(suite) or failli(t, lu.start()):
            continue
        if sejour or (
            motif_de("nuits.mot_de_sejour").search(t) and not motif_de("nuits.duree_avant").search(avant[-16:])
        ):
            return nombre, lu.start(), lu.end(), "nuits.dites"
    return None


def entree_sortie(t: str, jours: list[Jour]) -> tuple[Jour | None, Jour | None]:
    """The days of entry and of exit: a range, else the day after words of exit and the first before it."""
    for jour in jours:
        if jour.valeur and jour.fin_sejour:
            return jour, Jour(jour.debut, jour.fin, jour.fin_sejour, jour.regle)
    precis = [jour for jour in jours if jour.valeur]
    sortie = next(
        (
            jour
            for jour in precis
            if _VERBE_SORTIE.search(t[max(0, jour.debut - 42) : jour.debut]) and not _entree_pres(t, jour)
        ),
        None,
    )
    entree = next((jour for jour in precis if jour is not sortie and _entree_pres(t, jour)), None) or next(
        (jour for jour in precis if jour is not sortie), None
    )
    return entree, sortie


def _entree_pres(t: str, jour: Jour) -> bool:
    """Whether words of entry stand nearer before the day than words of exit."""
    avant = t[max(0, jour.debut - 40) : jour.debut]
    entrees = [lu.end() for lu in _ENTREE.finditer(avant)]
    sorties = [lu.end() for lu in motif_de("nuits.entree_pres").finditer(avant)]
    return bool(entrees) and (not sorties or entrees[-1] > sorties[-1])


def _comptees(t: str, jours: list[Jour]) -> tuple[int, int, int, str] | None:
    entree, sortie = entree_sortie(t, jours)
    if not (entree and sortie and entree.valeur and sortie.valeur):
        return None
    nombre = (sortie.valeur - entree.valeur).days
    if nombre < 0 and sortie.regle == "date.jour_semaine" and entree.regle == "date.jour_semaine":
        nombre += 7
    debut, fin = min(entree.debut, sortie.debut), max(entree.fin, sortie.fin)
    return (nombre, debut, fin, "nuits.comptees") if 0 <= nombre <= 200 else None


def _lendemain(t: str) -> tuple[int, int, int, str] | None:
    for lu in _LENDEMAIN.finditer(t):
        avant, apres = t[max(0, lu.start() - 40) : lu.start()], t[lu.end() : lu.end() + 30]
        if _SORTIR.search(avant) or _SORTIR.search(re.split(r"[.;!?]", apres)[0]) or re.search(r"jusqu'au $", avant):
            return 2 if lu["quand"].startswith("sur") else 1, lu.start(), lu.end(), "nuits.lendemain"
    return None


def _nuit_passee(t: str) -> tuple[int, int, int, str] | None:
    lu = _PASSER_LA_NUIT.search(t)
    return (
        (1, lu.start(), lu.end(), "nuits.la_nuit")
        if lu and not re.search(r"\b(?:pas|sans) (?:\w+ )?$", t[: lu.start()][-14:])
        else None
    )
