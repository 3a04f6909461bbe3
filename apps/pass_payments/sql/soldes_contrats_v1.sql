-- One row for each contract. `du_a_ce_jour` is all that has fallen due since the beginning, paid or not; a terminated contract owes
-- only what had fallen due before its end. Savings: net contributions plus simple interest by day (actual/365), floored once.
CREATE VIEW soldes_contrats AS
SELECT
    n.numero_police AS police,
    s.id AS souscription_id,
    s.client_id,
    e.du_a_ce_jour,
    paye.total AS total_paye,
    e.reste_a_payer,
    e.montant_en_retard,
    coalesce(jour.j - e.retard_depuis, 0) AS jours_de_retard,
    greatest(0, paye.total - e.primes) AS avoir,
    e.prochaine_echeance_date,
    e.prochaine_echeance_montant,
    epargne.solde AS solde_epargne,
    coalesce(epargne.solde, paye.total) AS solde
FROM numeros_police_congo n
JOIN souscriptions_pass s ON s.id = n.souscription_id
JOIN produits_pass p ON p.id = s.produit_id
CROSS JOIN LATERAL (
    SELECT least(aujourdhui_pass(), s.date_resiliation) AS j, coalesce(s.date_resiliation, 'infinity') AS terme
    OFFSET 0 -- once, not wherever it is used
) jour
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(pa.montant_net), 0)::bigint AS total,
        coalesce(sum(pa.montant_net::bigint * greatest(0, jour.j - pa.date_comptable)), 0) AS francs_jours
    FROM paiements_pass pa
    WHERE pa.souscription_id = s.id AND pa.statut = 'succes'
) paye
CROSS JOIN LATERAL (
    SELECT paye.total + div(paye.francs_jours * coalesce(s.taux_epargne, p.taux_epargne), 36500)::bigint AS solde
) epargne
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(q.montant), 0)::bigint AS primes,
        coalesce(sum(q.montant) FILTER (WHERE q.date_debut <= jour.j AND q.date_debut < jour.terme), 0)::bigint AS du_a_ce_jour,
        coalesce(sum(q.montant - q.montant_paye) FILTER (WHERE q.date_debut < jour.terme), 0)::bigint AS reste_a_payer,
        coalesce(sum(q.montant - q.montant_paye) FILTER (WHERE q.date_debut < jour.j), 0)::bigint AS montant_en_retard,
        min(q.date_debut) FILTER (WHERE q.date_debut < jour.j AND q.montant_paye < q.montant) AS retard_depuis,
        min(q.date_debut) FILTER (
            WHERE q.date_debut >= jour.j AND q.montant_paye < q.montant AND q.date_debut < jour.terme
        ) AS prochaine_echeance_date,
        (array_agg(q.montant - q.montant_paye ORDER BY q.date_debut) FILTER (
            WHERE q.date_debut >= jour.j AND q.montant_paye < q.montant AND q.date_debut < jour.terme
        ))[1] AS prochaine_echeance_montant
    FROM echeances_pass(s.id, paye.total) q
) e
WHERE n.statut <> 'annule';
