-- One row for each subscription with an attributed police. LATERAL per subscription, so that a predicate on police or client reaches the index.
-- `date_expiration` is the first day that is no longer covered; `etat_depuis` the day of its termination, or of its suspension for a
-- late premium, else null.
CREATE VIEW contrats AS
SELECT
    n.numero_police AS police,
    s.id AS souscription_id,
    s.numero_souscription,
    s.client_id,
    c.nom,
    c.prenom,
    c.telephone,
    s.produit_id,
    p.code_pass AS code_produit,
    p.nom_pass AS nom_produit,
    p.categorie,
    CASE
        WHEN s.statut = 'resiliee' THEN 'Résilié'
        WHEN s.statut = 'expiree' THEN 'Expiré'
        WHEN s.statut = 'activee' AND couverture.date_expiration <= aujourdhui_pass() THEN 'Expiré'
        WHEN s.statut = 'suspendue' OR n.statut = 'suspendu' THEN 'Suspendu'
        WHEN s.statut = 'activee' THEN 'Actif'
        ELSE 'En attente'
    END AS etat_du_contrat,
    CASE s.statut
        WHEN 'resiliee' THEN s.date_resiliation
        WHEN 'suspendue' THEN (
            SELECT (t.date_transition AT TIME ZONE 'Africa/Brazzaville')::date
            FROM transitions_souscription t
            WHERE t.souscription_id = s.id AND t.vers = 'suspendue'
            ORDER BY t.id DESC
            LIMIT 1
        )
    END AS etat_depuis,
    couverture.date_effet,
    couverture.date_expiration,
    coalesce(couverture.prime, s.montant_souscription) AS prime,
    coalesce(couverture.periodicite, s.periodicite) AS periodicite,
    n.mode_attribution,
    (SELECT a.first_name || ' ' || a.last_name FROM agents a WHERE a.id = n.agent_attribueur_id) AS attribueur,
    n.date_attribution
FROM numeros_police_congo n
JOIN souscriptions_pass s ON s.id = n.souscription_id
JOIN clients_pass c ON c.id = s.client_id
JOIN produits_pass p ON p.id = s.produit_id
LEFT JOIN LATERAL (
    SELECT
        min(pc.date_debut) OVER (PARTITION BY pc.souscription_id) AS date_effet,
        max(pc.date_fin) OVER (PARTITION BY pc.souscription_id) AS date_expiration,
        pc.prime,
        pc.periodicite
    FROM periodes_couverture pc
    WHERE pc.souscription_id = s.id
    ORDER BY pc.numero DESC
    LIMIT 1
) couverture ON true
WHERE n.statut <> 'annule';
