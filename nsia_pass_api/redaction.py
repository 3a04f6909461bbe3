"""Removes secrets and personal data from what is about to be logged: phones, police numbers, keys, tokens, names."""

import math
import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from pathlib import PurePath
from typing import Any
from uuid import UUID

MASQUE = "[masqué]"

_DEPTH = 8
_ITEMS = 200
_TEXT = 20_000

_SPACES = r" \t\u00a0\u2000-\u200f\u202a-\u202f\u2060\u2066-\u2069\ufeff"
# The same, escaped by `repr`, as SQL parameters are.
_ESCAPED = r"\\{1,8}(?:xa0|u20[0-2][0-9a-f]|u206[0-9]|ufeff|u2212)"
_GAP = rf"(?:[{_SPACES}/()_.·\u2010-\u2015\u2212-]|{_ESCAPED}){{0,4}}"
_ZERO = "[0٠۰०０]"
_INDICATIVE = rf"[2٢۲२２]{_GAP}[4٤۴४４]{_GAP}[2٢۲२２]"

_KEY_WORDS = (
    "password|passwd|mot[-_ ]?de[-_ ]?passe|secret|token|jeton|access|refresh|authorization|credentials?|cookie|"
    "sessionid|api[-_]?key|key|cl[eé]|pin|otp"
)
_PERSONAL_WORDS = (
    "police|numero_police|telephone|tel|phone|msisdn|numero_payeur|numero_mobile_money|"
    "nom|prenom|adresse|date_naissance|lieu_naissance|email|commentaire"
)

# Every repetition is bounded or of one class: no text, however long, makes them slow.
_PATTERNS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"eyJ[\w-]{5,}(?:\.[\w-]*){0,4}"), "[jeton]"),
    (re.compile(r"\b(Bearer|Basic)\s+[^\s\"',;]+", re.IGNORECASE), rf"\1 {MASQUE}"),
    (re.compile(r"(?<=://)([^\s:/@]{0,100}):[^\s@]{1,200}(?=@)"), rf"\1:{MASQUE}"),
    # What PostgreSQL quotes from the row: « DETAIL:  Failing row contains (7, KONGO, … ».
    (re.compile(r"\b(D[EÉ]TAIL) ?:[^\n]*"), rf"\1: {MASQUE}"),
    (re.compile(r"(?<![A-Z])[A-Z]{2}-\d{4}-[A-Z]{2,6}-\d+", re.IGNORECASE), "[police]"),
    (
        re.compile(
            rf"(?<![A-Za-z])((?:[\w-]{{0,20}}[-_])?(?:{_KEY_WORDS})[\"']?\s*(?:=>?|:)\s*)"
            r"(?:\"[^\"\n]*\"?|'[^'\n]*'?|(?!\[)[^\s\"',;&)}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{MASQUE}",
    ),
    (re.compile(rf"(?<!\d)(?:\+|{_ZERO}{_ZERO})?{_GAP}{_INDICATIVE}(?:{_GAP}\d){{8,9}}"), "[téléphone]"),
    # The national number alone: nine digits of which the first is 0 and the second is not.
    (re.compile(rf"(?<!\d)(?<!\d[.,]){_ZERO}[{_SPACES}]{{0,2}}(?!{_ZERO})\d(?:{_GAP}\d){{7}}(?!\d)"), "[téléphone]"),
]

# A text without any of these holds nothing that a pattern could mask: most texts end there.
_SUSPECT = re.compile(r"[\d:=]|eyJ|bearer|basic", re.IGNORECASE)

_MASKED_KEY = re.compile(
    r"passw|mot[-_ ]?de[-_ ]?passe|secret|token|jeton|authorization|cookie|"
    rf"(?:^|[^a-z])(?:{_KEY_WORDS}|{_PERSONAL_WORDS})(?:$|[^a-z])",
    re.IGNORECASE,
)


def masquer_texte(text: str) -> str:
    """`text` without phone, police number, token, key or password in any usual spelling, cut at 20 000 characters."""
    if len(text) > _TEXT:
        text = text[:_TEXT] + " [coupé]"
    text = text.encode("utf-8", "backslashreplace").decode()
    if not _SUSPECT.search(text):
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def masquer_valeur(value: object, *, depth: int = 0) -> Any:
    """A copy of `value` made of dictionaries, lists, texts, numbers, booleans and None, without secrets.

    Of an object that is none of these only the class is told: its text may hold a name, or cost a query.
    """
    match value:
        case None | bool():
            return value
        case str():
            return masquer_texte(value)
        case Enum():
            return masquer_valeur(value.value, depth=depth + 1)
        case int():
            return _integer(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case date() | time() | timedelta() | Decimal() | UUID() | PurePath():
            return masquer_texte(str(value))
        case BaseException():
            return masquer_texte(f"{type(value).__name__}: {value}")
    if depth >= _DEPTH:
        return "[…]"
    if isinstance(value, Mapping):
        return dict(_item(str(key), item, depth + 1) for key, item in _first(value.items()))
    if isinstance(value, list | tuple | set | frozenset):
        return [masquer_valeur(item, depth=depth + 1) for item in _first(value)]
    return f"<{type(value).__name__}>"


def _item(key: str, value: object, depth: int) -> tuple[str, Any]:
    shown, secret = _key(key)
    if secret and value is not None and value != "":
        return shown, MASQUE
    return shown, masquer_valeur(value, depth=depth)


@lru_cache(maxsize=1024)
def _key(key: str) -> tuple[str, bool]:
    """How the key is shown, and whether its value is secret. The same few keys come in every event."""
    return masquer_texte(key), _MASKED_KEY.search(key) is not None


def _first(items: Any) -> list[Any]:
    return list(items)[:_ITEMS]


def _integer(value: int) -> int | str:
    if abs(value) >= 10**30:
        return "[entier]"
    text = str(int(value))
    masked = masquer_texte(text)
    return int(value) if masked == text else masked
