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
    for forme, lu in [
        (nom, lu)
        for nom, expression in (("heure", _HEURE), ("points", _POINTS), ("ngonga", _NGONGA))
        for lu in expression.finditer(t)
    ]:
        if any(autre.debut < lu.end() and lu.start() < autre.fin for autre in trouvees):
            continue
        h = petit(lu["h"])
        groupes = lu.groupdict()
        minutes, plus = _minutes(groupes.get("m")), _minutes(groupes.get("plus"))
        if h is None or h > 24 or minutes is None or plus is None:
            continue
        if _DUREE.search(t[max(0, lu.start() - 25) : lu.start()]) or _APRES_DUREE.match(t[lu.end() : lu.end() + 20]):
            continue
        double = _OU.match(t[lu.end() : lu.end() + 14]) or (
            _ENTRE.search(t[: lu.start()]) and re.match(r" (?:et|a) \d", t[lu.end() :])
        )
        double = double or motif_de("heures.heures").search(t[max(0, lu.start() - 16) : lu.start()])
        periode = groupes.get("periode") or _autour(t, lu.start(), lu.end())
        trouvees.append(
            Heure(lu.start(), lu.end(), None if double else _heure(h, minutes + plus, periode), f"heure.{forme}")
        )
    for lu in _MIDI.finditer(t):
        if any(autre.debut < lu.end() and lu.start() < autre.fin for autre in trouvees):
            continue
        minutes = _minutes(lu["plus"])
        if minutes is not None and not re.search(r"\b(?:ce|cet|apres|avant|entre|jusqu'a|ou) $", t[: lu.start()][-10:]):
            trouvees.append(
                Heure(lu.start(), lu.end(), _heure(12 if lu["mot"] == "midi" else 0, minutes, ""), "heure.midi")
            )
        elif minutes is not None and t[: lu.start()].endswith("ce "):
            trouvees.append(Heure(lu.start(), lu.end(), time(12), "heure.midi"))
    return sorted(trouvees, key=lambda heure: heure.debut)


def secondaire(t: str, heure: Heure) -> bool:
    """Whether the time is that of a departure, a complaint or opening hours, not of the event."""
    return bool(_SORTIE.search(t[max(0, heure.debut - 40) : heure.debut]))
