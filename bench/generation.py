"""`generer_portefeuille`, against COPY of the very rows that it wrote, already serialised, into the same empty tables.

Same batches, same transactions, same indexes, constraints and deferred triggers, and the same VACUUM (ANALYZE) at the end:
what differs is inventing the portfolio and writing it as text.
"""

from io import BytesIO
from itertools import pairwise

from django.db import connection, transaction

from apps.essais.portfolio import TAILLE_LOT, generer_portefeuille
from apps.essais.portfolio.copying import analyser
from apps.essais.portfolio.rows import COLONNES
from bench.databases import GRAINE, copie, lire, nom_de
from bench.report import Resultat, vitesse
from bench.timing import entrelacer

TITRE = "generer_portefeuille"
EXPLICATION = (
    "The whole command, against `COPY … FROM STDIN` of the same rows from memory: same batches, indexes, constraints, "
    "triggers and final `VACUUM (ANALYZE)`."
)
SOUSCRIPTIONS = 100_000

# Which subscription a row belongs to decides of its batch.
_SOUSCRIPTION = {
    "clients_pass": "(SELECT min(s.id) FROM souscriptions_pass s WHERE s.client_id = t.id)",
    "souscriptions_pass": "t.id",
    "evenements_paiement": "(SELECT p.souscription_id FROM paiements_pass p WHERE p.id = t.paiement_id)",
}
Lot = list[tuple[str, bytes]]


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    nombre = 5_000 if rapide else SOUSCRIPTIONS
    with copie(nom_de(0)):
        generer_portefeuille(nombre=nombre, graine=GRAINE)
        lots = _serialiser()
        mesure = entrelacer(
            {
                "ours": lambda _: generer_portefeuille(nombre=nombre, graine=GRAINE),
                "raw": lambda _: _copier(lots),
            },
            manches=3,
            avant=lambda _: _vider(),
        )
    lignes = sum(contenu.count(b"\n") for lot in lots for _, contenu in lot)
    return [vitesse(mesure, ours="ours", floor="raw", nom=f"{nombre:,} subscriptions, {lignes:,} rows", au_moins=0.5)]


def _vider() -> None:
    lire(f"TRUNCATE {', '.join(COLONNES)}, series_numeros RESTART IDENTITY CASCADE")
    lire("CHECKPOINT")


def _serialiser() -> list[Lot]:
    """What the database holds, as COPY reads it, batch by batch, in the order in which it was written."""
    ids = [ident for (ident,) in lire("SELECT id FROM souscriptions_pass ORDER BY id")]
    bornes = [*ids[::TAILLE_LOT], ids[-1] + 1]
    return [[(table, _exporter(table, debut, fin)) for table in COLONNES] for debut, fin in pairwise(bornes)]


def _exporter(table: str, debut: int, fin: int) -> bytes:
    souscription = _SOUSCRIPTION.get(table, "t.souscription_id")
    contenu = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY (SELECT {COLONNES[table]} FROM {table} t WHERE {souscription} BETWEEN {debut} AND {fin - 1} "
            "ORDER BY t.id) TO STDOUT",
            contenu,
        )
    return contenu.getvalue()


def _copier(lots: list[Lot]) -> None:
    for lot in lots:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, contenu in lot:
                cursor.copy_expert(f"COPY {table} ({COLONNES[table]}) FROM STDIN", BytesIO(contenu), size=1 << 20)
    analyser()
