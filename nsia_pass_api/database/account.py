"""As whom PostgreSQL runs: the process user, or an unprivileged account when that is root, whom PostgreSQL refuses."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import EmbeddedServerError

_MEND = "Lancez la commande avec un compte ordinaire, ou indiquez un serveur dans DATABASE_URL."


@dataclass(frozen=True, kw_only=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def popen_arguments(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Asked of the kernel, as that account: mode bits alone do not know of ACLs, mounts and containers."""
        try:
            tried = subprocess.run(  # noqa: S603
                ["test", "-x", str(folder)],  # noqa: S607
                check=False,
                cwd="/",
                **self.popen_arguments,
            )
        except OSError as error:
            raise EmbeddedServerError(
                f"PostgreSQL refuse de tourner sous root, et ce système ne permet pas de le lancer sous le compte "
                f"« {self.name} » ({error.strerror}).",
                _MEND,
            ) from error
        return tried.returncode == 0


def server_account(data: Path) -> Account | None:
    """None = the process user. As root: the owner of the data if they exist, else `postgres`, else `nobody`."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd

    if data.exists():
        owner = data.stat()
        if owner.st_uid == 0:
            raise EmbeddedServerError(
                f"Le dossier de données {data} appartient à root, et PostgreSQL refuse de tourner sous root.",
                f"Rendez-le au compte qui l'avait, par exemple : chown -R postgres {data}",
            )
        return Account(name=_name(owner.st_uid), uid=owner.st_uid, gid=owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise EmbeddedServerError(
        "PostgreSQL refuse de tourner sous root, et cette machine n'a ni compte « postgres » ni compte « nobody ».",
        _MEND,
    )


def _name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
