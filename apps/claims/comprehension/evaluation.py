"""How well declarations are understood: precision, recall and opposites of each field against what people say they mean. Pure."""

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from .vocabulaire import sans_accents

CHAMPS = ("type", "date", "time", "injured", "dead", "third_party", "amount", "place", "hospital_nights")
_ARTICLES = re.compile(
    r"^(?:(?:a la|a l'|aux?|a|dans|en|sur|vers|devant|derriere|pres|de la|de l'|du|des"
    r"|de|d'|le|la|les|l'|un|une|mon|ma|mes|notre|nos|na|o|chez)(?: |(?<=')))+"
)


@dataclass
class Compte:
    """`justes` values of `donnes` given and `attendus` said by texts; `contraires`: true given for false, or false for true."""

    justes: int = 0
    donnes: int = 0
    attendus: int = 0
    contraires: int = 0

    @property
    def precision(self) -> float:
        return self.justes / self.donnes if self.donnes else 1.0

    @property
    def rappel(self) -> float:
        return self.justes / self.attendus if self.attendus else 1.0


@dataclass
class Bilan:
    """Counts of each field, lines wholly right, milliseconds of each message."""

    champs: dict[str, Compte] = field(default_factory=lambda: {champ: Compte() for champ in CHAMPS})
    lignes: int = 0
    justes: int = 0
    fautes: list[tuple[str, str, Any, Any]] = field(default_factory=list)

    @property
    def contraires(self) -> int:
        return sum(compte.contraires for compte in self.champs.values())


def en_json(valeur: object) -> Any:
    """A value as it stands in the file: ISO date, HH:MM, else itself."""
    if isinstance(valeur, time):
        return valeur.strftime("%H:%M")
    return valeur.isoformat() if isinstance(valeur, date) else valeur


def lieu_compare(lieu: str) -> str:
    """A place as it is compared: no accent, capital or sign, without leading prepositions, articles and possessives."""
    simple = " ".join(re.sub(r"[^a-z0-9' ]+", " ", sans_accents(lieu.replace("’", "'"))).split())
    return " ".join(_ARTICLES.sub("", simple).replace("'", " ").split())


def egaux(champ: str, compris: object, attendu: object) -> bool:
    if champ == "place" and isinstance(compris, str) and isinstance(attendu, str):
        return lieu_compare(compris) == lieu_compare(attendu)
    return compris == attendu


def noter(couples: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]) -> Bilan:
    """Compares (id, understood, meant): a value that is not null and differs costs precision, one not given costs recall."""
    bilan = Bilan()
    for identifiant, compris, voulu in couples:
        entiere = True
        for champ, compte in bilan.champs.items():
            donne, attendu = compris.get(champ), voulu.get(champ)
            juste = egaux(champ, donne, attendu)
            compte.donnes += donne is not None
            compte.attendus += attendu is not None
            compte.justes += juste and donne is not None
            compte.contraires += isinstance(donne, bool) and isinstance(attendu, bool) and donne != attendu
            if not juste:
                entiere = False
                bilan.fautes.append((identifiant, champ, attendu, donne))
        bilan.lignes += 1
        bilan.justes += entiere
    return bilan


def mediane(millisecondes: Sequence[float]) -> float:
    return statistics.median(millisecondes) if millisecondes else 0.0
