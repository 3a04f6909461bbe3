"""At what ages a product's guarantees play. Pure; `apps.pass_clients.services` holds the people to it.

An age is counted in whole years on a day: whoever is born on 29 February is a year older on 1 March of common years. A limit is
kept through the whole year of that age: until the eve of the next birthday.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from apps.pass_products.models import Garantie


def age(naissance: date, *, jour: date) -> int:
    """Whole years on `jour` of whoever was born on `naissance`; negative before that."""
    return jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))


@dataclass(frozen=True)
class Limites:
    """Ages from `minimum` to `maximum`, both included; None: no limit on that side."""

    minimum: int | None = None
    maximum: int | None = None

    def admettent(self, ans: int) -> bool:
        return (self.minimum is None or ans >= self.minimum) and (self.maximum is None or ans <= self.maximum)

    def naissances(self, *, jour: date) -> tuple[date | None, date | None]:
        """The first and the last birth dates of those who have such an age on `jour`."""
        premiere = None if self.maximum is None else _au_plus_tard(self.maximum + 1, jour) + timedelta(days=1)
        return premiere, None if self.minimum is None else _au_plus_tard(self.minimum, jour)

    @property
    def vides(self) -> bool:
        return self.minimum is not None and self.maximum is not None and self.minimum > self.maximum

    def __str__(self) -> str:
        if not self.minimum:
            return "à tout âge" if self.maximum is None else f"jusqu'à {self.maximum} ans"
        return f"à partir de {self.minimum} ans" if self.maximum is None else f"de {self.minimum} à {self.maximum} ans"


def _au_plus_tard(ans: int, jour: date) -> date:
    """The last birth date of those who are `ans` years old on `jour`."""
    try:
        return jour.replace(year=jour.year - ans)
    except ValueError:  # 29 February of a year that has none
        return date(jour.year - ans, 2, 28)


def _limites(garanties: Iterable[Garantie]) -> list[Limites]:
    return [Limites(garantie.age_min, garantie.age_max) for garantie in garanties]


def date_requise(garanties: Iterable[Garantie]) -> bool:
    """Whether a birth date is asked: one of the guarantees has a limit."""
    return any(limites != Limites() for limites in _limites(garanties))


def du_souscripteur(garanties: Iterable[Garantie]) -> Limites:
    """The ages at which every guarantee plays: nobody pays for what cannot cover her. Empty when they have none in common."""
    limites = _limites(garanties)
    return Limites(
        max((une.minimum for une in limites if une.minimum is not None), default=None),
        min((une.maximum for une in limites if une.maximum is not None), default=None),
    )


def des_assures(garanties: Iterable[Garantie]) -> list[Limites]:
    """The ages at which one guarantee at least plays, in order and apart: whoever is insured beside the subscriber has one."""
    reunies: list[Limites] = []
    for une in sorted(_limites(garanties), key=lambda limites: limites.minimum or 0):
        derniere = reunies[-1] if reunies else None
        if derniere is None or (derniere.maximum is not None and (une.minimum or 0) > derniere.maximum + 1):
            reunies.append(une)
        elif derniere.maximum is not None:
            fin = None if une.maximum is None else max(derniere.maximum, une.maximum)
            reunies[-1] = Limites(derniere.minimum, fin)
    return reunies
