"""The laws of contracts over the whole database (nsia_pass_api/lois.py)."""

from typing import Any

from apps.pass_clients.models import TRANSITIONS

LOIS: dict[str, tuple[str, dict[str, Any]]] = {
    "une souscription en vigueur a une période et une seule suite d'états": (
        """
        SELECT s.numero_souscription || ' : ' || s.statut || ' sans période'
        FROM souscriptions_pass s
        WHERE s.statut IN ('activee', 'suspendue', 'expiree')
          AND NOT EXISTS (SELECT 1 FROM periodes_couverture pc WHERE pc.souscription_id = s.id)
        UNION ALL
        SELECT s.numero_souscription || ' : ' || s.statut || ', l''audit dit ' || t.vers
        FROM souscriptions_pass s
        JOIN (
            SELECT DISTINCT ON (souscription_id) souscription_id, vers FROM transitions_souscription
            ORDER BY souscription_id, id DESC
        ) t ON t.souscription_id = s.id
        WHERE t.vers <> s.statut
        UNION ALL
        SELECT 'souscription ' || souscription_id || ' : de ' || de || ' à ' || vers || ' après ' || coalesce(avant, 'rien')
        FROM (
            SELECT souscription_id, de, vers, lag(vers) OVER (PARTITION BY souscription_id ORDER BY id) AS avant
            FROM transitions_souscription
        ) passage
        WHERE avant IS DISTINCT FROM de AND avant IS NOT NULL OR de || '>' || vers <> ALL (%(passages)s)
        """,
        {"passages": [f"{de}>{vers}" for de, vers in TRANSITIONS]},
    ),
}

CHIFFRES = """
    SELECT 'périodes', count(*), coalesce(sum(prime), 0), coalesce(sum(prime), 0) FROM periodes_couverture
    UNION ALL SELECT 'souscriptions ' || statut, count(*), sum(montant_souscription), sum(montant_souscription)
        FROM souscriptions_pass GROUP BY 1
"""
