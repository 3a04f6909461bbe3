"""The register of the former database's rows: one row of ours for each of theirs, with its fate.

A row is known by what it says: table, SHA-256 of its columns and values, rank among rows that say exactly the same.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from apps.reprise.examen import Ligne
from nsia_pass_api.copie import Flux
from nsia_pass_api.ecrits import cle, reparer, texte

_ECRITES_ENSEMBLE = 2_000


def recueillir(lignes: Iterable[tuple[str, str]]) -> int:
    """This session holds the rows read (table, JSON object), each with its identity. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.reprise_lue, pg_temp.reprise_rangee")
        cursor.execute("CREATE TEMPORARY TABLE reprise_lue (table_source text, brut jsonb)")
        copie = (f"{table}\t{ligne.replace(chr(92), chr(92) * 2)}\n" for table, ligne in lignes)
        cursor.copy_expert("COPY reprise_lue FROM STDIN", Flux(copie))
        lues = cursor.rowcount
        cursor.execute(
            """
            CREATE TEMPORARY TABLE reprise_rangee AS
            SELECT table_source, empreinte, row_number() OVER (PARTITION BY table_source, empreinte)::int AS rang, brut
            FROM (
                SELECT table_source, brut,
                       encode(sha256(convert_to(table_source || ' ' || brut::text, 'UTF8')), 'hex') AS empreinte
                FROM reprise_lue
            ) l
            """
        )
        cursor.execute("DROP TABLE reprise_lue")
        cursor.execute("CREATE UNIQUE INDEX ON reprise_rangee (table_source, empreinte, rang)")
        cursor.execute("ANALYZE reprise_rangee")
    return int(lues)


def oublier() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.reprise_lue, pg_temp.reprise_rangee")


@transaction.atomic
def inscrire() -> tuple[int, int]:
    """The rows held are in the register; those that wait and are no longer in the source are withdrawn. Returns both numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO lignes_reprises (table_source, empreinte, rang, brut, sort, reserves)
            SELECT table_source, empreinte, rang, brut, 'a_placer', '{}' FROM reprise_rangee
            ORDER BY table_source, empreinte, rang
            ON CONFLICT DO NOTHING
            """
        )
        nouvelles = cursor.rowcount
        cursor.execute(
            """
            UPDATE lignes_reprises l SET sort = 'quarantaine', motif = 'retiree', reserves = '{}',
                explication = 'Elle n''est plus dans l''ancienne base, ou y est écrite autrement.'
            WHERE l.sort <> 'placee' AND l.motif <> 'retiree' AND NOT EXISTS (
                SELECT 1 FROM reprise_rangee r
                WHERE r.table_source = l.table_source AND r.empreinte = l.empreinte AND r.rang = l.rang
            )
            """
        )
        retirees = cursor.rowcount
        cursor.execute("ANALYZE lignes_reprises")
    return nouvelles, retirees


def lire() -> Iterator[Ligne]:
    """Rows held and rows placed before, in the order of their identity."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(l.id, 0), coalesce(r.table_source, l.table_source), coalesce(r.empreinte, l.empreinte),
                   coalesce(r.rang, l.rang), coalesce(r.brut, l.brut)::text, coalesce(l.sort = 'placee', false),
                   l.souscription_id, r.empreinte IS NULL, coalesce(l.telephone, ''), coalesce(l.police, ''),
                   coalesce(l.reserves, '{}')
            FROM reprise_rangee r
            FULL JOIN lignes_reprises l USING (table_source, empreinte, rang)
            WHERE r.empreinte IS NOT NULL OR l.sort = 'placee'
            ORDER BY 2, 3, 4
            """
        )
        for ident, table, empreinte, rang, brut, placee, souscription, disparue, telephone, police, reserves in cursor:
            yield Ligne(
                id=ident,
                table=table,
                empreinte=empreinte,
                rang=rang,
                donnees=normaliser_colonnes(json.loads(brut)),
                placee=placee,
                souscription_id=souscription,
                disparue=disparue,
                telephone=telephone if placee else "",
                police=police if placee else "",
                reserves=list(reserves) if placee else [],
            )


def normaliser_colonnes(brut: dict[str, Any]) -> dict[str, Any]:
    """The row by `cle` of its columns; of two columns with one key, what is written wins."""
    donnees: dict[str, Any] = {}
    for colonne, valeur in brut.items():
        nom = cle(reparer(colonne)[0])
        if nom not in donnees or not texte(donnees[nom]):
            donnees[nom] = valeur
    return donnees


def ecrire_quarantaine(lignes: Sequence[Ligne]) -> int:
    """The register says of each why it waits. Returns how many changed: none when it said so already."""
    changees = 0
    for debut in range(0, len(lignes), _ECRITES_ENSEMBLE):
        lot = lignes[debut : debut + _ECRITES_ENSEMBLE]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE lignes_reprises l SET sort = 'quarantaine', motif = v.motif, explication = v.explication,
                    montant = v.montant, telephone = v.telephone, police = v.police, reserves = '{}', ecart = NULL
                FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[])
                    AS v (id, motif, explication, montant, telephone, police)
                WHERE l.id = v.id AND (l.sort, l.motif, l.explication, l.telephone, l.police)
                    IS DISTINCT FROM ('quarantaine', v.motif, v.explication, v.telephone, v.police)
                """,
                [
                    [ligne.id for ligne in lot],
                    [ligne.motif for ligne in lot],
                    [ligne.explication for ligne in lot],
                    [ligne.montant for ligne in lot],
                    [ligne.telephone for ligne in lot],
                    [ligne.police for ligne in lot],
                ],
            )
            changees += cursor.rowcount
    return changees


Placement = tuple[Ligne, int | None, int | None, int | None]
"""A row, and the client, subscription and payment that it became."""


def ecrire_placees(placements: Sequence[Placement]) -> None:
    """The register says of each what it became. Called in the transaction that wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE lignes_reprises l SET sort = 'placee', motif = '', explication = '', montant = v.montant, ecart = v.ecart,
                telephone = v.telephone, police = v.police, client_id = v.client, souscription_id = v.souscription,
                paiement_id = v.paiement, placee_le = now(),
                reserves = CASE WHEN v.reserves = '' THEN '{}' ELSE string_to_array(v.reserves, ',') END
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
                        %s::bigint[], %s::text[])
                AS v (id, montant, ecart, telephone, police, client, souscription, paiement, reserves)
            WHERE l.id = v.id
            """,
            [
                [ligne.id for ligne, *_ in placements],
                [ligne.montant for ligne, *_ in placements],
                [ligne.ecart for ligne, *_ in placements],
                [ligne.telephone for ligne, *_ in placements],
                [ligne.police for ligne, *_ in placements],
                [client for _, client, _, _ in placements],
                [souscription for _, _, souscription, _ in placements],
                [paiement for _, _, _, paiement in placements],
                [",".join(sorted(set(map(str, ligne.reserves)))) for ligne, *_ in placements],
            ],
        )
