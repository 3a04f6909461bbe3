"""Hand-written SQL read as dictionaries: what `.values()` gives, for the reads where the ORM costs more than the query."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)

_JSONB = 3802  # the one type that Django asks psycopg2 to leave as text


def rows(sql: str, parametres: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One dictionary a row, in the query's order; JSON columns are decoded."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parametres)
        colonnes = [colonne.name for colonne in cursor.description]
        lignes = [dict(zip(colonnes, ligne, strict=True)) for ligne in cursor.fetchall()]
        decodees = [colonne.name for colonne in cursor.description if colonne.type_code == _JSONB]
    for nom in decodees:
        for ligne in lignes:
            if ligne[nom] is not None:
                ligne[nom] = json.loads(ligne[nom])
    return lignes


def ecrire(sql: str, parametres: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parametres)


@cache
def colonnes(modele: type[Model], *, de: str, prefixe: str = "") -> str:
    """The columns of `modele`, read from the table that the query calls `de`, under the names where `objet` looks for them."""
    return ", ".join(f'{de}."{champ.column}" AS "{prefixe}{champ.attname}"' for champ in modele._meta.concrete_fields)


def objet(modele: type[M], ligne: Mapping[str, Any], *, prefixe: str = "") -> M:
    """The object of `modele` whose columns `ligne` holds under `prefixe`, as the ORM loads it.

    A column that `ligne` does not hold is read from the database when it is asked for.
    """
    champs = [champ.attname for champ in modele._meta.concrete_fields if prefixe + champ.attname in ligne]
    return modele.from_db(connection.alias, champs, [ligne[prefixe + champ] for champ in champs])
