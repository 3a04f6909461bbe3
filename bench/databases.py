"""The databases that the benchmarks read: portfolios generated once and kept, and throw-away copies of them."""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, Any

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from tqdm import tqdm

from apps.essais.portfolio import generer_portefeuille
from apps.pass_clients.models import SouscriptionPass
from nsia_pass_api.dates import aujourdhui

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connexion

GRAINE = 2026


def portefeuille(nombre: int, *, refaire: bool = False) -> str:
    """The database of `nombre` subscriptions (0: the catalogue alone) is there and connected to; kept from one run to the next.

    It is made again when files from which it was made have changed since; migrations that are new are applied.
    """
    nom = nom_de(nombre)
    if refaire or not _actuelle(nom):
        supprimer(nom)
        _executer(f'CREATE DATABASE "{nom}"')
        _marquer(nom, jour=aujourdhui())
    connecter(nom)
    call_command("migrate", verbosity=0)
    call_command("load_produits_pass", stdout=StringIO())
    _completer(nom, nombre)
    _marquer(nom, jour=jour_de(nom))
    return nom


def nom_de(nombre: int) -> str:
    for unite, lettre in ((1_000_000, "m"), (1_000, "k")):
        if nombre and nombre % unite == 0:
            return f"bench_{nombre // unite}{lettre}"
    return f"bench_{nombre}"


def jour_de(nom: str) -> date:
    """The day on which the portfolio is as `cycle_de_vie` leaves it."""
    return date.fromisoformat(_marque(nom)["jour"])


@contextmanager
def copie(nom: str) -> Iterator[str]:
    """A copy of database `nom`, connected to, to spoil; gone at the end."""
    double = f"{nom}_copie"
    supprimer(double)
    _executer(f'CREATE DATABASE "{double}" TEMPLATE "{nom}" STRATEGY file_copy')
    connecter(double)
    try:
        yield double
    finally:
        supprimer(double)


def ouvrir(nom: str) -> "Connexion":
    """A connection of psycopg2 to database `nom`, set as Django sets its own, in autocommit."""
    connecter(nom)
    connexion: Connexion = psycopg2.connect(**connection.get_connection_params())
    connexion.autocommit = True
    with connexion.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, false)", [settings.TIME_ZONE])
    return connexion


def connecter(nom: str) -> None:
    """Django's connection is to database `nom`, from its next query on."""
    connection.close()
    connection.settings_dict["NAME"] = nom


def supprimer(nom: str) -> None:
    _executer(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')


def lire(sql: str, *parametres: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parametres or None)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def _completer(nom: str, nombre: int) -> None:
    manquent = nombre - SouscriptionPass.objects.count()
    if manquent <= 0:
        return
    debut = time.monotonic()
    print(f"{nom}: {manquent:,} subscriptions to write…", flush=True)
    with tqdm(total=manquent, unit="", unit_scale=True, leave=False, disable=None) as barre:
        generer_portefeuille(nombre=manquent, graine=GRAINE, jour=jour_de(nom), progression=barre.update)
    print(f"{nom}: written in {time.monotonic() - debut:.0f} s", flush=True)


def _sources() -> dict[str, str]:
    motifs = ("apps/*/migrations/0*.py", "apps/*/sql/*.sql", "apps/essais/portfolio/*.py")
    fichiers = sorted(fichier for motif in motifs for fichier in settings.BASE_DIR.glob(motif))
    return {
        str(fichier.relative_to(settings.BASE_DIR / "apps")): hashlib.sha256(fichier.read_bytes()).hexdigest()[:8]
        for fichier in fichiers
    }


def _actuelle(nom: str) -> bool:
    if not _executer("SELECT 1 FROM pg_database WHERE datname = %s", nom):
        return False
    sources: dict[str, str] = _marque(nom).get("sources", {"": ""})
    return sources.items() <= _sources().items()


def _marque(nom: str) -> dict[str, Any]:
    """What the comment of database `nom` says: the day of its portfolio, the files from which it was made."""
    lignes = _executer("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", nom)
    marque: dict[str, Any] = json.loads(lignes[0][0] or "{}")
    return marque


def _marquer(nom: str, *, jour: date) -> None:
    marque = json.dumps({"jour": jour.isoformat(), "sources": _sources()})
    _executer(f'COMMENT ON DATABASE "{nom}" IS %s', marque)


def _executer(sql: str, *parametres: object) -> list[tuple[Any, ...]]:
    """Runs `sql` from the maintenance database, outside any transaction."""
    avant = connection.settings_dict["NAME"]
    connecter("postgres")
    try:
        return lire(sql, *parametres)
    finally:
        connecter(avant)
