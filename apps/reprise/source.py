"""Whence rows come: a PostgreSQL server that is only read, in one snapshot, or a dump restored aside while it is read."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings
from psycopg2 import sql

from apps.reprise.models import TableReprise
from apps.reprise.restauration import base_restauree
from nsia_pass_api.ecrits import cle
from nsia_pass_api.errors import DonneesInvalides

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connexion

LUES_ENSEMBLE = 5_000

# Without these columns a table cannot be what its name says.
COLONNES: dict[str, frozenset[str]] = {
    TableReprise.SOUSCRIPTIONS: frozenset({"nom", "telephone", "libelleproduit", "montantdelaprime"}),
    TableReprise.PAIEMENTS: frozenset({"souscription", "montant", "date", "statut", "modepaiement"}),
    TableReprise.CONTRATS: frozenset({"police", "dateeffet", "dateexpiration"}),
    TableReprise.COTISATIONS: frozenset({"contrat", "montantpaye"}),
    TableReprise.AGENTS: frozenset({"nom", "telephone"}),
}


class SourceIllisible(DonneesInvalides):
    code = "source_illisible"
    titre = "Ancienne base illisible"
    detail = "L'ancienne base n'est pas lisible."


@dataclass(frozen=True)
class Source:
    """An open snapshot of the former database. `tables`: the known ones that it has, as (schema, name)."""

    nom: str
    connexion: "Connexion"
    tables: dict[str, tuple[str, str]]

    def nombre_de_lignes(self) -> int:
        """Rows in all its tables."""
        total = 0
        with self.connexion.cursor() as curseur:
            for schema, table in self.tables.values():
                curseur.execute(sql.SQL("SELECT count(*) FROM ONLY {}").format(sql.Identifier(schema, table)))
                total += curseur.fetchone()[0]  # type: ignore[index]
        return total

    def lignes(self, table: str) -> Iterator[str]:
        """Each row as a JSON object whose keys are the columns as they are written; a few thousand in memory."""
        schema, nom = self.tables[table]
        with self.connexion.cursor(name=f"reprise_{table}") as curseur:
            curseur.itersize = LUES_ENSEMBLE
            curseur.execute(sql.SQL("SELECT to_jsonb(t)::text FROM ONLY {} t").format(sql.Identifier(schema, nom)))
            for (ligne,) in curseur:
                yield ligne


@contextmanager
def ouvrir(adresse: str) -> Iterator[Source]:
    """The source named by a connection URL or by the path of a dump. Raises SourceIllisible."""
    parties = urlsplit(adresse)
    if parties.scheme in ("postgresql", "postgres"):
        nom = f"{parties.hostname or 'localhost'}:{parties.port or 5432}{parties.path}"
        with _instantane(nom, {"dsn": adresse}) as source:
            yield source
        return
    fichier = Path(adresse)
    if not fichier.is_file():
        raise SourceIllisible(
            f"« {adresse[:200]} » n'est ni une adresse postgresql://… ni le fichier d'une sauvegarde (SQL ou pg_dump -Fc)."
        )
    dossier = settings.DATA_DIR / "reprise"
    with base_restauree(fichier, dossier=dossier) as parametres, _instantane(fichier.name, parametres) as source:
        yield source


@contextmanager
def _instantane(nom: str, parametres: dict[str, Any]) -> Iterator[Source]:
    """The server itself refuses that anything be written by this session; all reads see one moment."""
    try:
        connexion = psycopg2.connect(
            connect_timeout=15,
            application_name=f"import_whatsappdb {secrets.token_hex(4)}",
            **{**parametres, "options": f"-c default_transaction_read_only=on {parametres.get('options', '')}".strip()},
        )
    except (psycopg2.OperationalError, psycopg2.ProgrammingError):
        # Its message may name the user and the address with its password.
        raise SourceIllisible(
            "L'ancienne base ne répond pas à cette adresse. Vérifiez l'hôte, le port, la base, le compte et pg_hba.conf."
        ) from None
    with closing(connexion):
        connexion.set_session(isolation_level="REPEATABLE READ", readonly=True)
        if connexion.get_parameter_status("server_encoding") == "SQL_ASCII":
            # No encoding was declared: bytes come as they are, and what was UTF-8 is repaired as damaged text is.
            connexion.set_client_encoding("LATIN1")
        yield Source(nom, connexion, _tables(connexion))


def _tables(connexion: "Connexion") -> dict[str, tuple[str, str]]:
    with connexion.cursor() as curseur:
        curseur.execute(
            """
            SELECT c.table_schema, c.table_name, array_agg(c.column_name::text)
            FROM information_schema.columns c
            JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema') AND t.table_type = 'BASE TABLE'
            GROUP BY 1, 2 ORDER BY 1, 2
            """
        )
        trouvees: dict[str, tuple[str, str]] = {}
        for schema, table, colonnes in curseur.fetchall():
            nom = cle(table)
            if nom not in COLONNES:
                continue
            absentes = COLONNES[nom] - {cle(colonne) for colonne in colonnes}
            if absentes:
                raise SourceIllisible(
                    f"La table « {table} » n'a pas les colonnes attendues : {', '.join(sorted(absentes))}."
                )
            if nom in trouvees:
                raise SourceIllisible(f"Deux tables s'appellent « {table} », à la casse ou au schéma près.")
            trouvees[nom] = (schema, table)
    if TableReprise.SOUSCRIPTIONS not in trouvees:
        raise SourceIllisible("Ce n'est pas l'ancienne base : la table SouscriptionPass est absente.")
    return trouvees
