"""What people and former files wrote by hand: amounts and days in every writing, a value or the reason why there is none."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models

from .money import MONTANT_MAXIMUM
from .textes import PERDUE, epurer


class MotifIllisible(models.TextChoices):
    """Why what is written is not used."""

    MONTANT_ABSENT = "montant_absent", "Montant absent"
    MONTANT_ILLISIBLE = "montant_illisible", "Montant illisible"
    MONTANT_NEGATIF = "montant_negatif", "Montant négatif"
    MONTANT_NUL = "montant_nul", "Montant nul"
    MONTANT_EXCESSIF = "montant_excessif", "Montant hors de toute mesure"
    DATE_IMPOSSIBLE = "date_impossible", "Date impossible"
    MODE_INCONNU = "mode_inconnu", "Mode de paiement inconnu"


Motif = MotifIllisible


class Illisible(Exception):
    """The value cannot be used; `motif` says why, `montant` what could be read of it all the same.

    `motif`: of `MotifIllisible`, or of the choices of whoever reads something else.
    """

    def __init__(self, motif: models.TextChoices, explication: str = "", *, montant: int | None = None) -> None:
        super().__init__(explication)
        self.motif, self.explication, self.montant = motif, explication, montant


def cle(texte: str) -> str:
    """Letters and digits of `texte`, small and without accents: how columns, states and labels are compared."""
    decompose = unicodedata.normalize("NFKD", reparer(texte)[0])
    return "".join(c for c in decompose.casefold() if c.isalnum())


_MARQUES = re.compile(
    "[\u00c2\u00c3\u00e2][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122\u20ac]"
)


def reparer(texte: str) -> tuple[str, bool]:
    """`texte` with « Ã© » read again as « é », single spaces; and whether letters are lost for good."""
    for _ in range(2):  # some were damaged twice
        if not _MARQUES.search(texte):
            break
        try:
            texte = b"".join(_octet(c) for c in texte).decode()
        except (UnicodeEncodeError, UnicodeDecodeError):
            break
    return epurer(texte), PERDUE in texte


def _octet(caractere: str) -> bytes:
    """The byte that was read as this letter: in Windows' code, or in Latin-1 where that one has holes."""
    try:
        return caractere.encode("cp1252")
    except UnicodeEncodeError:
        return caractere.encode("latin-1")


def texte(valeur: Any) -> str:
    """What is written, repaired; nothing for null and for the words that stand for nothing."""
    ecrit = reparer(str(valeur))[0] if valeur is not None else ""
    return "" if ecrit.casefold() in ("null", "none", "n/a", "na", "-", "nan", "néant") else ecrit


def montant(valeur: Any) -> int:
    """Whole XAF above zero. Raises Illisible, with the amount when one could be read (negative, zero)."""
    lu = montant_ou_zero(valeur)
    if lu == 0:
        raise Illisible(Motif.MONTANT_NUL, montant=0)
    return lu


def montant_ou_zero(valeur: Any) -> int:
    """As `montant`, zero accepted."""
    lu = nombre(valeur)
    if lu is None:
        raise Illisible(Motif.MONTANT_ABSENT)
    if lu < 0:
        raise Illisible(Motif.MONTANT_NEGATIF, montant=lu)
    if lu > MONTANT_MAXIMUM:
        raise Illisible(Motif.MONTANT_EXCESSIF, montant=lu)
    return lu


_MONNAIE = re.compile(r"(?:f\s*\.?\s*cfa|fcfa|xaf|cfa|frs?|f)\.?$", re.IGNORECASE)


def nombre(valeur: Any) -> int | None:
    """Whole francs, of any sign; None for nothing. Raises Illisible for a fraction of a franc and for what is no number.

    « 1 500 », « 1.500 », « 1,500 », « 1500.00 », « 1 500,00 FCFA » are 1500: a group of three figures behind a sign is thousands.
    """
    if isinstance(valeur, bool):
        raise Illisible(Motif.MONTANT_ILLISIBLE)
    if isinstance(valeur, (int, Decimal)):
        exact = Decimal(valeur)
    else:
        ecrit = texte(valeur)
        if not ecrit:
            return None
        compact = _MONNAIE.sub("", ecrit.strip()).replace("−", "-")
        compact = re.sub(r"[\s']", "", compact)
        if re.fullmatch(r"\(.+\)", compact):
            compact = f"-{compact[1:-1]}"
        compact = _milliers(compact)
        try:
            exact = Decimal(compact)
        except InvalidOperation:
            raise Illisible(Motif.MONTANT_ILLISIBLE, f"« {ecrit[:60]} » n'est pas un montant.") from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise Illisible(Motif.MONTANT_ILLISIBLE, f"{exact} n'est pas un nombre entier de francs.")
    if abs(exact) > 10**15:
        raise Illisible(Motif.MONTANT_ILLISIBLE, "Ce montant a trop de chiffres.")
    return int(exact)


def _milliers(compact: str) -> str:
    for signe in ".,":
        if re.fullmatch(rf"[+-]?[0-9]{{1,3}}(\{signe}[0-9]{{3}})+", compact):
            return compact.replace(signe, "")
    if re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+", compact):
        return compact.replace(".", "").replace(",", ".")
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", compact):
        return compact.replace(",", "")
    return compact.replace(",", ".")


_FORMES_DE_DATE = (
    ("%Y-%m-%d", re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")),
    ("%d/%m/%Y", re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}")),
    ("%d-%m-%Y", re.compile(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}")),
    ("%d.%m.%Y", re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}")),
    ("%Y/%m/%d", re.compile(r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}")),
    ("%d/%m/%y", re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}")),
    ("%Y%m%d", re.compile(r"[12][0-9]{7}")),
)
_MOIS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_EN_LETTRES = re.compile(r"([0-9]{1,2})(?:er)? +([^\W0-9]+)\.? +([0-9]{4})")
PREMIERE_ANNEE = 2000


def jour(valeur: Any, *, apres: int = PREMIERE_ANNEE, avant: int) -> date | None:
    """The day written, of years `apres` to `avant`; None for nothing. Days come before months. Raises Illisible."""
    ecrit = texte(valeur)
    if not ecrit:
        return None
    # Hours are not kept: the former database did not say in which time zone.
    debut = re.split(r"[T ](?=[0-9]{1,2}[:hH])", ecrit, maxsplit=1)[0].strip()
    lue = _lire_jour(debut)
    if lue is None or not apres <= lue.year <= avant:
        raise Illisible(Motif.DATE_IMPOSSIBLE, f"« {ecrit[:40]} » n'est pas une date possible.")
    return lue


def _lire_jour(debut: str) -> date | None:
    lettres = _EN_LETTRES.fullmatch(debut)
    try:
        if lettres:
            return date(int(lettres[3]), 1 + _MOIS.index(cle(lettres[2])), int(lettres[1]))
        for forme, motif in _FORMES_DE_DATE:
            if motif.fullmatch(debut):
                return datetime.strptime(debut, forme).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
    return None
