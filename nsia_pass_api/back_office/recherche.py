"""Exact search: numbers and phones are met as they are, words are names where somebody has one."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from ..errors import ErreurPass
from ..telephones import normaliser


class AvecRecherche:
    """Mixin, before the admin. `recherches`: where a search looks, by lookup, with what gives a term its canonical form.

    That form is refused by ErreurPass or ValueError when the term cannot be one. Each lookup must have an index.
    """

    model: Any
    recherches: ClassVar[dict[str, Callable[[str], Any]]] = {}

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        return list(self.recherches)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows that `search_term` names: numbers and phones are met exactly, words are names where somebody has one."""
        terme = search_term.strip()
        if not terme:
            return queryset, False
        if not any(signe.isdecimal() for signe in terme):
            nommees = self.lignes_nommees(queryset, terme)
            if nommees is not None:
                return nommees, False
        return self._qui_repondent(queryset, self._criteres(terme)), False

    def lignes_designees(self, lignes: QuerySet[Any], terme: str) -> QuerySet[Any]:
        """Those of `lignes` whose own number `terme` is, not that of something to which they belong."""
        return self._qui_repondent(lignes, (un for un in self._criteres(terme) if not any("__" in nom for nom in un)))

    def _qui_repondent(self, lignes: QuerySet[Any], criteres: Iterable[dict[str, Any]]) -> QuerySet[Any]:
        trouvees = [self.model._default_manager.filter(**critere).order_by().values("pk") for critere in criteres]
        if not trouvees:
            return lignes.none()
        # One index a branch; an OR over joined tables would read them whole.
        premiere, *autres = trouvees
        return lignes.filter(pk__in=premiere.union(*autres) if autres else premiere)

    def en_bref(self, objet: Any) -> Sequence[Any]:
        """What tells the object from others where kinds are read together."""
        return (objet,)

    def lignes_nommees(self, lignes: QuerySet[Any], terme: str) -> QuerySet[Any] | None:
        """Those of `lignes` that the words of `terme` name, the closest first; None where nobody has a name."""
        return None

    def _criteres(self, terme: str) -> Iterable[dict[str, Any]]:
        for lookup, forme in self.recherches.items():
            try:
                yield {lookup: forme(terme)}
            except (ErreurPass, ValueError):
                continue


def qui_commencent(lignes: QuerySet[Any], terme: str, *champs: str) -> QuerySet[Any]:
    """Those of `lignes` of which each word of `terme` begins one of `champs`."""
    for mot in terme.split():
        lignes = lignes.filter(reduce(or_, (Q(**{f"{champ}__istartswith": mot}) for champ in champs)))
    return lignes


# Canonical forms of what people type, for `recherches`.


def numero(terme: str) -> str:
    """A police, subscription or transaction number: capitals, without spaces."""
    return "".join(terme.upper().split())


def numero_telephone(terme: str) -> str:
    return normaliser(terme)


def reference(terme: str) -> uuid.UUID:
    return uuid.UUID(terme)
