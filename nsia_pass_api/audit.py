"""Who writes, and from where: told to PostgreSQL in the same message as each write, for the triggers of the audit.

The context travels as `SET LOCAL nsia.audit`, sent before the statement in one round trip: it ends with the statement's own
transaction, so that nothing is left on a connection that another request, or another process behind a pooler, uses next.
What is written by other means, or by nobody's order, is recorded under the role of PostgreSQL (docs/decisions/0012).
"""

import getpass
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.signals import connection_created

PARAMETRE = "nsia.audit"
ANONYME = "anonyme"

_VERBES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE|COPY)\b", re.IGNORECASE)
_SIMPLES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Contexte:
    """`acteur`: `agent:12`, `client:34`, `borne:BZV-01`, `commande:cycle_de_vie`, `anonyme`; `origine`: a kiosk or a machine."""

    acteur: str
    source: str
    origine: str = ""
    adresse: str = ""
    requete: str = ""


_courant: ContextVar[Callable[[], Contexte] | None] = ContextVar("audit", default=None)
_du_processus: Contexte | None = None


def contexte() -> Contexte | None:
    """On whose behalf this thread writes now; None when nobody said."""
    lire = _courant.get()
    return lire() if lire is not None else _du_processus


@contextmanager
def au_nom_de(qui: Contexte | Callable[[], Contexte]) -> Iterator[None]:
    """What is written inside is `qui`'s; a function is asked again at each write."""
    jeton = _courant.set(qui if callable(qui) else lambda: qui)
    try:
        yield
    finally:
        _courant.reset(jeton)


def de_la_commande(nom: str) -> Contexte:
    return Contexte(acteur=f"commande:{nom}", source="commande", origine=_machine())


def processus(qui: Contexte) -> None:
    """Whatever this process writes, in any thread, is `qui`'s, unless `au_nom_de` says otherwise."""
    global _du_processus
    _du_processus = qui


@cache
def _machine() -> str:
    try:
        compte = getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        compte = "?"
    return f"{compte}@{socket.gethostname()}"


def annoncer() -> None:
    """The context is told for the rest of the transaction: for what does not pass by `execute`, such as COPY."""
    qui = contexte()
    if qui is not None:
        with connection.cursor() as cursor:
            cursor.execute(_annonce(qui))
        connections[DEFAULT_DB_ALIAS].__dict__["_audit_annonce"] = True


def _annonce(qui: Contexte | None) -> str:
    """A utility statement: PostgreSQL neither plans it nor answers a row."""
    valeur = json.dumps({cle: texte for cle, texte in asdict(qui).items() if texte}) if qui else ""
    return f"SET LOCAL {PARAMETRE} = '{valeur.replace(chr(39), chr(39) * 2)}';"


def _ecrit(sql: str) -> bool:
    debut = sql.lstrip()[:6].upper()
    if debut in _SIMPLES:
        return True
    if debut == "SELECT" and ";" not in sql:
        return False
    return _VERBES.search(sql) is not None


def _annoncer_chaque_ecriture(execute: Any, sql: Any, params: Any, many: bool, contexte_sql: dict[str, Any]) -> Any:
    """Wrapper of `execute`: each writing statement carries the context in front of it.

    Each, and not the first of a transaction alone: what a savepoint undoes takes its SET LOCAL along.
    """
    qui, vers = contexte(), contexte_sql["connection"]
    if qui is None and not vers.__dict__.get("_audit_annonce"):
        return execute(sql, params, many, contexte_sql)
    if not isinstance(sql, str):
        sql = sql.as_string(vers.connection)
    if not _ecrit(sql):
        return execute(sql, params, many, contexte_sql)
    # Nobody's write, later in a transaction that began as somebody's, is nobody's.
    vers.__dict__["_audit_annonce"] = not vers.autocommit
    annonce = _annonce(qui)
    return execute((annonce if params is None else annonce.replace("%", "%%")) + sql, params, many, contexte_sql)


def installer() -> None:
    """Every connection to come tells the context."""
    connection_created.connect(_equiper, dispatch_uid="audit")


def _equiper(sender: Any, connection: Any, **kwargs: Any) -> None:
    # First, because `execute_wrapper` takes away the last when it ends.
    if _annoncer_chaque_ecriture not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _annoncer_chaque_ecriture)
