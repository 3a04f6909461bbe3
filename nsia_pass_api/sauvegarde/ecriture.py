"""Makes a backup: one snapshot, seen by pg_dump and by the counts of the manifest; whole in its folder, or absent."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from fasteners import InterProcessLock

from .cibles import Cible
from .errors import SauvegardeImpossible, SauvegardeRefusee
from .manifeste import ARCHIVE, FORMAT, MANIFESTE, Manifeste, compter, migrations, sha256, version_du_code
from .programmes import Programmes, executer, pour

BROUILLON = ".brouillon"
_TABLE = re.compile(r'dumping contents of table "(.+)"$')

Avancer = Callable[[int], object]
# (label, total) → progress
Progression = Callable[..., Any]


def sauvegarder(*, cible: Cible, dossier: Path, quand: datetime, progression: Progression) -> tuple[Path, Manifeste]:
    """The archive and its manifest are in `dossier`, 0600, named after `quand`; nothing is there after a failure.

    The database is neither locked nor stopped. Raises SauvegardeImpossible.
    """
    with _a_soi(dossier):
        nom = f"{cible.base}-{quand.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        archive, brouillon = dossier / f"{nom}{ARCHIVE}", dossier / f".{nom}{ARCHIVE}{BROUILLON}"
        manifeste_brouillon = dossier / f".{nom}{MANIFESTE}{BROUILLON}"
        if archive.exists():
            raise SauvegardeImpossible(f"{archive} existe déjà. Attendez une seconde, puis recommencez.")
        try:
            with _prive(brouillon) as fichier:
                vu = _vider(cible, sortie=fichier, progression=progression)
            with progression("Empreinte (octets)", total=brouillon.stat().st_size) as avancer:
                empreinte = sha256(brouillon, avancer=avancer)
            manifeste = Manifeste(
                format=FORMAT,
                base=cible.base,
                prise_le=quand.isoformat(),
                archive=archive.name,
                octets=brouillon.stat().st_size,
                sha256=empreinte,
                code=version_du_code(),
                **vu,
            )
            with _prive(manifeste_brouillon):
                manifeste.ecrire(manifeste_brouillon)
            brouillon.rename(archive)
            # The last word: an archive without manifest is not a backup.
            manifeste_brouillon.rename(archive.with_suffix(MANIFESTE))
            _inscrire(dossier)
        except BaseException:
            for reste in (brouillon, manifeste_brouillon):
                reste.unlink(missing_ok=True)
            if not archive.with_suffix(MANIFESTE).exists():
                archive.unlink(missing_ok=True)
            raise
    return archive, manifeste


def _vider(cible: Cible, *, sortie: IO[bytes], progression: Progression) -> dict[str, Any]:
    """pg_dump wrote what the snapshot shows into `sortie`; returns what the manifest says of it."""
    with cible.ouverte() as connexion, connexion.cursor() as curseur:
        connexion.set_session(isolation_level="REPEATABLE READ", readonly=True)
        curseur.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        curseur.execute("SELECT pg_export_snapshot()")
        (instantane,) = curseur.fetchone() or ("",)
        programmes = pour(connexion.server_version // 10_000, quoi="La sauvegarde")
        tailles = _tailles(curseur)
        with progression("Sauvegarde (octets)", total=sum(tailles.values())) as avancer:
            executer(
                _commande(programmes, cible, instantane),
                environnement=cible.environnement,
                sortie=sortie,
                dit=_Suivi(tailles, avancer).dire,
            )
        os.fsync(sortie.fileno())
        # After pg_dump, which locks what it reads against DROP: the snapshot is still the same.
        tables, chiffres = compter(curseur)
        return {
            "serveur": connexion.server_version,
            "programme": programmes.version,
            "migrations": migrations(curseur),
            "tables": tables,
            "chiffres": chiffres,
        }


def _commande(programmes: Programmes, cible: Cible, instantane: str) -> list[str]:
    return [
        programmes.chemin("pg_dump"),
        *("--format=custom", "--compress=6", "--verbose", "--no-password"),
        *(f"--snapshot={instantane}", "--dbname", cible.dsn),
    ]


def _tailles(curseur: Any) -> dict[str, int]:
    """Bytes of each table as the last ANALYZE saw them: enough for a bar, and waits for no lock."""
    curseur.execute(
        "SELECT n.nspname || '.' || c.relname, c.relpages::bigint * 8192 FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
        " AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
    )
    return dict(curseur.fetchall())


class _Suivi:
    """Progress by the size of the tables: pg_dump says which one it begins."""

    def __init__(self, tailles: dict[str, int], avancer: Avancer) -> None:
        self._tailles, self._avancer, self._en_cours = tailles, avancer, 0

    def dire(self, ligne: str) -> None:
        if trouve := _TABLE.search(ligne):
            self._avancer(self._en_cours)
            self._en_cours = self._tailles.get(trouve[1], 0)


@contextmanager
def _a_soi(dossier: Path) -> Iterator[None]:
    """The folder exists, closed to others, and is ours alone; what a killed backup left there is gone."""
    try:
        dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
        verrou = InterProcessLock(dossier / ".verrou")
        libre = verrou.acquire(blocking=False)
        if not libre:
            verrou.lockfile.close()
    except OSError as faute:
        raise SauvegardeImpossible(
            f"{dossier} ne peut recevoir de sauvegarde : {faute.strerror}. Choisissez un autre dossier."
        ) from faute
    if not libre:
        raise SauvegardeImpossible(f"Une autre sauvegarde s'écrit dans {dossier}. Attendez qu'elle finisse.")
    try:
        for reste in dossier.glob(f".*{BROUILLON}"):
            reste.unlink()
        yield
    except OSError as faute:
        raise SauvegardeImpossible(
            f"{dossier} : {faute.strerror}. Libérez de la place ou choisissez un autre dossier, puis recommencez."
        ) from faute
    finally:
        verrou.release()


@contextmanager
def _prive(chemin: Path) -> Iterator[IO[bytes]]:
    """A new file that nobody else may read."""
    with open(os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as fichier:
        yield fichier


def _inscrire(dossier: Path) -> None:
    """The new names survive a power cut."""
    if os.name == "nt":
        return
    poignee = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(poignee)
    finally:
        os.close(poignee)


def oublier(*, dossier: Path, base: str, garder: timedelta, quand: datetime) -> list[Path]:
    """Whole backups of `base` older than `garder` are deleted, but never the last one; returns the archives that went."""
    entieres = []
    for manifeste in dossier.glob(f"{base}-*{MANIFESTE}"):
        archive = manifeste.with_suffix(ARCHIVE)
        try:
            lu = Manifeste.lire(archive)
        except SauvegardeRefusee:
            continue  # not ours to judge: a person looks at it
        if lu.base == base and archive.exists():
            entieres.append((lu.le, archive))
    partis = [archive for le, archive in sorted(entieres)[:-1] if quand - le > garder]
    for archive in partis:
        archive.with_suffix(MANIFESTE).unlink()
        archive.unlink()
    return partis
