"""What an operator writes, as the domain reads it: amounts, phones, and texts that the database can hold."""

import json
import re
from decimal import Decimal
from typing import Any

from nsia_pass_api import telephones

# Neither absent nor equal to anything asked: a fraction of a franc, or what cannot be read.
MONTANT_ILLISIBLE = -1

_MONTANT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_INSTOCKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def objet(corps: str) -> dict[str, Any]:
    """The JSON object, numbers exact; empty for any other body."""
    try:
        lu = json.loads(corps, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        return {}
    return lu if isinstance(lu, dict) else {}


def montant(valeur: object) -> int | None:
    """Whole francs of `100`, `"100.0"`; None when nothing was said, MONTANT_ILLISIBLE for « 12.50 » and all the rest."""
    if valeur is None or valeur == "":
        return None
    if isinstance(valeur, bool) or not isinstance(valeur, str | int | Decimal):
        return MONTANT_ILLISIBLE
    ecrit = str(valeur).strip()
    if not _MONTANT.fullmatch(ecrit):
        return MONTANT_ILLISIBLE
    exact = Decimal(ecrit)
    return int(exact) if exact == exact.to_integral_value() and exact >= 0 else MONTANT_ILLISIBLE


def telephone(ecrit: object) -> str:
    """`+242068511358` for a number of Congo; `+` and the digits of any other, empty for what is no number."""
    lu = texte(ecrit, 40)
    try:
        return telephones.normaliser(lu)
    except telephones.TelephoneInvalide:
        chiffres = re.sub(r"[^0-9]", "", lu)
        return f"+{chiffres}" if chiffres else ""


def texte(valeur: object, longueur: int) -> str:
    """A text or number of the operator's, storable and of at most `longueur` characters; empty for anything else."""
    if isinstance(valeur, bool) or not isinstance(valeur, str | int | Decimal):
        return ""
    return _INSTOCKABLE.sub("\ufffd", str(valeur)[:longueur]).strip()
