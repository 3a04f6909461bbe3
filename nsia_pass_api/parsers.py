"""Reads request bodies: strict JSON objects whose every text and number can be stored."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.parsers import JSONParser

from .errors import DonneesInvalides, RequeteIllisible
from .textes import TexteRefuse, nettoyer

PROFONDEUR_MAXIMALE = 20
ENTIER_MAXIMAL = 2**63 - 1

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_AS_TYPED = ("password",)


class ObjetJSONParser(JSONParser):
    """Parses a JSON object in UTF-8; raises RequeteIllisible or DonneesInvalides for anything else, never another error.

    Refused: other encodings, NaN and infinities, integers beyond 64 bits, control characters and lone surrogates in texts,
    more than 20 levels, and bodies that are not an object. Texts come out as `textes.nettoyer` keeps them.
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
        cleaned: dict[str, Any] = _cleaned(data)
        return cleaned


def _cleaned(value: Any, path: str = "", depth: int = 1) -> Any:
    """`value` with each text as it is kept. A password is kept as it is typed, if it can be."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise DonneesInvalides(
                "Un texte contient un caractère de contrôle ou incomplet : retirez-le.",
                champs={path: ["Retirez les caractères de contrôle ou incomplets."]},
            )
        if path.rpartition(".")[2] in _AS_TYPED:
            return value
        try:
            return nettoyer(value)
        except TexteRefuse as refus:
            raise TexteRefuse(champs={path: [refus.detail]}) from refus
    if not isinstance(value, dict | list):
        return value
    if depth > PROFONDEUR_MAXIMALE:
        raise _too_deep()
    if isinstance(value, list):
        return [_cleaned(item, _join(path, rank), depth + 1) for rank, item in enumerate(value)]
    if any(_UNSTORABLE.search(key) for key in value):
        raise RequeteIllisible("Un nom de champ contient un caractère de contrôle ou incomplet.")
    return {key: _cleaned(item, _join(path, key), depth + 1) for key, item in value.items()}


def _join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


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
