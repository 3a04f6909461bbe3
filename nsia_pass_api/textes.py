"""What people type, as it is kept: no sign that cannot be seen, that changes the order of reading, or that a database refuses.

Silently normalised: composition (NFC), all kinds of spaces (one plain space), and the marks without width that telephones and
word processors leave when one copies: zero-width spaces and joiners, BOM, soft hyphens, direction marks and isolates.
Refused, because nobody types them by accident: control characters, overrides of direction, halves of a letter, what stands for
an unreadable letter. docs/decisions/0019.
"""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from .errors import DonneesInvalides

# Invisible: Cf but for the overrides; letters, marks and signs drawn as nothing (fillers of Hangul, empty Braille, joiner).
_SANS_LARGEUR = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202c\u2060-\u206f\u2800\u3164\ufeff\uffa0"
    "\ufff9-\ufffc"
)
_ETIQUETTES = "\U000e0000-\U000e0fff"
_SUPPRIMES = re.compile(f"[{_SANS_LARGEUR}{_ETIQUETTES}]")
# Controls that are not spaces (\s takes tab, line feed, vertical tab, form feed, return, \x1c to \x1f and \x85), overrides,
# surrogates, U+FFFD and the code points that are no characters.
_REFUSES = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")
_BLANCS = re.compile(r"\s+")
_FINS_DE_LIGNE = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")

PERDUE = "\ufffd"
# For PostgreSQL: any sign that `nettoyer` removes or refuses, and the spaces that it makes plain. The sign of a lost letter may
# stay: the former database has names with it, that wait for somebody to read them.
INVISIBLES = (
    r"[\u0001-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffc\ufffe\uffff\U000e0000-\U000e0fff]"
)
REFUS = "Ce texte contient un caractère invisible ou illisible. Effacez-le et tapez-le au clavier."


class TexteRefuse(DonneesInvalides):
    code = "texte_refuse"
    titre = "Texte illisible"
    detail = REFUS


def nettoyer(texte: str, *, lignes: bool = False) -> str:
    """`texte` as it is kept, on one line or, with `lignes`, on its own. Raises TexteRefuse for what cannot be."""
    if _REFUSES.search(texte):
        raise TexteRefuse
    if not lignes:
        return _une_ligne(texte)
    return "\n".join(map(_une_ligne, _FINS_DE_LIGNE.sub("\n", texte).split("\n"))).strip("\n")


def epurer(texte: str) -> str:
    """As `nettoyer`, for what nobody can type again: what it refuses is left out, but for the sign of a letter that was lost."""
    return _une_ligne(_REFUSES.sub(lambda trouve: PERDUE if trouve[0] == PERDUE else " ", texte))


def _une_ligne(texte: str) -> str:
    return unicodedata.normalize("NFC", _BLANCS.sub(" ", _SUPPRIMES.sub("", texte)).strip())


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
