"""`attribuer_polices` over a whole portfolio without police, against one raw INSERT … SELECT under the same constraints.

The floor does the least that gives each subscription a distinct, well-formed number and the fact that says so: one statement, one
window, one transaction; no series moved, no protection against another run, nothing kept if it is interrupted.
"""

from apps.pass_clients.services import attribuer_polices
from bench.databases import copie, lire, nom_de
from bench.report import Resultat, vitesse
from bench.timing import entrelacer

TITRE = "attribuer_polices"
EXPLICATION = (
    "All paid subscriptions of the portfolio, their polices taken away first, against one `INSERT … SELECT` of as many "
    "rows into the same table, and of the fact of each, with the same indexes, constraints and triggers, in one transaction."
)

_BRUT = """
    WITH attribuees AS (
        INSERT INTO numeros_police_congo
            (souscription_id, numero_police, mode_attribution, date_attribution, commentaire, statut)
        SELECT s.id,
               'CG-2026-' || p.branche || '-' || lpad((row_number() OVER (PARTITION BY p.branche ORDER BY s.id))::text, 7, '0'),
               'automatique', now(), '', 'attribue'
        FROM souscriptions_pass s
        JOIN produits_pass p ON p.id = s.produit_id
        WHERE s.statut IN ('activee', 'suspendue', 'expiree')
        RETURNING souscription_id
    )
    INSERT INTO faits (nom, cle, donnees)
    SELECT 'police.attribuee', 'souscription:' || souscription_id, jsonb_build_object('souscription', souscription_id)
    FROM attribuees
"""


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    faites: list[int] = []

    def ours(_: int) -> None:
        faites.append(attribuer_polices())

    def vider(_: int) -> None:
        lire("TRUNCATE numeros_police_congo")
        lire("CHECKPOINT")

    with copie(nom_de(grand)):
        # What is emptied between two rounds is told to nobody.
        lire("ALTER TABLE numeros_police_congo DISABLE TRIGGER audit_vidage")
        lire("VACUUM")
        mesure = entrelacer({"ours": ours, "raw": lambda _: lire(_BRUT)}, manches=3, avant=vider)
    resultat = vitesse(mesure, ours="ours", floor="raw", nom=f"{faites[0]:,} polices", au_moins=0.8)
    return [resultat]
