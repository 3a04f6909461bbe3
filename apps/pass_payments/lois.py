"""The laws of money over the whole database (nsia_pass_api/lois.py). The operator's side (law 7) is `rapprocher`'s."""

from typing import Any

from apps.pass_payments.models import TRANSITIONS

_DERNIER_STATUT = """
    SELECT DISTINCT ON (paiement_id) paiement_id, statut FROM evenements_paiement
    WHERE statut <> '' ORDER BY paiement_id, id DESC
"""

LOIS: dict[str, tuple[str, dict[str, Any]]] = {
    "le statut d'un paiement est celui que dit son journal": (
        f"""
        SELECT p.numero_transaction || ' : ' || p.statut || ', son journal dit ' || coalesce(j.statut, 'rien')
        FROM paiements_pass p LEFT JOIN ({_DERNIER_STATUT}) j ON j.paiement_id = p.id
        WHERE j.statut IS DISTINCT FROM p.statut
        """,  # noqa: S608 - a constant
        {},
    ),
    "un journal suit les passages permis et confirme une fois": (
        """
        SELECT 'paiement ' || paiement_id || ' : de ' || avant || ' à ' || statut
        FROM (
            SELECT paiement_id, statut, lag(statut) OVER (PARTITION BY paiement_id ORDER BY id) AS avant
            FROM evenements_paiement WHERE statut <> ''
        ) passage
        WHERE avant IS NOT NULL AND avant || '>' || statut <> ALL (%(passages)s)
        UNION ALL
        SELECT 'paiement ' || paiement_id || ' : confirmé ' || count(*) || ' fois'
        FROM evenements_paiement WHERE statut = 'succes' GROUP BY paiement_id HAVING count(*) > 1
        """,
        {"passages": [f"{de}>{vers}" for de, vers in TRANSITIONS]},
    ),
    "les nets confirmés au journal font les nets des paiements confirmés": (
        """
        SELECT 'journal ' || journal || ' XAF, paiements ' || paiements || ' XAF'
        FROM (
            SELECT
                (SELECT coalesce(sum(p.montant_net), 0) FROM paiements_pass p
                 WHERE EXISTS (SELECT 1 FROM evenements_paiement e
                               WHERE e.paiement_id = p.id AND e.statut IN ('succes', 'rembourse'))) AS journal,
                (SELECT coalesce(sum(montant_net), 0) FROM paiements_pass WHERE statut IN ('succes', 'rembourse'))
                    AS paiements
        ) sommes
        WHERE journal <> paiements
        """,
        {},
    ),
    "payé sur les cotisations et avoir font les paiements confirmés": (
        """
        SELECT sc.police || ' : placé ' || place.somme || ', avoir ' || sc.avoir || ', total ' || sc.total_paye
               || ', confirmé ' || recu.somme
        FROM soldes_contrats sc
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(c.montant_paye), 0) AS somme FROM cotisations c WHERE c.souscription_id = sc.souscription_id
        ) place
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(p.montant - p.frais), 0) AS somme FROM paiements_pass p
            WHERE p.souscription_id = sc.souscription_id AND p.statut = 'succes'
        ) recu
        WHERE place.somme + sc.avoir <> sc.total_paye OR sc.total_paye <> recu.somme
        """,
        {},
    ),
    "les cotisations d'une période font sa prime, payées dans l'ordre": (
        """
        SELECT police || ', période ' || periode || ' : ' || faute
        FROM (
            SELECT c.police, c.periode,
                CASE
                    WHEN sum(c.montant) <> min(pc.prime) THEN sum(c.montant) || ' XAF pour ' || min(pc.prime)
                    WHEN bool_or(c.montant_paye < 0 OR c.montant_paye > c.montant) THEN 'une cotisation payée hors bornes'
                    WHEN bool_or(c.montant_paye > 0 AND c.avant_reste > 0) THEN 'une cotisation payée avant une plus ancienne'
                END AS faute
            FROM (
                SELECT *, lag(montant - montant_paye) OVER (PARTITION BY souscription_id ORDER BY date_debut) AS avant_reste
                FROM cotisations
            ) c
            JOIN periodes_couverture pc ON pc.souscription_id = c.souscription_id AND pc.numero = c.periode
            GROUP BY c.police, c.periode
        ) periodes
        WHERE faute IS NOT NULL
        """,
        {},
    ),
    "l'examen à venir d'une souscription est celui que disent ses périodes et ses paiements": (
        """
        SELECT s.numero_souscription || ' : examen '
               || coalesce(e.fin || ' ' || coalesce(e.impayee_le::text, 'sans impayé'), 'absent')
               || ', attendu ' || coalesce(x.fin || ' ' || coalesce(x.impayee_le::text, 'sans impayé'), 'absent')
        FROM souscriptions_pass s
        LEFT JOIN examens_souscriptions e ON e.souscription_id = s.id
        CROSS JOIN LATERAL (
            SELECT (SELECT max(pc.date_fin) FROM periodes_couverture pc WHERE pc.souscription_id = s.id) AS fin,
                   (SELECT min(q.date_debut) FROM echeances_pass(s.id, (
                        SELECT coalesce(sum(p.montant_net), 0)::bigint FROM paiements_pass p
                        WHERE p.souscription_id = s.id AND p.statut = 'succes'
                    )) q WHERE q.montant_paye < q.montant) AS impayee_le
        ) x
        WHERE (e.souscription_id IS NOT NULL) <> (s.statut IN ('activee', 'suspendue'))
           OR e.souscription_id IS NOT NULL
              AND (e.produit_id, e.suspendue, e.fin, e.impayee_le)
                  IS DISTINCT FROM (s.produit_id, s.statut = 'suspendue', x.fin, x.impayee_le)
        """,
        {},
    ),
    "un remboursement versé a un paiement remboursé, une fois": (
        """
        SELECT d.numero || ' : versé, paiement ' || p.statut
        FROM decaissements d JOIN paiements_pass p ON p.id = d.paiement_id
        WHERE d.statut = 'succes' AND p.statut <> 'rembourse'
        UNION ALL
        SELECT 'paiement ' || paiement_id || ' : remboursé ' || count(*) || ' fois'
        FROM decaissements WHERE statut = 'succes' AND paiement_id IS NOT NULL GROUP BY paiement_id HAVING count(*) > 1
        """,
        {},
    ),
    "un paiement demandé avec un autre a son état": (
        """
        SELECT a.numero_transaction || ' : ' || a.statut || ', ' || p.numero_transaction || ' : ' || p.statut
        FROM paiements_pass a JOIN paiements_pass p ON p.id = a.rattache_a_id
        WHERE replace(a.statut, 'rembourse', 'succes') <> replace(p.statut, 'rembourse', 'succes')
        """,
        {},
    ),
}

CHIFFRES = """
    SELECT 'paiements ' || statut, count(*), sum(montant), sum(montant_net) FROM paiements_pass GROUP BY 1
    UNION ALL SELECT 'décaissements ' || statut, count(*), sum(montant), sum(montant) FROM decaissements GROUP BY 1
    UNION ALL SELECT 'rapprochements', count(*), coalesce(sum(montant_releve), 0)::bigint,
        coalesce(sum(montant_journal), 0)::bigint FROM rapprochements
"""
