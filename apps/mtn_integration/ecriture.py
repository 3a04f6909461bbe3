"""Our values as MTN writes them, and back: notes, amounts, phones, and texts that the database can hold."""

import re
import unicodedata
from decimal import Decimal

from nsia_pass_api import telephones

NOTE_MAXIMUM = 160
# Neither absent nor equal to anything asked: a fraction of a franc, or what cannot be read.
MONTANT_ILLISIBLE = -1

_LETTRES = str.maketrans(
    {"Œ": "OE", "œ": "oe", "Æ": "AE", "æ": "ae", "ß": "ss", "–": "-", "—": "-", "’": " ", "ʼ": " "}
)
_PERMIS = re.compile(r"[^A-Za-z0-9 .,:;()+/-]+")
_MONTANT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_INSTOCKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def note(texte: str) -> str:
    """`texte` in the characters that MTN accepts, 160 at most, cut between words; « NSIA » when nothing is left.

    MTN answers 400 to apostrophes, to `///` and to longer notes, and nobody has shown what else: only letters without
    accent, digits, spaces and a few signs are sent.
    """
    sans_accent = unicodedata.normalize("NFKD", texte.translate(_LETTRES))
    ascii_seul = "".join(signe for signe in sans_accent if not unicodedata.combining(signe))
    mots = re.sub(r"/{2,}", "/", _PERMIS.sub(" ", ascii_seul)).split()
    ecrite = " ".join(mots)
    if len(ecrite) > NOTE_MAXIMUM:
        coupee = ecrite[: NOTE_MAXIMUM + 1]
        ecrite = (coupee.rpartition(" ")[0] or coupee)[:NOTE_MAXIMUM]
    return ecrite or "NSIA"


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


def partie(telephone: str) -> str:
    """`242068511358` for `+242068511358`: the 0 stays."""
    return telephone.removeprefix("+")


def telephone(partie: object) -> str:
    """`+242068511358` for a partyId of Congo; `+` and the digits of any other, empty for what is no number."""
    ecrit = texte(partie, 40)
    try:
        return telephones.normaliser(ecrit)
    except telephones.TelephoneInvalide:
        chiffres = re.sub(r"[^0-9]", "", ecrit)
        return f"+{chiffres}" if chiffres else ""


def texte(valeur: object, longueur: int) -> str:
    """A text or number of MTN's, storable and of at most `longueur` characters; empty for anything else."""
    if isinstance(valeur, bool) or not isinstance(valeur, str | int | Decimal):
        return ""
    return _INSTOCKABLE.sub("\ufffd", str(valeur)[:longueur]).strip()
