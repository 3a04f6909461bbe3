"""The reconciliation: rows in = placed + quarantined, money in = placed + quarantined, table by table, to the franc.

What came in is counted from the rows as they were read, what became of it from the register: two ways that must agree.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection

from apps.reprise.examen import Ligne, argent
from apps.reprise.models import LigneReprise, MotifReprise, ReserveReprise, SortReprise, TableReprise
from apps.reprise.registre import normaliser_colonnes
from nsia_pass_api.errors import RegleMetier


class ReconciliationFausse(RegleMetier):
    code = "reconciliation_fausse"
    titre = "Import non réconcilié"


@dataclass
class Compte:
    """Of a table: rows and francs, in, placed and waiting; `illisibles`: rows in whose money cannot be read."""

    lues: int = 0
    placees: int = 0
    quarantaine: int = 0
    argent_lu: int = 0
    argent_place: int = 0
    argent_quarantaine: int = 0
    illisibles: int = 0

    @property
    def juste(self) -> bool:
        return (
            self.lues == self.placees + self.quarantaine
            and self.argent_lu == self.argent_place + self.argent_quarantaine
        )


@dataclass
class Bilan:
    tables: dict[str, Compte] = field(default_factory=lambda: {table.value: Compte() for table in TableReprise})
    motifs: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    reserves: Counter[str] = field(default_factory=Counter)
    paiements_confirmes: int = 0
    paiements_echoues: int = 0

    def en_json(self) -> dict[str, Any]:
        return {
            "tables": {table: asdict(compte) for table, compte in self.tables.items()},
            "motifs": {table: dict(sorted(motifs.items())) for table, motifs in sorted(self.motifs.items())},
            "reserves": dict(sorted(self.reserves.items())),
            "paiements_confirmes": self.paiements_confirmes,
            "paiements_echoues": self.paiements_echoues,
        }

    def verifier(self) -> None:
        """Raises ReconciliationFausse when a row or a franc is missing."""
        faux = [TableReprise(table).label for table, compte in self.tables.items() if not compte.juste]
        place = self.tables[TableReprise.PAIEMENTS].argent_place
        if self.paiements_confirmes + self.paiements_echoues != place:
            faux.append("paiements écrits")
        if faux:
            raise ReconciliationFausse(
                f"Le compte n'y est pas : {', '.join(faux)}. Gardez l'ancienne base, n'utilisez pas ce qui a été repris, "
                "et prévenez le service informatique avec ce rapport."
            )


def compter_les_lues(bilan: Bilan) -> None:
    """What came in, from the rows that this session holds."""
    with connection.chunked_cursor() as cursor:
        cursor.execute("SELECT table_source, brut::text FROM reprise_rangee")
        for table, brut in cursor:
            compte = bilan.tables[table]
            compte.lues += 1
            lu = argent(table, normaliser_colonnes(json.loads(brut)))
            compte.argent_lu += lu or 0
            compte.illisibles += lu is None


def bilan_du_registre() -> Bilan:
    """What became of the rows that this session holds, from the register and from the payments that were written."""
    bilan = Bilan()
    compter_les_lues(bilan)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.table_source, l.sort, l.motif, count(*), coalesce(sum(l.montant), 0)::bigint
            FROM lignes_reprises l JOIN reprise_rangee r USING (table_source, empreinte, rang)
            GROUP BY 1, 2, 3
            """
        )
        for table, sort, motif, nombre, montant in cursor.fetchall():
            _ajouter(bilan, table, sort, motif, nombre, montant)
        cursor.execute(
            """
            SELECT v.reserve, count(*)
            FROM lignes_reprises l JOIN reprise_rangee r USING (table_source, empreinte, rang)
            CROSS JOIN LATERAL unnest(l.reserves) v (reserve)
            GROUP BY 1
            """
        )
        bilan.reserves.update(dict(cursor.fetchall()))
        cursor.execute(
            """
            SELECT coalesce(sum(p.montant) FILTER (WHERE p.date_confirmation IS NOT NULL), 0)::bigint,
                   coalesce(sum(p.montant) FILTER (WHERE p.date_confirmation IS NULL), 0)::bigint
            FROM lignes_reprises l JOIN reprise_rangee r USING (table_source, empreinte, rang)
            JOIN paiements_pass p ON p.id = l.paiement_id
            """
        )
        bilan.paiements_confirmes, bilan.paiements_echoues = cursor.fetchone()
    return bilan


def bilan_d_essai(lignes: Iterable[Ligne], reussis: Mapping[int, bool]) -> Bilan:
    """What would become of them. `reussis`: by `id()` of a payment's row, whether it was confirmed."""
    bilan = Bilan()
    compter_les_lues(bilan)
    for ligne in lignes:
        if ligne.disparue:
            continue
        sort = SortReprise.QUARANTAINE if ligne.motif else SortReprise.PLACEE
        _ajouter(bilan, ligne.table, sort, ligne.motif, 1, ligne.montant or 0)
        if not ligne.motif:
            bilan.reserves.update(set(map(str, ligne.reserves)))
            if ligne.table == TableReprise.PAIEMENTS:
                if reussis.get(id(ligne), True):
                    bilan.paiements_confirmes += ligne.montant or 0
                else:
                    bilan.paiements_echoues += ligne.montant or 0
    return bilan


def _ajouter(bilan: Bilan, table: str, sort: str, motif: str, nombre: int, montant: int) -> None:
    compte = bilan.tables[table]
    if sort == SortReprise.PLACEE:
        compte.placees += nombre
        compte.argent_place += montant
    elif sort == SortReprise.QUARANTAINE:
        compte.quarantaine += nombre
        compte.argent_quarantaine += montant
        bilan.motifs[table][motif] += nombre


def libelle_du_motif(motif: str) -> str:
    return str(MotifReprise(motif).label)


def libelle_de_la_reserve(reserve: str) -> str:
    return str(ReserveReprise(reserve).label)


def nombre_de_retirees() -> int:
    """Rows that were taken out of the former database, or written otherwise, since an earlier passage."""
    return LigneReprise.objects.filter(motif=MotifReprise.RETIREE).count()
