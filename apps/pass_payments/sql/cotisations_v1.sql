-- One row for each instalment of each coverage period of a contract. It falls due on its first day; a terminated contract stops counting days.
CREATE VIEW cotisations AS
SELECT
    'QT-' || s.numero_souscription || '-' || e.periode || '-' || lpad(e.numero::text, greatest(2, length(e.numero::text)), '0') AS numero_quittance,
    n.numero_police AS police,
    s.id AS souscription_id,
    s.client_id,
    e.periode,
    e.numero,
    e.date_debut,
    e.date_fin,
    e.date_debut AS date_echeance,
    e.montant,
    e.montant_paye,
    e.montant - e.montant_paye AS reste_a_payer,
    CASE
        WHEN e.montant_paye = e.montant THEN 'payee'
        WHEN e.date_debut < least(aujourdhui_pass(), s.date_resiliation) THEN 'en_retard'
        WHEN e.montant_paye > 0 THEN 'partielle'
        ELSE 'a_venir'
    END AS statut
FROM numeros_police_congo n
JOIN souscriptions_pass s ON s.id = n.souscription_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(pa.montant_net), 0)::bigint AS total
    FROM paiements_pass pa
    WHERE pa.souscription_id = s.id AND pa.statut = 'succes'
) paye
CROSS JOIN LATERAL echeances_pass(s.id, paye.total) e
WHERE n.statut <> 'annule';
