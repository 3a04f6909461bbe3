"""The files of one PostgreSQL cluster: creation, configuration, verification, and whose process works in them."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from . import errors
from .account import Account
from .binaries import Binaries

# Containers give /dev/shm 64 MB, too little for PostgreSQL's parallel queries.
SHARED_MEMORY_MINIMUM = 512 * 1024 * 1024

_CONFIGURATION = """\
# Written at every start by nsia_pass_api.database. To tune one machine use ALTER SYSTEM, which wins over this file.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = '256MB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
effective_cache_size = '1GB'
random_page_cost = 1.1
jit = off
fsync = on
synchronous_commit = on
timezone = 'Africa/Brazzaville'
log_timezone = 'Africa/Brazzaville'
log_checkpoints = off
log_line_prefix = '%m [%p] '
lc_messages = 'C'
"""
_HBA = "# TYPE  DATABASE  USER  ADDRESS       METHOD\nhost    all       all   127.0.0.1/32  scram-sha-256\n"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    home: Path

    @property
    def data(self) -> Path:
        return self.home / "donnees"

    @property
    def log(self) -> Path:
        return self.home / "serveur.log"

    def create(self, *, programs: Binaries, user: str, password: str) -> None:
        """The cluster is there, whole, owned by the server's account, with SCRAM for everyone."""
        account = programs.account
        self.home.mkdir(parents=True, exist_ok=True)
        if account is not None:
            self.home.chmod(0o711)
        draft = self.home / "donnees.brouillon"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if account is not None:
            os.chown(draft, account.uid, account.gid)
        password_file = self.home / "mot-de-passe"
        write_private(password_file, f"{password}\n", owner=account)
        try:
            created, output = programs.run(
                "initdb",
                *("-D", draft.name, "-U", user, "--pwfile", password_file.name, "--auth=scram-sha-256"),
                *("-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
                cwd=self.home,
            )
        finally:
            password_file.unlink()
        if not created:
            shutil.rmtree(draft, ignore_errors=True)
            raise errors.from_output(output, home=self.home, port=0)
        write_private(draft / "pg_hba.conf", _HBA, owner=account)
        with (draft / "postgresql.conf").open("a") as configuration:
            configuration.write("\ninclude = 'nsia.conf'\n")
        draft.rename(self.data)

    def check(self, *, programs: Binaries) -> None:
        """The data are ours, of the installed major version, and private."""
        try:
            major = int((self.data / "PG_VERSION").read_text())
        except (FileNotFoundError, ValueError):
            raise errors.not_a_cluster(self.data) from None
        if major != programs.major:
            raise errors.other_version(self.data, found=major, installed=programs.major)
        if os.name == "nt":
            return
        if programs.account is None and self.data.stat().st_uid != os.geteuid():
            raise errors.not_ours(self.data)
        self.data.chmod(0o700)

    def configure(self, *, port: int, account: Account | None) -> None:
        configuration = _CONFIGURATION.format(port=port)
        shm = Path("/dev/shm")  # noqa: S108
        if shm.exists() and shutil.disk_usage(shm).total < SHARED_MEMORY_MINIMUM:
            configuration += "dynamic_shared_memory_type = 'mmap'\n"
        write_private(self.data / "nsia.conf", configuration, owner=account)

    def server_pid(self) -> int | None:
        """The pid in postmaster.pid, when it still is a PostgreSQL that works in these data."""
        lines = self._pid_lines()
        if not lines or not lines[0].isdigit():
            return None
        pid = int(lines[0])
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
                return None
            try:
                ours = Path(process.cwd()) == self.data.resolve()
            except psutil.AccessDenied:  # containers hide the folder of other users' processes even from root
                ours = True
        except psutil.NoSuchProcess:
            return None
        return pid if ours else None

    def forget_dead_server(self) -> None:
        """A postmaster.pid whose number now belongs to another process does not stop the next start.

        PostgreSQL ignores the number of the process that runs pg_ctl, so ours is written in. Deleting the file would
        lose its other guard: the shared memory that orphaned backends of the dead server may still write from.
        """
        lines = self._pid_lines()
        if os.name != "nt" and lines:
            (self.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []


def write_private(path: Path, content: str, *, owner: Account | None = None) -> None:
    """The file is there, whole, 0600, and belongs to `owner` or else to the process user."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    if owner is not None:
        os.chown(draft, owner.uid, owner.gid)
    draft.replace(path)
