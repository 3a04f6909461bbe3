"""Money is whole XAF in integers: how it is written for people, and read from requests."""

from typing import Any

from rest_framework import serializers

MONTANT_MAXIMUM = 1_000_000_000

_FINE = "\u202f"


def formater_nombre(nombre: int) -> str:
    """French digits: groups of three parted by a narrow no-break space, `−` before a negative number."""
    return f"{nombre:,}".replace(",", _FINE).replace("-", "−")


def formater_xaf(montant: int) -> str:
    """`12 500 FCFA`, with narrow no-break spaces."""
    return f"{formater_nombre(montant)}{_FINE}FCFA"


class MontantField(serializers.IntegerField):
    """An amount in whole XAF: a JSON integer between the bounds, never text, boolean or fraction, even `100.0`."""

    default_error_messages = {
        "invalid": "Indiquez un montant entier en francs CFA, sans virgule ni guillemets (exemple : 5000).",
    }

    def __init__(self, *, min_value: int = 1, max_value: int = MONTANT_MAXIMUM, **kwargs: Any) -> None:
        bounds = {
            "min_value": f"Le montant doit être d'au moins {formater_xaf(min_value)}.",
            "max_value": f"Le montant ne peut pas dépasser {formater_xaf(max_value)}.",
        }
        messages = bounds | (kwargs.pop("error_messages", None) or {})
        super().__init__(min_value=min_value, max_value=max_value, error_messages=messages, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data
