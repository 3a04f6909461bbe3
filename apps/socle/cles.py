"""Keys that say what a row is about (« paiement:PAY-20261121-000001:succes »), as people read them.

An app names its own in its `faits.py`.
"""

from collections.abc import Mapping

_OBJETS: dict[str, str] = {}
_SUITES: dict[str, Mapping[str, str]] = {}


def nommer(genre: str, libelle: str, **suites: str) -> None:
    """A key « genre:… » is read as `libelle`, and what may follow the number of its object (« succes ») as `suites` say."""
    _OBJETS[genre] = libelle
    _SUITES[genre] = suites


def cles_de(numero: str) -> list[str]:
    """The keys of all that may have been announced of the object `numero`, whatever its kind."""
    return [f"{genre}:{numero}:{suite}" for genre, suites in _SUITES.items() for suite in suites]


def cle_lisible(cle: str | None) -> str:
    """« Paiement PAY-20261121-000001 · confirmé »; a key of another form as it is."""
    objet, *suite = (cle or "").split(":")
    if objet not in _OBJETS or not suite:
        return cle or ""
    return " · ".join([f"{_OBJETS[objet]} {suite[0]}", *(_SUITES[objet].get(une, une) for une in suite[1:])])
