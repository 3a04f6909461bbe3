"""This app's rows of the demonstration: the catalogue, completed if a product is missing."""

from typing import Any

from apps.pass_products.services import charger_catalogue, lire_catalogue


def preparer(**_: Any) -> None:
    charger_catalogue(catalogue=lire_catalogue(), ajouter_seulement=True)
