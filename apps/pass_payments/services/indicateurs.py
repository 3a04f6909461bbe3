"""The figures of the months, computed whole from their rows: never added to, so that they cannot drift."""

from django.db import connection, transaction

from apps.pass_payments.models import IndicateurMensuel
from nsia_pass_api.dates import maintenant

# Brazzaville's months. Collections are net, of payments confirmed and not refunded, by their accounting day; arrears are what
# is late today and was not written off, by the month in which it fell due.
_CALCUL = """
INSERT INTO indicateurs_mensuels
    (mois, agence_id, produit_id, souscriptions, encaissements, encaisse, arrieres, calcule_le)
SELECT mois, agence_id, produit_id, sum(souscriptions), sum(encaissements), sum(encaisse), sum(arrieres), %(quand)s
FROM (
    SELECT date_trunc('month', s.date_activation AT TIME ZONE 'Africa/Brazzaville')::date AS mois,
           c.agence_id, s.produit_id, count(*) AS souscriptions, 0 AS encaissements, 0 AS encaisse, 0 AS arrieres
    FROM souscriptions_pass s
    JOIN clients_pass c ON c.id = s.client_id
    WHERE s.date_activation IS NOT NULL
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT date_trunc('month', p.date_comptable)::date, c.agence_id, s.produit_id, 0, count(*), sum(p.montant_net), 0
    FROM paiements_pass p
    JOIN souscriptions_pass s ON s.id = p.souscription_id
    JOIN clients_pass c ON c.id = s.client_id
    WHERE p.statut = 'succes'
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT date_trunc('month', q.date_echeance)::date, c.agence_id, s.produit_id, 0, 0, 0, sum(q.reste_a_payer)
    FROM cotisations q
    JOIN souscriptions_pass s ON s.id = q.souscription_id
    JOIN clients_pass c ON c.id = s.client_id
    WHERE q.statut = 'en_retard'
      AND NOT EXISTS (SELECT FROM abandons_creances a WHERE a.souscription_id = q.souscription_id)
    GROUP BY 1, 2, 3
) parts
GROUP BY mois, agence_id, produit_id
"""
_VERROU = 7_301


def calculer_indicateurs() -> int:
    """`indicateurs_mensuels` holds the figures of every month as they are now; returns how many rows. One at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_VERROU])
        IndicateurMensuel.objects.all().delete()
        cursor.execute(_CALCUL, {"quand": maintenant()})
        return int(cursor.rowcount)
