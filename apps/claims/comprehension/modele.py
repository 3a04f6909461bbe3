"""What understanding gives: one value, the words that said it, the rule that found it."""

from dataclasses import dataclass
from datetime import date, time

Valeur = str | int | bool | date | time


@dataclass(frozen=True)
class Trouvaille:
    """`valeur` of `champ`, said by characters `debut` to `fin` of the text as typed, found by `regle`."""

    champ: str
    valeur: Valeur
    debut: int
    fin: int
    regle: str
