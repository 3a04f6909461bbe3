"""Clients found by name: accents, case, hyphens and apostrophes do not count, and a typing error is forgiven."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.db import connections
from django.db.models import BooleanField, Count, F, FloatField, Func, QuerySet, Value, Window

from apps.pass_clients.expressions import NomCherchable
from apps.pass_clients.models import ClientPass
from nsia_pass_api.lisible import COMPTE_MAXIMUM

# Nobody reads further.
TROUVES = 30
# Of names that more people bear, these are compared, not the others: another word tells them apart.
CANDIDATS = COMPTE_MAXIMUM
# Of their trigrams « Mabyala » and « Mabiala » share 0.45, « Okamba » and « Okemba » 0.40, « Ngama » and « Ngoma » 0.33.
RESSEMBLANCE = "0.33"
# Each word is a condition more: a name has fewer.
MOTS = 6

_NOM = NomCherchable(F("prenom"), F("nom"))


class _Commence(Func):
    """Whether a word of the first name begins like the second; nobody's does when nothing of it can be compared."""

    template = "(%(expressions)s, ' ') || '%%%%')"
    arg_joiner = " LIKE '%%' || NULLIF("
    output_field = BooleanField()


def clients_nommes(clients: QuerySet[ClientPass], terme: str) -> QuerySet[ClientPass]:
    """Those of `clients` whose names begin like the words of `terme`, or else resemble them; the closest first.

    At most TROUVES of CANDIDATS that are looked for among `clients`: rows one may not read take nobody's place. Each knows how
    many bear the name (`nommes`), counted no further than one more than CANDIDATS. One query when words are well written, three
    otherwise, and that of the answer.
    """
    mots = [mot for mot in re.split(r"[\s-]+", terme) if any(signe.isalnum() for signe in mot)][:MOTS]
    if not mots:
        return clients.none()
    ecrits = [NomCherchable(Value(mot)) for mot in mots]
    ressemblance = Func(_NOM, NomCherchable(Value(" ".join(mots))), function="similarity", output_field=FloatField())

    def proches(conditions: Iterable[Any]) -> list[tuple[int, int]]:
        # Without an order the index is read no further than the last candidate.
        candidats = clients.filter(*conditions).order_by().values("pk")[: CANDIDATS + 1]
        classes = ClientPass.objects.filter(pk__in=candidats).order_by(ressemblance.desc(), "-pk")
        return list(classes.values_list("pk", Window(Count("pk")))[:TROUVES])

    trouves = proches(_Commence(_NOM, mot) for mot in ecrits)
    if not trouves:
        _ressembler(base=clients.db)
        trouves = proches(TrigramWordSimilar(_NOM, mot) for mot in ecrits)
    nommes = Value(trouves[0][1] if trouves else 0)
    cles = [cle for cle, _ in trouves]
    return clients.filter(pk__in=cles).annotate(nommes=nommes).order_by(ressemblance.desc(), "-pk")


def _ressembler(*, base: str) -> None:
    """`%>` asks for RESSEMBLANCE, whatever came before on this connection.

    Among the options of the connection it would be lost whenever pg_trgm is first loaded by ANALYZE, or by a function that has
    settings of its own: what they set is undone when they end.
    """
    with connections[base].cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [RESSEMBLANCE])
