"""What a dump must hold: written beside it as JSON, read back with suspicion."""

import hashlib
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from nsia_pass_api.lois import chiffres
from nsia_pass_api.settings.environment import BASE_DIR

from .errors import SauvegardeRefusee

FORMAT = 1
ARCHIVE, MANIFESTE = ".dump", ".json"
_BLOC = 1 << 20

Chiffres = dict[str, dict[str, int]]


@dataclass(frozen=True, kw_only=True)
class Manifeste:
    """`tables`: rows of each table. `chiffres`: counts and sums of the tables of money. All of one snapshot."""

    format: int
    base: str
    prise_le: str
    archive: str
    octets: int
    sha256: str
    serveur: int
    programme: str
    code: str
    migrations: list[str]
    tables: dict[str, int]
    chiffres: Chiffres

    @classmethod
    def lire(cls, archive: Path) -> Self:
        chemin = archive.with_suffix(MANIFESTE)
        try:
            manifeste = cls(**json.loads(chemin.read_text(encoding="utf-8")))
            manifeste._verifier()
        except OSError as absent:
            raise SauvegardeRefusee(
                f"{chemin} ne se lit pas ({absent.strerror}). Une sauvegarde est faite de deux fichiers : "
                f"{ARCHIVE} et {MANIFESTE} ; copiez les deux."
            ) from absent
        except (ValueError, TypeError, KeyError) as faute:
            raise SauvegardeRefusee(
                f"{chemin} n'est pas le manifeste d'une sauvegarde, ou il est abîmé. Prenez une autre sauvegarde."
            ) from faute
        if manifeste.format != FORMAT:
            raise SauvegardeRefusee(
                f"{chemin} est au format {manifeste.format}, ce programme lit le format {FORMAT}. "
                "Restaurez avec la version du programme qui l'a écrit."
            )
        return manifeste

    def ecrire(self, chemin: Path) -> None:
        chemin.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @property
    def le(self) -> datetime:
        return datetime.fromisoformat(self.prise_le)

    def _verifier(self) -> None:
        """What a program relies on has the right form; raises ValueError, TypeError or KeyError."""
        nombres = [self.format, self.octets, self.serveur, *self.tables.values()]
        nombres += [nombre for chiffre in self.chiffres.values() for nombre in chiffre.values()]
        textes = [self.base, self.archive, self.programme, *self.migrations]
        if not all(type(nombre) is int for nombre in nombres) or not all(isinstance(texte, str) for texte in textes):
            raise TypeError
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256) or self.le.tzinfo is None:
            raise ValueError


def controler(archive: Path, manifeste: Manifeste, *, avancer: Callable[[int], object]) -> None:
    """The archive is, byte for byte, the one that the manifest describes. `avancer` is given bytes."""
    try:
        octets = archive.stat().st_size
        empreinte = "" if octets != manifeste.octets else sha256(archive, avancer=avancer)
    except OSError as absent:
        raise SauvegardeRefusee(f"{archive} ne se lit pas : {absent.strerror}.") from absent
    if empreinte != manifeste.sha256:
        raise SauvegardeRefusee(
            f"{archive} est abîmé : ce n'est plus le fichier que son manifeste décrit "
            f"({octets} octets au lieu de {manifeste.octets}, ou un autre contenu). Prenez une autre sauvegarde."
        )


def sha256(chemin: Path, *, avancer: Callable[[int], object]) -> str:
    empreinte = hashlib.sha256()
    with chemin.open("rb") as fichier:
        while bloc := fichier.read(_BLOC):
            empreinte.update(bloc)
            avancer(len(bloc))
    return empreinte.hexdigest()


def migrations(curseur: Any) -> list[str]:
    curseur.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return [nom for (nom,) in curseur.fetchall()]


def compter(curseur: Any) -> tuple[dict[str, int], Chiffres]:
    """Rows of every table of the project, counts and sums of those of money, as the cursor's transaction sees them."""
    curseur.execute(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname <> 'information_schema' AND schemaname !~ '^pg_' ORDER BY 1"
    )
    tables = {}
    for (nom,) in curseur.fetchall():
        curseur.execute(f"SELECT count(*) FROM {nom}")  # noqa: S608 - quoted by PostgreSQL
        tables[nom] = curseur.fetchone()[0]
    return tables, chiffres(curseur)


def version_du_code() -> str:
    """The version of the API, and the commit where there is one."""
    version = str(settings.SPECTACULAR_SETTINGS["VERSION"])
    try:
        git = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607
            check=True,
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return version
    return f"{version}+{git.stdout.strip()}"
