"""Our values as MTN writes them: notes and phones."""

import re
import unicodedata

NOTE_MAXIMUM = 160

_LETTRES = str.maketrans(
    {"Œ": "OE", "œ": "oe", "Æ": "AE", "æ": "ae", "ß": "ss", "–": "-", "—": "-", "’": " ", "ʼ": " "}
)
_PERMIS = re.compile(r"[^A-Za-z0-9 .,:;()+/-]+")


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


def partie(telephone: str) -> str:
    """`242068511358` for `+242068511358`: the 0 stays."""
    return telephone.removeprefix("+")
