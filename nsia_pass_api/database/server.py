"""The embedded PostgreSQL: created at the first start, shared by all processes of a folder, on 127.0.0.1 only.

`folder` belongs to the process user and holds the lock and `serveur.json`. The home holds the cluster, PostgreSQL's log
and, if needed, a copy of its programs; it is `folder` itself, unless root runs us in a place that the server's account
cannot enter: then it is under /var/lib/nsia-pass (docs/decisions/0001-embedded-postgresql.md).
"""

import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg2
from fasteners import InterProcessLock

from . import binaries, errors
from .account import server_account
from .cluster import Cluster, write_private

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

HOST = "127.0.0.1"
USER = "nsia"
# On the loopback TLS and Kerberos only add a round trip each; SCRAM also proves the server to the client.
CONNECTION_OPTIONS: dict[str, Any] = {"sslmode": "disable", "gssencmode": "disable", "require_auth": "scram-sha-256"}

FALLBACK_HOMES = Path("/var/lib/nsia-pass")
START_SECONDS = 300  # recovering after a crash may take minutes
STOP_SECONDS = 60
ORPHANS_SECONDS = 30  # how long backends of a killed server may take to notice

_one_thread = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Record:
    """`serveur.json`: what a start leaves to the other processes and to the next start."""

    dossier: str
    port: int
    mot_de_passe: str

    @property
    def cluster(self) -> Cluster:
        return Cluster(home=Path(self.dossier))


@dataclass(frozen=True, kw_only=True)
class EmbeddedServer:
    """`port` 0 = any free port, kept from one start to the next."""

    folder: Path
    database: str
    port: int = 0

    @property
    def record_path(self) -> Path:
        return self.folder / "serveur.json"

    def record(self) -> Record | None:
        """None as long as the server was never created."""
        try:
            return Record(**json.loads(self.record_path.read_text()))
        except FileNotFoundError:
            return None
        except PermissionError:
            raise errors.not_ours(self.record_path) from None
        except (ValueError, TypeError):
            raise errors.record_unreadable(self.record_path) from None

    def pid(self) -> int | None:
        """The process id of the running server."""
        record = self.record()
        return None if record is None else record.cluster.server_pid()

    def start(self) -> Record:
        """The server accepts connections and `database` exists, whoever started it."""
        with self._locked():
            record = self.record() or self._first_record()
            cluster = record.cluster
            programs = binaries.runnable_by(server_account(cluster.data), home=cluster.home)
            if not cluster.data.exists():
                cluster.create(programs=programs, user=USER, password=record.mot_de_passe)
            cluster.check(programs=programs)
            if not self._accepts(record):
                record = self._launch(record, programs)
            self._create_database(record)
            return record

    def stop(self) -> bool:
        """No server runs; True when this call stopped it. Clients are cut off, what they committed is safe."""
        if not self.folder.exists():
            return False
        with self._locked():
            record = self.record()
            pid = None if record is None else record.cluster.server_pid()
            if record is None or pid is None:
                return False
            cluster = record.cluster
            programs = binaries.runnable_by(server_account(cluster.data), home=cluster.home)
            arguments = ("stop", "-D", cluster.data.name, "-m", "fast", "-w", "-t", str(STOP_SECONDS))
            stopped, output = programs.run("pg_ctl", *arguments, cwd=cluster.home)
            if not stopped or not _ended(pid):
                raise errors.EmbeddedServerError(
                    f"PostgreSQL ne s'arrête pas : {output.strip()}", f"Voyez {cluster.log}, puis recommencez."
                )
            return True

    def erase(self) -> None:
        """The server is stopped and its data are gone."""
        self.stop()
        record = self.record()
        if record is not None and record.cluster.home != self.folder:
            shutil.rmtree(record.cluster.home)
        if self.folder.exists():
            shutil.rmtree(self.folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One thread of one process at a time starts or stops the server of this folder."""
        with _one_thread, errors.system_errors_explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            if not os.access(self.folder, os.W_OK | os.X_OK):
                raise errors.not_ours(self.folder)
            lock = InterProcessLock(self.folder / "verrou")
            if not lock.acquire(timeout=START_SECONDS + STOP_SECONDS):
                lock.lockfile.close()
                raise errors.EmbeddedServerError(
                    f"Un autre processus démarre ou arrête PostgreSQL depuis {START_SECONDS + STOP_SECONDS} s.",
                    f"Arrêtez ce processus (il garde {self.folder / 'verrou'}), puis recommencez.",
                )
            try:
                yield
            finally:
                lock.release()

    def _first_record(self) -> Record:
        data = Cluster(home=self.folder).data
        if data.exists():
            raise errors.password_lost(self.record_path)
        account = server_account(data)
        home = self.folder
        if account is not None:
            self.folder.chmod(0o711)
            if not account.can_enter(self.folder):
                home = _fallback_home(self.folder)
        record = Record(dossier=str(home), port=self.port, mot_de_passe=secrets.token_urlsafe(32))
        self._keep(record)
        return record

    def _keep(self, record: Record) -> None:
        write_private(self.record_path, json.dumps(asdict(record), indent=1) + "\n")

    def _accepts(self, record: Record) -> bool:
        """Waits as long as our server is starting or stopping; False when there is none (any more)."""
        deadline = time.monotonic() + START_SECONDS
        while record.cluster.server_pid() is not None:
            try:
                _connect(record).close()
            except psycopg2.OperationalError as error:
                if "too many clients" in str(error):
                    return True
                if "password authentication failed" in str(error):
                    raise errors.password_lost(self.record_path) from error
                if time.monotonic() > deadline:
                    raise errors.from_output(str(error), home=record.cluster.home, port=record.port) from error
                time.sleep(0.05)
            else:
                return True
        return False

    def _launch(self, record: Record, programs: binaries.Binaries) -> Record:
        cluster = record.cluster
        cluster.forget_dead_server()
        deadline = time.monotonic() + ORPHANS_SECONDS
        while True:
            record = replace(record, port=self._choose_port(record.port))
            self._keep(record)
            cluster.configure(port=record.port, account=programs.account)
            write_private(cluster.log, "", owner=programs.account)
            arguments = ("start", "-D", cluster.data.name, "-l", cluster.log.name, "-w", "-t", str(START_SECONDS))
            started, output = programs.run("pg_ctl", *arguments, cwd=cluster.home)
            if started:
                return record
            output += cluster.log.read_text(errors="replace")
            lost_race_for_port = self.port == 0 and "could not bind" in output
            orphans_remain = "pre-existing shared memory block" in output
            if not (lost_race_for_port or orphans_remain) or time.monotonic() > deadline:
                raise errors.from_output(output, home=cluster.home, port=record.port)
            time.sleep(0.2)

    def _choose_port(self, last: int) -> int:
        if self.port:
            if not _is_free(self.port):
                raise errors.port_taken(self.port)
            return self.port
        if last and _is_free(last):
            return last
        with closing(socket.socket()) as probe:
            probe.bind((HOST, 0))
            return int(probe.getsockname()[1])

    def _create_database(self, record: Record) -> None:
        try:
            with closing(_connect(record)) as connection, connection.cursor() as cursor:
                connection.autocommit = True
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{self.database}"')
        except psycopg2.OperationalError as error:
            if "too many clients" not in str(error):
                raise errors.from_output(str(error), home=record.cluster.home, port=record.port) from error


def _connect(record: Record) -> "Connection":
    connection: Connection = psycopg2.connect(
        "",
        **CONNECTION_OPTIONS,
        host=HOST,
        port=record.port,
        user=USER,
        password=record.mot_de_passe,
        dbname="postgres",
        connect_timeout=10,
    )
    return connection


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _ended(pid: int) -> bool:
    """Waits for the process to be gone, or dead and forgotten by a container's first process."""
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def _fallback_home(folder: Path) -> Path:
    """A fresh home that the server's account can enter, for this folder alone.

    A folder that was deleted and made again finds the former's home: its server is stopped, its data are set aside.
    """
    home = FALLBACK_HOMES / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    if home.exists():
        leftover = Cluster(home=home).server_pid()
        if leftover is not None:
            os.kill(leftover, signal.SIGINT)  # "fast": without waiting for its clients
            _ended(leftover)
        former = home.with_name(f"{home.name}.ancien")
        shutil.rmtree(former, ignore_errors=True)
        home.rename(former)
    home.mkdir(parents=True)
    FALLBACK_HOMES.chmod(0o711)
    home.chmod(0o711)
    write_private(home / "origine", f"{folder}\n")
    return home
