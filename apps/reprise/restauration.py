"""A dump restored on an embedded server of its own, by an account that may do nothing else, and erased at the end."""

import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg2

from nsia_pass_api.database import binaries
from nsia_pass_api.database.server import CONNECTION_OPTIONS, HOST, USER, EmbeddedServer
from nsia_pass_api.errors import DonneesInvalides

BASE, COMPTE = "ancienne", "reprise"
_ENTETE_PG_DUMP = b"PGDMP"
# What an account without rights may be refused without one row being lost.
_SANS_CONSEQUENCE = re.compile(
    r'role "[^"]*" does not exist|must be (owner|member) of|must be able to SET ROLE|extension|permission denied'
    r'|unrecognized configuration parameter|schema "public" already exists|language "plpgsql"'
)
_DEBUT_DE_COPY = re.compile(rb"COPY .* FROM stdin;\s*$", re.IGNORECASE)
_DU_DUMP = re.compile(rb"\\(?:restrict|unrestrict|connect)\b")
# What PostgreSQL 15.20 notes of each column, and a server without it does not know.
_VERSION_DE_COLONNE = re.compile(rb"ALTER (?:FOREIGN )?TABLE .* ALTER COLUMN .* SET \(pg_attver=[0-9]+\);\s*$")


class SauvegardeIllisible(DonneesInvalides):
    code = "sauvegarde_illisible"
    titre = "Sauvegarde illisible"
    detail = "La sauvegarde ne peut pas être restaurée."


@contextmanager
def base_restauree(fichier: Path, *, dossier: Path) -> Iterator[dict[str, Any]]:
    """Parameters of a connection to the content of `fichier`, on a server that lives in `dossier` as long as it is read.

    Raises SauvegardeIllisible when a statement failed that may have cost rows.
    """
    serveur = EmbeddedServer(folder=dossier, database="postgres")
    serveur.erase()  # an import that was killed
    try:
        record = serveur.start()
        mot_de_passe = secrets.token_urlsafe(24)
        acces = {"host": HOST, "port": record.port, "user": COMPTE, "password": mot_de_passe, "dbname": BASE}
        _preparer(port=record.port, maitre=record.mot_de_passe, compte=mot_de_passe)
        _restaurer(fichier, port=record.port, mot_de_passe=mot_de_passe)
        yield {**CONNECTION_OPTIONS, **acces}
    finally:
        serveur.erase()


def _preparer(*, port: int, maitre: str, compte: str) -> None:
    connexion = psycopg2.connect(
        host=HOST, port=port, user=USER, password=maitre, dbname="postgres", **CONNECTION_OPTIONS
    )
    with closing(connexion), connexion.cursor() as curseur:
        connexion.autocommit = True
        curseur.execute(f"CREATE ROLE {COMPTE} LOGIN PASSWORD %s", [compte])
        curseur.execute(f"CREATE DATABASE {BASE} OWNER {COMPTE}")


def _restaurer(fichier: Path, *, port: int, mot_de_passe: str) -> None:
    with fichier.open("rb") as contenu:
        forme_pg_dump = contenu.read(len(_ENTETE_PG_DUMP)) == _ENTETE_PG_DUMP
    # Opened again: programs read from where the descriptor is, which is beyond what was read of it.
    with ExitStack() as pile:
        contenu = pile.enter_context(fichier.open("rb"))
        passage = pile.enter_context(tempfile.TemporaryDirectory())
        commun = ["--host", HOST, "--port", str(port), "--username", COMPTE, "--dbname", BASE, "--no-password"]
        cles = Path(passage) / "pgpass"
        cles.touch(mode=0o600)
        cles.write_text(f"{HOST}:{port}:*:{COMPTE}:{mot_de_passe}\n")
        environnement = {"PGPASSFILE": str(cles), "PGSSLMODE": "disable", "PGGSSENCMODE": "disable", "LC_ALL": "C"}
        erreurs = []
        script = contenu
        if forme_pg_dump:
            en_sql = Path(passage) / "sauvegarde.sql"
            commande = ["pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file", str(en_sql)]
            erreurs = _executer(commande, environnement, contenu)
            en_sql.touch()
            script = pile.enter_context(en_sql.open("rb"))
        propre = pile.enter_context(tempfile.TemporaryFile())
        _sans_commandes(script, propre)
        propre.seek(0)
        erreurs += _executer(["psql", "--no-psqlrc", "--quiet", *commun], environnement, propre)
    graves = [ligne for ligne in erreurs if not _SANS_CONSEQUENCE.search(ligne)]
    if graves:
        raise SauvegardeIllisible(f"La sauvegarde ne se restaure pas entière : {graves[0][:300]}")


def _sans_commandes(contenu: IO[bytes], propre: IO[bytes]) -> None:
    """The dump, in psql's restricted mode from the first line: a command that it hides (`\\!`, `\\copy`) is refused."""
    propre.write(b"\\restrict " + secrets.token_hex(16).encode() + b"\n")
    dans_copy = False
    for ligne in contenu:
        if dans_copy:
            dans_copy = ligne.rstrip(b"\r\n") != b"\\."
        elif _DU_DUMP.match(ligne) or _VERSION_DE_COLONNE.match(ligne):
            continue
        elif _DEBUT_DE_COPY.match(ligne):
            dans_copy = True
        propre.write(ligne)


def _executer(commande: list[str], environnement: dict[str, str], entree: IO[bytes]) -> list[str]:
    """The errors that the program told."""
    programme = binaries.installed().program(commande[0])
    fini = subprocess.run(  # noqa: S603
        [programme, *commande[1:]],
        check=False,
        env=environnement,
        stdin=entree,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    dites = fini.stderr.decode(errors="replace").splitlines()
    erreurs = [ligne for ligne in dites if re.search(r"ERROR:|FATAL:|error:|backslash", ligne)]
    if fini.returncode and not erreurs:
        erreurs = dites[-1:] or [f"{commande[0]} s'est arrêté (code {fini.returncode})."]
    return erreurs
