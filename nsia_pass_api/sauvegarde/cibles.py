"""A database and how it is reached: by us through psycopg2, by PostgreSQL's programs through their arguments and environment."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import psycopg2
from django.db import connection
from psycopg2 import sql

from nsia_pass_api.database.reachability import explain
from nsia_pass_api.settings.database import from_url

from .errors import RestaurationImpossible

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connexion

# Of what Django passes to psycopg2, what is not how a server is reached.
_DE_LA_SESSION = ("options", "client_encoding", "cursor_factory", "dbname", "password")
_TENUE = """
    SELECT EXISTS (
        SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    )
"""


@dataclass(frozen=True, kw_only=True)
class Cible:
    """`acces`: parameters of libpq but the database's name and the password."""

    base: str
    acces: dict[str, Any]
    mot_de_passe: str = field(repr=False)

    @classmethod
    def des_reglages(cls) -> "Cible":
        """The database of the project; the embedded server is started if need be."""
        connection.ensure_connection()
        return cls._de(connection.get_connection_params())

    @classmethod
    def de_url(cls, url: str) -> "Cible":
        reglages = from_url(url)
        noms = {"USER": "user", "HOST": "host", "PORT": "port"}
        acces = {noms[nom]: valeur for nom, valeur in reglages.items() if nom in noms and valeur}
        secret = {"password": reglages["PASSWORD"], "dbname": reglages["NAME"]}
        return cls._de({**reglages["OPTIONS"], **acces, **secret})

    @classmethod
    def _de(cls, parametres: dict[str, Any]) -> "Cible":
        acces = {nom: valeur for nom, valeur in parametres.items() if nom not in _DE_LA_SESSION}
        return cls(base=str(parametres["dbname"]), acces=acces, mot_de_passe=str(parametres.get("password", "") or ""))

    def autre(self, base: str) -> "Cible":
        """Another database of the same server."""
        return replace(self, base=base)

    @property
    def lieu(self) -> str:
        return f"{self.base} sur {self.acces.get('host', 'la prise locale')}:{self.acces.get('port', 5432)}"

    @property
    def dsn(self) -> str:
        """What may stand on a command line, where everybody reads: no password."""
        return psycopg2.extensions.make_dsn(**self.acces, dbname=self.base)

    @property
    def environnement(self) -> dict[str, str]:
        """That of this process, and the password; its programs speak English, which we read."""
        secret = {"PGPASSWORD": self.mot_de_passe} if self.mot_de_passe else {}
        return {**os.environ, **secret, "LC_ALL": "C", "LANGUAGE": "C"}

    @contextmanager
    def ouverte(self) -> Iterator["Connexion"]:
        """A connection of its own, closed at the end; what is not committed is undone."""
        try:
            connexion = psycopg2.connect(
                self.dsn, password=self.mot_de_passe or None, application_name="nsia-sauvegarde"
            )
        except psycopg2.OperationalError as panne:
            explique = explain(panne)  # type: ignore[arg-type]  # it only reads what the error says
            cause, remede = explique or (_une_ligne(panne), "consultez le journal du serveur")
            raise RestaurationImpossible(f"Base {self.lieu} : {cause}. Pour y remédier : {remede}.") from panne
        with closing(connexion):
            yield connexion

    def version(self) -> int:
        """`server_version_num`: 150014, 180006."""
        with self.ouverte() as connexion:
            return connexion.server_version


class Serveur:
    """Creates, renames and drops databases beside `cible`, through a connection to one that always exists."""

    def __init__(self, cible: Cible) -> None:
        self.entretien = cible.autre("postgres")

    def existe(self, base: str) -> bool:
        return bool(self._lire("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = %s)", [base]))

    def est_vide(self, base: str) -> bool:
        with self.entretien.autre(base).ouverte() as connexion, connexion.cursor() as curseur:
            curseur.execute(_TENUE)
            (tenue,) = curseur.fetchone() or (True,)
            return not tenue

    def creer(self, base: str, *, comme: str) -> None:
        """`base` exists, empty, with the language of `comme` if that exists, else the server's own."""
        self._ordonner(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'{}").format(
                sql.Identifier(base), self._langue(comme)
            )
        )

    def _langue(self, base: str) -> sql.Composable:
        ligne = self._lire("SELECT to_jsonb(d) FROM pg_database d WHERE datname = %s", [base])
        if ligne is None:
            return sql.SQL("")
        # `daticulocale` until PostgreSQL 16, `datlocale` since.
        langue = ligne.get("datlocale") or ligne.get("daticulocale")
        genre = {"c": "libc", "i": "icu", "b": "builtin"}[ligne["datlocprovider"]]
        texte = sql.SQL(" LOCALE_PROVIDER {} LC_COLLATE {} LC_CTYPE {}").format(
            sql.Identifier(genre), sql.Literal(ligne["datcollate"]), sql.Literal(ligne["datctype"])
        )
        if langue and genre != "libc":
            texte += sql.SQL(" {} {}").format(sql.SQL(f"{genre.upper()}_LOCALE"), sql.Literal(langue))
        return texte

    def effacer(self, base: str) -> None:
        """`base` is no more. Not by FORCE: it asks a right over autovacuum, which a plain DROP sends away by itself."""
        if self.existe(base):
            self.fermer(base)
            self._ordonner(sql.SQL("DROP DATABASE {}").format(sql.Identifier(base)))

    def fermer(self, base: str) -> None:
        """Nobody is connected to `base`, nor can be until `rouvrir`."""
        self._ordonner(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(base)))
        self._lire(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [base],
        )

    def rouvrir(self, base: str) -> None:
        self._ordonner(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(base)))

    def renommer(self, base: str, nom: str) -> None:
        self._ordonner(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(base), sql.Identifier(nom)))

    def _lire(self, question: str, valeurs: list[Any]) -> Any:
        with self._entretien() as curseur:
            curseur.execute(question, valeurs)
            ligne = curseur.fetchone()
            return None if ligne is None else ligne[0]

    def _ordonner(self, ordre: sql.Composable) -> None:
        with self._entretien() as curseur:
            curseur.execute(ordre)

    @contextmanager
    def _entretien(self) -> Iterator[Any]:
        with self.entretien.ouverte() as connexion:
            connexion.autocommit = True
            try:
                with connexion.cursor() as curseur:
                    yield curseur
            except psycopg2.errors.InsufficientPrivilege as refus:
                raise RestaurationImpossible(
                    f"{self.entretien.acces.get('user', 'Ce compte')} n'en a pas le droit : {_une_ligne(refus)}. "
                    "Il faut le propriétaire de la base, avec CREATEDB (ALTER ROLE … CREATEDB), et que les autres comptes "
                    "soient déconnectés : arrêtez l'application."
                ) from refus
            except psycopg2.Error as refus:
                raise RestaurationImpossible(f"PostgreSQL refuse : {_une_ligne(refus)}.") from refus


def _une_ligne(faute: Exception) -> str:
    return " ".join(str(faute).split()).rstrip(".")
