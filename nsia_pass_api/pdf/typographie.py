"""French as it is printed: narrow no-break spaces, dates in words, nothing that the shipped fonts cannot show."""

import re
import unicodedata
from datetime import date, datetime

from django.utils import timezone

FINE = "\u202f"

_MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_AVANT = re.compile(r" ([;:!?»])")
_BLANCS = re.compile(r"[ \t\r\n\f\v]+")
_APRES = re.compile(r"(«) ")


def francais(texte: str) -> str:
    """Spaces before `; : ! ? »`, after `«` and before FCFA never end a line; apostrophes are curved."""
    insecable = _APRES.sub(rf"\1{FINE}", _AVANT.sub(rf"{FINE}\1", texte))
    return insecable.replace(f"{FINE}FCFA", "\u00a0FCFA").replace("'", "’")


def imprimable(texte: str, *, connus: set[int]) -> str:
    """`texte` on one line, composed; a character that is not among `connus` is shown as `�`."""
    compose = _BLANCS.sub(" ", unicodedata.normalize("NFC", texte))
    return "".join(caractere if ord(caractere) in connus else "�" for caractere in compose)


def jour(valeur: date | datetime) -> str:
    """`21/11/2026`, in Brazzaville."""
    return f"{_date(valeur):%d/%m/%Y}"


def jour_en_lettres(valeur: date | datetime) -> str:
    """`21 novembre 2026`, `1er décembre 2026`, in Brazzaville."""
    le = _date(valeur)
    return f"{'1er' if le.day == 1 else le.day}\u00a0{_MOIS[le.month - 1]} {le.year}"


def moment(valeur: datetime) -> str:
    """`21/11/2026 à 09 h 12`, in Brazzaville."""
    ici = timezone.localtime(valeur)
    return f"{ici:%d/%m/%Y} à {ici:%H}{FINE}h{FINE}{ici:%M}"


def _date(valeur: date | datetime) -> date:
    return timezone.localdate(valeur) if isinstance(valeur, datetime) else valeur
