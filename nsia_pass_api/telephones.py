"""Mobile numbers of Congo: accepted as people write them, kept as `+242` and nine digits, shown as `06 123 45 67`.

In Congo the 0 stays after the country code: 06 123 45 67 is +242 06 123 45 67.
"""

import re
import unicodedata
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .errors import DonneesInvalides

E164 = re.compile(r"\+242[0-9]{9}")

_EXEMPLES = "Écrivez un numéro de mobile du Congo, par exemple 06 123 45 67 ou +242 06 123 45 67."
_SEPARATORS = re.compile(r"[\s.()/_·-]")
_WRITTEN = re.compile(r"(?:(?:\+|00)?242)?(0[0-9]{8})")
_LONGEST = 40


class TelephoneInvalide(DonneesInvalides):
    code = "telephone_invalide"
    titre = "Numéro de téléphone invalide"
    detail = _EXEMPLES


def normaliser(texte: str) -> str:
    """`+242061234567` for any usual spelling of a mobile number of Congo; raises TelephoneInvalide for the rest."""
    if not texte.strip():
        raise TelephoneInvalide("Indiquez un numéro de téléphone.")
    if len(texte) > _LONGEST:
        raise TelephoneInvalide(f"Ce numéro est trop long. {_EXEMPLES}")
    compact = _SEPARATORS.sub("", "".join(map(plain, texte)))
    written = _WRITTEN.fullmatch(compact)
    if written is None:
        raise TelephoneInvalide(_why(compact))
    number = phonenumbers.PhoneNumber(country_code=242, national_number=int(written[1]), italian_leading_zero=True)
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
        raise TelephoneInvalide(f"Ce numéro n'existe pas au Congo. {_EXEMPLES}")
    return f"+242{written[1]}"


def plain(character: str) -> str:
    """Any digit of Unicode as 0 to 9, any dash as `-`, nothing for invisible marks."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    category = unicodedata.category(character)
    if category == "Pd" or character == "−":
        return "-"
    if category == "Cf":
        return ""
    return "+" if character == "＋" else character


def _why(compact: str) -> str:
    if not re.fullmatch(r"\+?[0-9]+", compact):
        return f"Ce numéro contient autre chose que des chiffres. {_EXEMPLES}"
    if re.match(r"(?:\+|00)(?!242)", compact):
        return f"Seuls les numéros du Congo (+242) sont acceptés. {_EXEMPLES}"
    if re.fullmatch(r"(?:(?:\+|00)?242)?222[0-9]{6}", compact):
        return f"Ce numéro est celui d'un téléphone fixe. {_EXEMPLES}"
    return f"Ce numéro n'a pas le bon nombre de chiffres. {_EXEMPLES}"


def afficher(telephone: str) -> str:
    """`06 123 45 67`, with no-break spaces; a text that is not a normalised number comes back as it is."""
    if not E164.fullmatch(telephone):
        return telephone
    return "\u00a0".join((telephone[4:6], telephone[6:9], telephone[9:11], telephone[11:13]))


def masquer(telephone: str) -> str:
    """`+242 06 ••• •• 67`: enough for its owner to recognise it; nothing of a text that is not a normalised number."""
    if not E164.fullmatch(telephone):
        return "•••"
    return f"+242\u00a0{telephone[4:6]}\u00a0•••\u00a0••\u00a0{telephone[11:13]}"


def valider_telephone(value: str) -> None:
    """Model validator: refuses what `normaliser` refuses."""
    try:
        normaliser(value)
    except TelephoneInvalide as error:
        raise ValidationError(error.detail, code=error.code) from error


class TelephoneFormField(forms.CharField):
    """Admin and other forms: any usual spelling in, normalised number out, `06 123 45 67` shown."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "placeholder": "06 123 45 67"})
        super().__init__(**{"widget": widget, **kwargs, "max_length": _LONGEST})

    def to_python(self, value: Any) -> str:
        texte = str(super().to_python(value) or "")
        if not texte:
            return ""
        try:
            return normaliser(texte)
        except TelephoneInvalide as error:
            raise ValidationError(error.detail, code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        return afficher(value) if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (initial or "") != self.to_python(data)
        except ValidationError:
            return True


@extend_schema_field(
    {
        "type": "string",
        "pattern": r"^((\+|00)?242)?0[1456][0-9]{7}$",
        "maxLength": _LONGEST,
        "example": "+242061234567",
        "description": "Mobile du Congo ; espaces, points et tirets sont acceptés, la réponse est de la forme `+242…`.",
    }
)
class TelephoneField(serializers.CharField):
    """REST: any usual spelling in, normalised number out."""

    default_error_messages = {"invalid": _EXEMPLES, "blank": "Indiquez un numéro de téléphone."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        texte = str(super().to_internal_value(data))
        if not texte:
            return ""
        try:
            return normaliser(texte)
        except TelephoneInvalide as error:
            raise serializers.ValidationError(error.detail, code=error.code) from error
