-- One row for each client. Each child table is summed on its own, so that no row is counted twice. Cancelled subscriptions have no value.
CREATE VIEW vue_dashboard_pass AS
SELECT
    c.id AS client_id,
    souscriptions.nombre AS nombre_souscriptions,
    souscriptions.en_cours AS nombre_en_cours,
    souscriptions.activees AS nombre_activees,
    souscriptions.suspendues AS nombre_suspendues,
    souscriptions.expirees AS nombre_expirees,
    souscriptions.annulees AS nombre_annulees,
    souscriptions.resiliees AS nombre_resiliees,
    souscriptions.valeur AS valeur_totale,
    paye.total AS total_paye,
    dernier.date_confirmation AS dernier_paiement_date,
    dernier.montant AS dernier_paiement_montant,
    soldes.solde_global
FROM clients_pass c
CROSS JOIN LATERAL (
    SELECT
        count(*)::int AS nombre,
        (count(*) FILTER (WHERE s.statut = 'en_cours'))::int AS en_cours,
        (count(*) FILTER (WHERE s.statut = 'activee'))::int AS activees,
        (count(*) FILTER (WHERE s.statut = 'suspendue'))::int AS suspendues,
        (count(*) FILTER (WHERE s.statut = 'expiree'))::int AS expirees,
        (count(*) FILTER (WHERE s.statut = 'annulee'))::int AS annulees,
        (count(*) FILTER (WHERE s.statut = 'resiliee'))::int AS resiliees,
        coalesce(sum(s.montant_souscription) FILTER (WHERE s.statut <> 'annulee'), 0)::bigint AS valeur
    FROM souscriptions_pass s
    WHERE s.client_id = c.id
) souscriptions
CROSS JOIN LATERAL (
    SELECT coalesce(sum(pa.montant_net), 0)::bigint AS total
    FROM souscriptions_pass s
    JOIN paiements_pass pa ON pa.souscription_id = s.id AND pa.statut = 'succes'
    WHERE s.client_id = c.id
) paye
LEFT JOIN LATERAL (
    SELECT pa.date_confirmation, pa.montant
    FROM souscriptions_pass s
    JOIN paiements_pass pa ON pa.souscription_id = s.id AND pa.statut = 'succes'
    WHERE s.client_id = c.id
    ORDER BY pa.date_confirmation DESC, pa.id DESC
    LIMIT 1
) dernier ON true
CROSS JOIN LATERAL (
    SELECT coalesce(sum(sc.solde), 0)::bigint AS solde_global
    FROM soldes_contrats sc
    WHERE sc.client_id = c.id
) soldes;
