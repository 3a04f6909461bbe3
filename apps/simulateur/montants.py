"""Amounts of the protocol: decimal text outside, whole hundredths inside. No float ever."""

import re

MAXIMUM = 10**15
_ECRIT = re.compile(r"(0|[1-9]\d{0,12})(?:\.(\d{1,2}))?")


class MontantInvalide(ValueError):
    pass


def lire_montant(texte: object, *, devise: str) -> int:
    """Hundredths of `texte`; XAF has no subunit. Raises MontantInvalide for what is not a positive amount."""
    if isinstance(texte, int) and not isinstance(texte, bool):
        texte = str(texte)
    ecrit = _ECRIT.fullmatch(texte) if isinstance(texte, str) else None
    if ecrit is None:
        raise MontantInvalide
    centiemes = int(ecrit[1]) * 100 + int((ecrit[2] or "0").ljust(2, "0"))
    if not 0 < centiemes <= MAXIMUM or (devise == "XAF" and centiemes % 100):
        raise MontantInvalide
    return centiemes


def ecrire(centiemes: int) -> str:
    """`12.5` for 1250, as MTN gives `12.50` back; `100` for 10000."""
    signe = "-" if centiemes < 0 else ""
    entier, reste = divmod(abs(centiemes), 100)
    return f"{signe}{entier}" + (f".{reste:02}".rstrip("0") if reste else "")


def pour_les_gens(centiemes: int, devise: str) -> str:
    """`12 500 FCFA` or `12,50 €`, with narrow no-break spaces."""
    entier, reste = divmod(abs(centiemes), 100)
    nombre = f"{entier:,}".replace(",", "\u202f") + (f",{reste:02}" if reste else "")
    signe = "−" if centiemes < 0 else ""
    return f"{signe}{nombre}\u202f{ {'XAF': 'FCFA', 'EUR': '€'}.get(devise, devise) }"
