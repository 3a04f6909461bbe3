-- One row for each subscription, with its client, product, guarantees and live beneficiaries as JSON.
CREATE VIEW vue_souscriptions_pass_completes AS
SELECT
    s.id AS souscription_id,
    s.numero_souscription,
    s.statut,
    s.montant_souscription,
    s.periodicite,
    s.canal,
    s.date_souscription,
    s.date_activation,
    n.numero_police AS police,
    s.client_id,
    c.nom,
    c.prenom,
    c.telephone,
    s.produit_id,
    p.code_pass AS code_produit,
    p.nom_pass AS nom_produit,
    couverture.date_debut,
    couverture.date_fin,
    paye.total AS total_paye,
    garanties.liste AS garanties,
    beneficiaires.liste AS beneficiaires
FROM souscriptions_pass s
JOIN clients_pass c ON c.id = s.client_id
JOIN produits_pass p ON p.id = s.produit_id
LEFT JOIN numeros_police_congo n ON n.souscription_id = s.id AND n.statut <> 'annule'
CROSS JOIN LATERAL (
    SELECT min(pc.date_debut) AS date_debut, max(pc.date_fin) AS date_fin
    FROM periodes_couverture pc
    WHERE pc.souscription_id = s.id
) couverture
CROSS JOIN LATERAL (
    SELECT coalesce(sum(pa.montant_net), 0)::bigint AS total
    FROM paiements_pass pa
    WHERE pa.souscription_id = s.id AND pa.statut = 'succes'
) paye
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'code', g.code, 'libelle', g.libelle, 'type', g.type, 'montant', g.montant, 'plafond', g.plafond,
        'franchise', g.franchise, 'taux', g.taux::text, 'delai_carence_jours', g.delai_carence_jours,
        'age_min', g.age_min, 'age_max', g.age_max, 'a_confirmer', g.a_confirmer
    ) ORDER BY g.id), '[]'::jsonb) AS liste
    FROM garanties_pass g
    WHERE g.produit_id = s.produit_id
) garanties
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', b.id, 'nom', b.nom, 'prenom', b.prenom, 'telephone', b.telephone, 'relation', b.relation, 'role', b.role,
        'date_naissance', b.date_naissance, 'ordre_priorite', b.ordre_priorite, 'statut', b.statut
    ) ORDER BY b.ordre_priorite), '[]'::jsonb) AS liste
    FROM beneficiaires_pass b
    WHERE b.souscription_id = s.id AND b.statut = 'actif'
) beneficiaires;
