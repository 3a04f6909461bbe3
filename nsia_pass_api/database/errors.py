"""Why the embedded server cannot run: each cause in French with its mend."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError

_START_OVER = "ou repartez de zéro (données perdues) : make clean."


class EmbeddedServerError(OperationalError):
    """A database error like another for whoever only asks whether the database answers."""

    def __init__(self, cause: str, mend: str) -> None:
        super().__init__(f"{cause} {mend}")


def disk_full(folder: Path) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"Le disque de {folder} est plein.", "Libérez au moins 1 Go, ou choisissez un autre disque avec DATA_DIR."
    )


def not_ours(path: Path) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"Accès refusé à {path} : il appartient à un autre compte, ou son disque est en lecture seule.",
        "Lancez la commande avec le compte qui l'a créé, ou choisissez un autre dossier avec DATA_DIR.",
    )


def port_taken(port: int) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"Le port {port} demandé par POSTGRES_PORT est déjà pris par un autre programme.",
        "Arrêtez ce programme, choisissez un autre port, ou POSTGRES_PORT=0 pour un port libre.",
    )


def password_lost(record_path: Path) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"Le mot de passe de la base n'est plus dans {record_path}.",
        f"Restaurez ce fichier ou suivez docs/operations.md, {_START_OVER}",
    )


def record_unreadable(record_path: Path) -> EmbeddedServerError:
    return EmbeddedServerError(f"Le fichier {record_path} est abîmé.", f"Restaurez-le, {_START_OVER}")


def not_a_cluster(data: Path) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"{data} n'est pas un dossier de données PostgreSQL : PG_VERSION y manque.",
        "Déplacez ce dossier, ou choisissez-en un autre avec DATA_DIR.",
    )


def other_version(data: Path, *, found: int, installed: int) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"Les données de {data} viennent de PostgreSQL {found}, les programmes installés de PostgreSQL {installed}.",
        f"Sauvegardez-les avec PostgreSQL {found} puis restaurez (docs/operations.md), {_START_OVER}",
    )


def from_output(output: str, *, home: Path, port: int) -> EmbeddedServerError:
    """What PostgreSQL said, in English, turned into cause and mend."""
    if "No space left on device" in output:
        return disk_full(home)
    if "could not bind" in output or "Address already in use" in output:
        return port_taken(port)
    if "invalid permissions" in output or "wrong ownership" in output:
        return EmbeddedServerError(
            f"Le disque de {home} ne garde pas les droits d'accès (partage Windows, clé USB).",
            "Choisissez avec DATA_DIR un dossier d'un disque Linux.",
        )
    if "Permission denied" in output or "Read-only file system" in output:
        return not_ours(home)
    if "Cannot allocate memory" in output or "could not map anonymous shared memory" in output:
        return EmbeddedServerError(
            "La mémoire manque pour PostgreSQL (256 Mo).", "Fermez d'autres programmes, puis recommencez."
        )
    last_words = " / ".join(line.strip() for line in output.splitlines()[-3:] if line.strip())
    return EmbeddedServerError(
        f"PostgreSQL n'a pas démarré : {last_words or 'il n’a rien dit'}.",
        f"Le détail est dans {home / 'serveur.log'} ; sinon indiquez un autre serveur dans DATABASE_URL.",
    )


@contextmanager
def system_errors_explained(folder: Path) -> Iterator[None]:
    """System errors met while handling the files of `folder` leave as EmbeddedServerError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(folder) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise not_ours(Path(error.filename or folder)) from error
        raise EmbeddedServerError(
            f"Le système refuse une opération dans {folder} : {error}.",
            "Mettez fin à cette cause, ou choisissez un autre dossier avec DATA_DIR.",
        ) from error
