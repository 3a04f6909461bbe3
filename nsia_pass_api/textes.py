"""What people type, as it is kept: no sign that cannot be seen, that changes the order of reading, or that a database refuses.

Silently normalised: composition (NFC), all kinds of spaces (one plain space), and the marks without width that telephones and
word processors leave when one copies: whatever Unicode lets a font ignore.
Refused, because nobody types them by accident: control and format characters, overrides of direction, halves of a letter, what
stands for an unreadable letter, signs for private use or for nobody yet, and accents piled up. docs/decisions/0019.
"""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from .errors import DonneesInvalides

# Drawn as nothing: Default_Ignorable_Code_Point of Unicode 16 but for the overrides, and empty Braille, marks of ruby and of
# objects that are not there.
_SANS_LARGEUR = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202c\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SUPPRIMES = re.compile(f"[{_SANS_LARGEUR}]")
# Controls that are not spaces: \s takes tab, line feed, vertical tab, form feed, return, \x1c to \x1f and \x85.
_CONTROLES = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# Format characters that are seen or turn the text, halves of a letter, private use, unassigned.
_CATEGORIES_REFUSEES = frozenset({"Cf", "Cs", "Co", "Cn"})
# No language puts so many on one letter.
_ACCENTS_MAXIMUM = 4
_BLANCS = re.compile(r"\s+")
_FINS_DE_LIGNE = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")

PERDUE = "\ufffd"
# For PostgreSQL: any sign that `nettoyer` removes or refuses, and the spaces that it makes plain, but what is unassigned among
# signs, which moves with Unicode; and the usual accents, piled up. The sign of a lost letter may stay: the former database has
# names with it, that wait for somebody to read them.
INVISIBLES = (
    r"[\u0001-\u001f\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5"
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff0-\ufffc\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U00040000-\U0010ffff]|[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5}"
)
REFUS = "Ce texte contient un caractère invisible ou illisible. Effacez-le et tapez-le au clavier."


class TexteRefuse(DonneesInvalides):
    code = "texte_refuse"
    titre = "Texte illisible"
    detail = REFUS


def nettoyer(texte: str, *, lignes: bool = False) -> str:
    """`texte` as it is kept, on one line or, with `lignes`, on its own. Raises TexteRefuse for what cannot be."""
    visible = _SUPPRIMES.sub("", texte)
    if any(map(_refuse, visible)):
        raise TexteRefuse
    brutes = _FINS_DE_LIGNE.sub("\n", visible).split("\n") if lignes else [visible]
    gardees = [_une_ligne(brute) for brute in brutes]
    if any(_sans_piles(gardee) != gardee for gardee in gardees):
        raise TexteRefuse
    return "\n".join(gardees).strip("\n")


def epurer(texte: str) -> str:
    """As `nettoyer`, for what nobody can type again: what it refuses is left out, but for the sign of a letter that was lost."""
    visible = _SUPPRIMES.sub("", texte)
    return _sans_piles(_une_ligne("".join(" " if _refuse(signe) and signe != PERDUE else signe for signe in visible)))


def verifier_nom(nom: str) -> None:
    """Raises ValidationError for the name of a person without a letter."""
    if not any(signe.isalpha() for signe in nom):
        raise ValidationError("Écrivez un nom avec des lettres.", code="nom_sans_lettre")


def _refuse(signe: str) -> bool:
    if signe.isprintable():
        return signe == PERDUE
    return _CONTROLES.match(signe) is not None or unicodedata.category(signe) in _CATEGORIES_REFUSEES


def _sans_piles(texte: str) -> str:
    """`texte` without the marks that follow too many others."""
    suite, gardes = 0, []
    for signe in texte:
        suite = suite + 1 if unicodedata.category(signe)[0] == "M" else 0
        if suite <= _ACCENTS_MAXIMUM:
            gardes.append(signe)
    return "".join(gardes)


def _une_ligne(texte: str) -> str:
    return unicodedata.normalize("NFC", _BLANCS.sub(" ", texte).strip())


def sans_invisibles(*champs: str, name: str) -> models.CheckConstraint:
    """`champs` hold nothing that cannot be seen, whoever writes them."""
    condition = models.Q()
    for champ in champs:
        condition &= ~models.Q(**{f"{champ}__regex": INVISIBLES})
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=REFUS)


class TexteTape(forms.CharField):
    """Forms: a text as `nettoyer` keeps it, on several lines where its widget has them."""

    def to_python(self, value: Any) -> str:
        texte = str(super().to_python(value) or "")
        try:
            return nettoyer(texte, lignes=isinstance(self.widget, forms.Textarea))
        except TexteRefuse as refus:
            raise ValidationError(refus.detail, code=refus.code) from refus


class EmailTape(TexteTape, forms.EmailField):
    """The same for an e-mail address."""


def champ_tape(db_field: "models.Field[Any, Any]") -> type[forms.CharField] | None:
    """The class of form field for a column of text that people type; None for any other column."""
    if isinstance(db_field, models.EmailField):
        return EmailTape
    if isinstance(db_field, models.CharField | models.TextField) and not db_field.choices:
        return TexteTape
    return None
