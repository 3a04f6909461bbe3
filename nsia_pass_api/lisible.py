"""What journals keep as columns, codes and keys, as people read it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, DateField, DateTimeField, DecimalField, Field, Model
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst

from .money import formater_nombre, formater_xaf
from .telephones import afficher

VIDE = "–"
# Beyond this many rows nobody reads page after page: counted no further.
COMPTE_MAXIMUM = 1_000
_EN_FRANCS, _POUR_CENT = " (XAF)", " (%)"

Champ: TypeAlias = "Field[Any, Any]"
Cles = Mapping[str, tuple[str, Callable[[Any], str]]]
"""Keys of a JSON object that is no model's: how each is called, and how its value is read."""
Noms = Mapping[tuple[type[Model], str], str]
"""What the rows that relations point to are called, by model and key."""


def compte_lisible(nombre: int, maximum: int = COMPTE_MAXIMUM) -> str:
    """« 1 000 », « plus de 1 000 » for what was counted no further than one more than `maximum`."""
    return formater_nombre(nombre) if nombre <= maximum else f"plus de {formater_nombre(maximum)}"


def champs(modele: type[Model]) -> dict[str, Champ]:
    """The fields of `modele` by column, and by attribute where it is another."""
    concrets = modele._meta.concrete_fields
    return {champ.attname: champ for champ in concrets} | {str(champ.column): champ for champ in concrets}


def libelle(champ: Champ) -> str:
    # Django names the links of its own tables after their classes.
    lien: Any = champ.related_model if champ.model._meta.auto_created and champ.is_relation else None
    nom = lien._meta.verbose_name if lien else champ.verbose_name
    return capfirst(str(nom).removesuffix(_EN_FRANCS).removesuffix(_POUR_CENT))


def nommer(
    modele: type[Model],
    fiches: Iterable[Mapping[str, Any]],
    *,
    dits: Mapping[type[Model], Callable[[Any], str]] | None = None,
) -> Noms:
    """What each row is called that relations of these records of `modele` point to, by `dits` or as its model says.

    One query a relation that is there.
    """
    cles: dict[type[Model], set[Any]] = {}
    relations = {nom: champ for nom, champ in champs(modele).items() if champ.is_relation}
    for fiche in fiches:
        for nom in relations.keys() & fiche.keys():
            if fiche[nom] is not None:
                cles.setdefault(relations[nom].related_model, set()).add(fiche[nom])  # type: ignore[arg-type]
    return {
        (cible, str(cle)): (dits or {}).get(cible, str)(objet)
        for cible, demandees in cles.items()
        for cle, objet in cible._default_manager.in_bulk(demandees).items()
    }


def valeur_lisible(champ: Champ, valeur: Any, noms: Noms | None = None) -> str:
    """The value as JSON keeps it, by the label of its choice, the name of what it points to, or its type."""
    if valeur is None or valeur == "" or valeur == [] or valeur == {}:
        return VIDE
    if isinstance(valeur, list):
        de = champ.base_field if isinstance(champ, ArrayField) else champ
        return ", ".join(valeur_lisible(de, un) for un in valeur)
    choix = {str(code): str(dit) for code, dit in champ.flatchoices}
    if str(valeur) in choix:
        return choix[str(valeur)]
    if champ.is_relation:
        cible: Any = champ.related_model
        return (noms or {}).get((cible, str(valeur)), f"n° {valeur}")
    return _selon_le_type(champ, valeur)


def cles_lisibles(valeurs: Mapping[str, Any], cles: Cles) -> list[tuple[str, str]]:
    """Label and value of each key; one that `cles` does not know is called by its own words."""
    return [_cle_lisible(cle, valeur, cles) for cle, valeur in valeurs.items()]


def _cle_lisible(cle: str, valeur: Any, cles: Cles) -> tuple[str, str]:
    nom, montrer = cles.get(cle, (capfirst(cle.replace("_", " ")), str))
    return nom, VIDE if valeur is None or valeur == "" else montrer(valeur)


def _selon_le_type(champ: Champ, valeur: Any) -> str:
    if isinstance(champ, BooleanField):
        return "Oui" if valeur else "Non"
    nom, texte = str(champ.verbose_name), str(valeur)
    try:
        if isinstance(champ, DecimalField) or isinstance(valeur, int | float):
            return _nombre(nom, Decimal(texte))
        if isinstance(champ, DateTimeField):
            return f"{timezone.localtime(datetime.fromisoformat(texte)):%d/%m/%Y %H:%M:%S}"
        if isinstance(champ, DateField):
            return f"{date.fromisoformat(texte):%d/%m/%Y}"
    except (InvalidOperation, ValueError):  # masked, or infinite
        return texte
    return afficher(texte) if texte.startswith("+242") else texte


def _nombre(nom: str, nombre: Decimal) -> str:
    if nom.endswith(_EN_FRANCS):
        return formater_xaf(int(nombre))
    return f"{number_format(nombre)}\N{NO-BREAK SPACE}%" if nom.endswith(_POUR_CENT) else number_format(nombre)
