"""Reads request bodies: strict JSON objects whose every text and number can be stored."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.parsers import JSONParser

from .errors import DonneesInvalides, RequeteIllisible

PROFONDEUR_MAXIMALE = 20
ENTIER_MAXIMAL = 2**63 - 1

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class ObjetJSONParser(JSONParser):
    """Parses a JSON object in UTF-8; raises RequeteIllisible or DonneesInvalides for anything else, never another error.

    Refused: other encodings, NaN and infinities, integers beyond 64 bits, control characters and lone surrogates in texts,
    more than 20 levels, and bodies that are not an object.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            text = stream.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise RequeteIllisible("Le corps de la requête n'est pas écrit en UTF-8.") from error
        try:
            data = json.loads(text, parse_constant=_constant, parse_float=_fraction, parse_int=_integer)
        except json.JSONDecodeError as error:
            raise RequeteIllisible(
                f"Le corps de la requête n'est pas du JSON valide (ligne {error.lineno}, colonne {error.colno})."
            ) from error
        except RecursionError as error:
            raise _too_deep() from error
        if not isinstance(data, dict):
            raise RequeteIllisible("Le corps de la requête doit être un objet JSON : { … }.")
        _check_texts(data)
        return data


def _check_texts(data: dict[str, Any]) -> None:
    pending: list[tuple[str, int, Any]] = [("", 1, data)]
    while pending:
        path, depth, value = pending.pop()
        if isinstance(value, str):
            if _UNSTORABLE.search(value):
                raise DonneesInvalides(
                    "Un texte contient un caractère de contrôle ou incomplet : retirez-le.",
                    champs={path: ["Retirez les caractères de contrôle ou incomplets."]},
                )
        elif isinstance(value, dict | list):
            if depth > PROFONDEUR_MAXIMALE:
                raise _too_deep()
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in items:
                if isinstance(key, str) and _UNSTORABLE.search(key):
                    raise RequeteIllisible("Un nom de champ contient un caractère de contrôle ou incomplet.")
                pending.append((f"{path}.{key}" if path else str(key), depth + 1, item))


def _too_deep() -> RequeteIllisible:
    return RequeteIllisible(f"Le corps de la requête a plus de {PROFONDEUR_MAXIMALE} niveaux imbriqués.")


def _integer(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > ENTIER_MAXIMAL:
        raise RequeteIllisible("Un nombre du corps de la requête est trop grand.")
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise RequeteIllisible("Un nombre du corps de la requête est trop grand.")
    return number


def _constant(text: str) -> NoReturn:
    raise RequeteIllisible(f"« {text} » n'est pas un nombre que JSON connaît.")
