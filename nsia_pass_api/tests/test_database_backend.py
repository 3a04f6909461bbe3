"""The Django side of the embedded server: lazy start, return from the dead, dbshell, base_embarquee, refusals."""

import errno
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import psutil
import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from nsia_pass_api.database.base import DatabaseWrapper, embedded_server
from nsia_pass_api.database.errors import EmbeddedServerError, from_output, system_errors_explained
from nsia_pass_api.database.reachability import explain
from nsia_pass_api.database.server import HOST
from nsia_pass_api.settings.environment import BASE_DIR


@pytest.fixture
def folder(settings: Settings) -> Iterator[Path]:
    """Settings that name a server which does not exist yet."""
    place = Path(tempfile.mkdtemp(prefix="nsia-"))
    place.chmod(0o755)
    settings.EMBEDDED_DATA_DIR = place / "postgresql"
    settings.DATABASE_URL = ""
    yield settings.EMBEDDED_DATA_DIR
    embedded_server().erase()
    shutil.rmtree(place)


@pytest.fixture
def connection(folder: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[DatabaseWrapper]:
    """Not the connection of the suite, so that stopping its server harms nobody."""
    wrapper = DatabaseWrapper(
        {
            "ENGINE": "nsia_pass_api.database",
            "NAME": project.EMBEDDED_DATABASE,
            "USER": "",
            "PASSWORD": "",
            "HOST": "",
            "PORT": "",
            "OPTIONS": {},
            "TIME_ZONE": "Africa/Brazzaville",
            "ATOMIC_REQUESTS": False,
            "AUTOCOMMIT": True,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "TEST": {},
        },
        alias="essai",
    )
    connections["essai"] = wrapper
    with django_db_blocker.unblock():
        yield wrapper
        wrapper.close()
    del connections["essai"]


def value(connection: DatabaseWrapper, sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_the_first_connection_creates_and_starts_the_server(connection: DatabaseWrapper, folder: Path) -> None:
    assert not folder.exists()

    assert value(connection, "SELECT current_database()") == "nsia_pass"
    assert connection.settings_dict["HOST"] == HOST
    assert embedded_server().pid() is not None


def test_a_dead_server_is_started_by_the_next_connection(connection: DatabaseWrapper) -> None:
    connection.ensure_connection()
    pid = embedded_server().pid()
    assert pid is not None
    psutil.Process(pid).kill()
    connection.close()

    assert value(connection, "SELECT 1") == 1
    assert embedded_server().pid() not in (None, pid)


def test_a_wrong_database_name_is_an_ordinary_refusal(connection: DatabaseWrapper) -> None:
    connection.settings_dict["NAME"] = "absente"

    with pytest.raises(OperationalError, match='database "absente" does not exist'):
        connection.ensure_connection()


def test_dbshell_needs_no_psql_and_no_started_server(
    connection: DatabaseWrapper, capfd: pytest.CaptureFixture[str]
) -> None:
    connection.client.runshell(["-tAc", "SELECT current_user || ' à ' || current_database()"])

    assert capfd.readouterr().out == "nsia à nsia_pass\n"


def base_embarquee(*arguments: str) -> str:
    out = StringIO()
    call_command("base_embarquee", *arguments, stdout=out)
    return out.getvalue()


def test_base_embarquee_starts_describes_stops_and_erases(folder: Path) -> None:
    assert base_embarquee("etat") == f"PostgreSQL embarqué : jamais démarré ici ({folder}).\n"
    started = base_embarquee("demarrer")
    record = embedded_server().record()
    assert record is not None
    assert started == (
        f"PostgreSQL embarqué : en marche sur 127.0.0.1:{record.port}, base nsia_pass, "
        f"processus {embedded_server().pid()}.\n"
        f"Données : {record.cluster.data}\nJournal : {record.cluster.log}\n"
    )
    assert base_embarquee("etat") == started
    stopped = f"PostgreSQL embarqué : arrêté. Données : {record.cluster.data}\n"
    assert base_embarquee("arreter") == stopped
    assert base_embarquee("arreter") == stopped
    assert base_embarquee("arreter", "--effacer") == "PostgreSQL embarqué : arrêté, données effacées.\n"
    assert not folder.exists()


def test_base_embarquee_erases_only_when_it_stops(folder: Path) -> None:
    with pytest.raises(CommandError, match="--effacer ne va qu'avec arreter"):
        base_embarquee("demarrer", "--effacer")


def test_base_embarquee_erases_nothing_in_production(folder: Path, settings: Settings) -> None:
    settings.PRODUCTION = True
    (folder / "donnees").mkdir(parents=True)

    with pytest.raises(CommandError, match="En production, rien n'est effacé"):
        base_embarquee("arreter", "--effacer")

    assert (folder / "donnees").is_dir()


def test_base_embarquee_says_that_another_server_is_used(folder: Path, settings: Settings) -> None:
    settings.DATABASE_URL = "postgresql://ailleurs/base"

    assert base_embarquee("etat").endswith("DATABASE_URL est défini : l'application n'utilise pas ce serveur.\n")


def manage(*arguments: str, **environment: str) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    return result.returncode, result.stdout + result.stderr


def test_commands_say_in_one_line_that_the_server_cannot_start(folder: Path) -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        port = taken.getsockname()[1]
        code, said = manage("migrate", DATABASE_URL="", DATA_DIR=str(folder.parent), POSTGRES_PORT=str(port))

    assert (code, said) == (
        2,
        f"Le port {port} demandé par POSTGRES_PORT est déjà pris par un autre programme. "
        "Arrêtez ce programme, choisissez un autre port, ou POSTGRES_PORT=0 pour un port libre.\n",
    )


def test_commands_say_in_one_line_that_a_server_is_unreachable() -> None:
    with closing(socket.create_server((HOST, 0))) as once_taken:
        port = once_taken.getsockname()[1]

    code, said = manage("migrate", DATABASE_URL=f"postgresql://nsia:x@127.0.0.1:{port}/nsia_pass")

    assert (code, said) == (
        2,
        "Base de données injoignable : aucun serveur n'écoute à cette adresse et sur ce port. "
        "Pour y remédier : démarrez PostgreSQL, ou corrigez l'hôte et le port dans DATABASE_URL.\n",
    )


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ('FATAL:  password authentication failed for user "nsia"', "utilisateur ou mot de passe refusé"),
        (
            "FATAL:  authentification par mot de passe échouée pour l'utilisateur « nsia »",
            "utilisateur ou mot de passe refusé",
        ),
        ("fe_sendauth: no password supplied", "utilisateur ou mot de passe refusé"),
        (
            'FATAL:  no pg_hba.conf entry for host "10.0.0.2", user "nsia", database "nsia_pass", no encryption',
            "le serveur n'accepte pas cette connexion d'ici",
        ),
        ('FATAL:  Peer authentication failed for user "nsia"', "le serveur n'accepte pas cette connexion d'ici"),
        ('FATAL:  role "nsia" does not exist', "cet utilisateur n'existe pas sur le serveur"),
        ("FATAL:  le rôle « nsia » n'existe pas", "cet utilisateur n'existe pas sur le serveur"),
        ('FATAL:  database "absente" does not exist', "cette base n'existe pas sur le serveur"),
        ("FATAL:  la base de données « absente » n'existe pas", "cette base n'existe pas sur le serveur"),
        ('FATAL:  permission denied for database "nsia_pass"', "cet utilisateur n'a pas le droit d'ouvrir cette base"),
        ('could not translate host name "nulle.part" to address: Name or service not known', "nom de serveur inconnu"),
        (
            'connection to server on socket "/run/postgresql/.s.PGSQL.5432" failed: No such file or directory',
            "la prise locale de PostgreSQL manque",
        ),
        ('connection to server at "10.0.0.9", port 5432 failed: timeout expired', "le serveur ne répond pas"),
        ("FATAL:  sorry, too many clients already", "le serveur n'a plus de connexion libre"),
        ("FATAL:  the database system is starting up", "le serveur démarre ou s'arrête"),
        ("server does not support SSL, but SSL was required", "le chiffrement TLS demandé échoue"),
        ("PostgreSQL 14 or later is required (found 13.16).", "version de PostgreSQL trop ancienne"),
    ],
)
def test_what_servers_say_is_explained(said: str, cause: str) -> None:
    explained = explain(OperationalError(said))

    assert explained is not None
    assert explained[0] == cause


@pytest.mark.parametrize(
    "said",
    [
        "deadlock detected",
        "canceling statement due to lock timeout",
        "could not extend file: No space left on device",
        "SSL connection has been closed unexpectedly",
    ],
)
def test_errors_of_a_server_that_was_reached_are_left_alone(said: str) -> None:
    assert explain(OperationalError(said)) is None


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("initdb: error: could not create directory: No space left on device", "Le disque de /maison est plein."),
        ('LOG:  could not bind IPv4 address "127.0.0.1"', "Le port 5433 demandé par POSTGRES_PORT est déjà pris"),
        ('FATAL:  data directory "donnees" has invalid permissions', "ne garde pas les droits d'accès"),
        ("initdb: error: could not create directory: Permission denied", "Accès refusé à /maison"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "La mémoire manque pour PostgreSQL"),
        ("un\ndeux\ntrois\nquatre\n", "PostgreSQL n'a pas démarré : deux / trois / quatre."),
        ("", "PostgreSQL n'a pas démarré : il n’a rien dit."),
    ],
)
def test_what_postgresql_says_when_it_does_not_start_is_explained(output: str, sentence: str) -> None:
    assert sentence in str(from_output(output, home=Path("/maison"), port=5433))


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "Le disque de /maison est plein."),
        (errno.EROFS, "Accès refusé à /maison/verrou"),
        (errno.EACCES, "Accès refusé à /maison/verrou"),
        (errno.EIO, "Le système refuse une opération dans /maison"),
    ],
)
def test_errors_of_the_system_are_explained(number: int, sentence: str) -> None:
    with pytest.raises(EmbeddedServerError) as caught, system_errors_explained(Path("/maison")):
        raise OSError(number, os.strerror(number), "/maison/verrou")

    assert sentence in str(caught.value)
