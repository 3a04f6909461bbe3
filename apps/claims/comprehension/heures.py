"""Clock times: « vers 15h », « midi », « 7h du soir », « 9h moins le quart »; never durations."""

import re
from dataclasses import dataclass
from datetime import time

from .nombres import LOCAUX, MOTS, petit
from .vocabulaire import gabarit, motif_de

_H = rf"(?P<h>\d{{1,2}}|{MOTS})"
_MIN = gabarit("heures.min")
_PLUS = gabarit("heures.plus")
_PERIODE = gabarit("heures.periode")
_HEURE = re.compile(rf"(?<![\d.,/:-])\b{_H}(?: ?(?:heures?|h)(?![a-z])){_MIN}{_PLUS}{_PERIODE}")
_POINTS = re.compile(
    rf"(?<![\d.,/-])\b(?P<h>[01]?\d|2[0-3]) ?[:h] ?(?P<m>[0-5]\d)\b(?! ?(?:f|fcfa|francs|mille)\b){_PERIODE}"
)
_MIDI = motif_de("heures.midi")
_PAS_A_MIDI = re.compile(r"\b(?:ce|cet|apres|avant|entre|jusqu'a|ou) $")
_NGONGA = re.compile(rf"\b(?:ngonga|saa|ntango)(?: ya)? (?P<h>\d{{1,2}}|{'|'.join(LOCAUX)})\b{_PERIODE}")
_DUREE = motif_de("heures.duree")
_APRES_DUREE = motif_de("heures.apres_duree")
_SORTIE = motif_de("heures.sortie")
_ENTRE = re.compile(r"\b(?:entre|de) $")
_OU = re.compile(r"^ ?(?:ou|et|a|-) ?(?:vers )?\d{1,2} ?(?:h|heures)")
_SOIR = re.compile(r"\b(?:soir|soiree|nkokila|pokwa|mpokwa)\b")
_JOURNEE = re.compile(r"\b(?:apres-midi|apres midi)\b")


@dataclass(frozen=True)
class Heure:
    debut: int
    fin: int
    valeur: time | None
    regle: str


def _minutes(ecrit: str | None) -> int | None:
    """Minutes of « trente », « et quart », « moins dix » (negative)."""
    if not ecrit:
        return 0
    mots = ecrit.removeprefix("et ")
    signe = -1 if mots.startswith("moins") else 1
    mots = mots.removeprefix("moins ").removeprefix("le ")
    fixes = {"demi": 30, "demie": 30, "quart": 15, "trois quarts": 45}
    valeur = fixes.get(mots, petit(mots))
    return None if valeur is None else signe * valeur


def _heure(h: int, minutes: int, periode: str) -> time | None:
    if "soir" in periode or "okwa" in periode or "nkokila" in periode:
        h += 12 if 4 <= h <= 11 else 0
    elif "apres" in periode:
        h += 12 if 1 <= h <= 7 else 0
    elif "nuit" in periode or "butu" in periode or "mpimpa" in periode:
        h += 12 if 8 <= h <= 11 else 0
    if h == 24:
        h = 0
    total = (h * 60 + minutes) % 1440
    return time(total // 60, total % 60) if 0 <= h <= 23 and -60 < minutes < 60 else None


def _autour(t: str, debut: int, fin: int) -> str:
    """The part of the day said just beside an hour: « hier soir vers 8h »."""
    pres = re.split(r"[.;!?]", t[max(0, debut - 30) : debut])[-1] + " " + re.split(r"[.;!?,]", t[fin : fin + 22])[0]
    if _SOIR.search(pres):
        return "soir"
    return "apres" if _JOURNEE.search(pres) else ""


def heures(t: str) -> list[Heure]:
    """Clock times of `t`, in order; a range or a choice of two gives None."""
    trouvees: list[Heure] = []
    for forme, expression in (("heure", _HEURE), ("points", _POINTS), ("ngonga", _NGONGA)):
        for lu in expression.finditer(t):
            if _libre(lu, trouvees) and (heure := _chiffree(t, lu, forme)):
                trouvees.append(heure)
    for lu in _MIDI.finditer(t):
        if _libre(lu, trouvees) and (heure := _midi(t, lu)):
            trouvees.append(heure)
    return sorted(trouvees, key=lambda heure: heure.debut)


def _libre(lu: re.Match[str], trouvees: list[Heure]) -> bool:
    """Whether no time that was found has a word of `lu`."""
    return not any(autre.debut < lu.end() and lu.start() < autre.fin for autre in trouvees)


def _chiffree(t: str, lu: re.Match[str], forme: str) -> Heure | None:
    """The time that a number of hours says; None when it says a duration or no hour of the day."""
    groupes = lu.groupdict()
    h, minutes, plus = petit(lu["h"]), _minutes(groupes.get("m")), _minutes(groupes.get("plus"))
    if h is None or h > 24 or minutes is None or plus is None or _duree(t, lu):
        return None
    periode = groupes.get("periode") or _autour(t, lu.start(), lu.end())
    valeur = None if _double(t, lu) else _heure(h, minutes + plus, periode)
    return Heure(lu.start(), lu.end(), valeur, f"heure.{forme}")


def _duree(t: str, lu: re.Match[str]) -> bool:
    """Whether the words beside say how long: « pendant 3 heures »."""
    return bool(
        _DUREE.search(t[max(0, lu.start() - 25) : lu.start()]) or _APRES_DUREE.match(t[lu.end() : lu.end() + 20])
    )


def _double(t: str, lu: re.Match[str]) -> bool:
    """Whether another hour is said with this one: « entre 8h et 9h », « 8h ou 9h »."""
    return bool(
        _OU.match(t[lu.end() : lu.end() + 14])
        or (_ENTRE.search(t[: lu.start()]) and re.match(r" (?:et|a) \d", t[lu.end() :]))
        or motif_de("heures.autre_avant").search(t[max(0, lu.start() - 16) : lu.start()])
    )


def _midi(t: str, lu: re.Match[str]) -> Heure | None:
    """Noon or midnight, « ce midi » too; not « avant midi », « entre midi et … »."""
    minutes = _minutes(lu["plus"])
    if minutes is None:
        return None
    if not _PAS_A_MIDI.search(t[: lu.start()][-10:]):
        return Heure(lu.start(), lu.end(), _heure(12 if lu["mot"] == "midi" else 0, minutes, ""), "heure.midi")
    return Heure(lu.start(), lu.end(), time(12), "heure.midi") if t[: lu.start()].endswith("ce ") else None


def secondaire(t: str, heure: Heure) -> bool:
    """Whether the time is that of a departure, a complaint or opening hours, not of the event."""
    return bool(_SORTIE.search(t[max(0, heure.debut - 40) : heure.debut]))
