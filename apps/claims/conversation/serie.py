"""State, events, facts and effects as JSON and back; states of older versions of the machine, as the state of today."""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from nsia_pass_api.errors import ErreurPass

from . import donnees
from .donnees import VERSION, Etat, Evenement


class EtatIllisible(ErreurPass):
    """The stored state is of a version that this machine does not know, or of no version at all."""

    code = "etat_illisible"
    titre = "Conversation illisible"
    detail = "Cette conversation a été enregistrée sous une forme inconnue. Un conseiller peut la reprendre."


def en_json(objet: Any) -> Any:
    if dataclasses.is_dataclass(objet) and not isinstance(objet, type):
        return {nom.name: en_json(getattr(objet, nom.name)) for nom in dataclasses.fields(objet)}
    if isinstance(objet, date):
        return objet.isoformat()
    if isinstance(objet, Mapping):
        return {cle: en_json(valeur) for cle, valeur in objet.items()}
    if isinstance(objet, tuple | list):
        return [en_json(valeur) for valeur in objet]
    return objet


def de_json(forme: Any, brut: Any) -> Any:
    """The object of type `forme` that `en_json` wrote. Raises KeyError, TypeError or ValueError for another shape."""
    if forme is Any or brut is None:
        return brut
    origine, arguments = typing.get_origin(forme), typing.get_args(forme)
    if origine in (typing.Union, types.UnionType):
        return _de_l_union(arguments, brut)
    if origine is tuple:
        return tuple(de_json(arguments[0], valeur) for valeur in brut)
    if origine is not None and issubclass_sure(origine, Mapping):
        return {cle: de_json(arguments[1], valeur) for cle, valeur in brut.items()}
    if dataclasses.is_dataclass(forme):
        champs = _formes(typing.cast(typing.Hashable, forme))
        return forme(**{cle: de_json(champs[cle], valeur) for cle, valeur in brut.items()})  # type: ignore[operator]
    if forme is date:
        return date.fromisoformat(brut)
    if issubclass_sure(forme, StrEnum):
        return forme(brut)
    return brut


def _de_l_union(formes: tuple[Any, ...], brut: Any) -> Any:
    """Of the forms of a field, the first that is more than plain JSON takes an object or a text; plain JSON stays as it is."""
    riches = [
        forme for forme in formes if dataclasses.is_dataclass(forme) or forme is date or issubclass_sure(forme, StrEnum)
    ]
    return de_json(riches[0], brut) if riches else brut


def issubclass_sure(forme: Any, parent: type) -> bool:
    return isinstance(forme, type) and issubclass(forme, parent)


@cache
def _formes(forme: typing.Hashable) -> dict[str, Any]:
    return typing.get_type_hints(forme)


def evenement_en_json(evenement: Evenement) -> dict[str, Any]:
    return {"nature": type(evenement).__name__, **en_json(evenement)}


def evenement_de_json(brut: Mapping[str, Any]) -> Evenement:
    forme = {classe.__name__: classe for classe in typing.get_args(donnees.Evenement)}[brut["nature"]]
    return typing.cast(Evenement, de_json(forme, {cle: valeur for cle, valeur in brut.items() if cle != "nature"}))


def lire_etat(brut: Mapping[str, Any]) -> Etat:
    """The stored state, brought to today's version. Raises EtatIllisible."""
    version = brut.get("version", 0)
    try:
        while version != VERSION:
            brut = MIGRATIONS[version](brut)
            version = brut["version"]
        return typing.cast(Etat, de_json(Etat, brut))
    except (KeyError, TypeError, ValueError, AttributeError) as faute:
        raise EtatIllisible from faute


def _de_0_a_1(brut: Mapping[str, Any]) -> dict[str, Any]:
    """Version 0 held bare answers (`reponses`), the open question (`attendu`), phases in small letters, and no source."""
    reponses = {
        champ: {"valeur": valeur, "source": "ancienne_version", "rang": 0} for champ, valeur in brut["reponses"].items()
    }
    phase = brut["phase"].upper()
    return {
        "version": 1,
        "rang": brut["rang"],
        "phase": "SINISTRE_DETAILS" if phase == "DETAILS" else phase,
        "identite": "client" if phase != "AUTHENTIFICATION" else "inconnu",
        "question": brut.get("attendu") or "",
        "declaration": 1 if reponses else 0,
        "champs": reponses,
        "parcours": list(reponses),
        "confirmee": bool(brut.get("sinistre")),
        "sinistre": brut.get("sinistre") or "",
    }


MIGRATIONS: dict[int, Callable[[Mapping[str, Any]], dict[str, Any]]] = {0: _de_0_a_1}
