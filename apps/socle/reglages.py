"""Settings that the insurer changes in the back office: their value is a row, else what the environment says.

A request reads the rows once, when it first needs one of them (`MemoireDeRequete`); all else reads them each time. So a change
holds for every process from the next request on, and nothing has to be told to anybody.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.socle.models import Reglage


@dataclass
class _Memoire:
    valeurs: dict[str, int] = field(default_factory=dict)
    lue: bool = False


_memoire: ContextVar[_Memoire | None] = ContextVar("reglages", default=None)


def reglage(nom: str) -> int:
    """The value in force of the setting `nom`. One query, none when this request has read another."""
    memoire = _memoire.get() or _Memoire()
    if not memoire.lue:
        memoire.valeurs, memoire.lue = _en_base(), True
    return memoire.valeurs.get(nom, par_defaut(nom))


def par_defaut(nom: str) -> int:
    """What the environment says."""
    valeur: int = getattr(settings, nom)
    return valeur


def ou_par_defaut(nom: str, valeur: int | None) -> int:
    """For whoever has read the row of the setting in a query of its own."""
    return par_defaut(nom) if valeur is None else valeur


def _en_base() -> dict[str, int]:
    lignes = Reglage.objects.filter(valeur__isnull=False).values_list("nom", "valeur")
    return {nom: valeur for nom, valeur in lignes if valeur is not None}


@contextmanager
def memoire_partagee() -> Iterator[None]:
    """Inside, settings are read once at most."""
    jeton = _memoire.set(_Memoire())
    try:
        yield
    finally:
        _memoire.reset(jeton)


class MemoireDeRequete:
    """Middleware: all that a request does sees the same settings."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with memoire_partagee():
            return self.get_response(request)
