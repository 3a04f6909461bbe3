-- The client's contracts with balances, guarantees and live beneficiaries, as one object: `nombre` of them, in the order of their
-- subscriptions after the subscription `depuis` (before it, in reverse, when `a_rebours`); with `seul`, the contract of `la_police` alone.
-- NULL when `la_police` is no contract of `le_client`. PL/pgSQL and OFFSET 0 as in `tableau_de_bord`.
CREATE OR REPLACE FUNCTION contrats_du_client(
    le_client bigint, la_police text, seul boolean, depuis bigint, a_rebours boolean, nombre integer
) RETURNS json LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    resultat json;
BEGIN
    SELECT json_build_object(
        'date', aujourdhui_pass(),
        'preavis_jours', (SELECT r.valeur FROM reglages r WHERE r.nom = 'ALERTE_EXPIRATION_JOURS'),
        'contrats', (
            SELECT coalesce(json_agg(row_to_json(ligne)), '[]')
            FROM (
                SELECT
                    c.souscription_id,
                    c.police, c.numero_souscription, c.code_produit, c.nom_produit, c.categorie, c.etat_du_contrat,
                    c.etat_depuis, c.date_effet, c.date_expiration, c.prime, c.periodicite,
                    s.du_a_ce_jour, s.total_paye, s.reste_a_payer, s.montant_en_retard, s.jours_de_retard, s.avoir,
                    s.prochaine_echeance_date, s.prochaine_echeance_montant, s.solde_epargne, s.solde,
                    (
                        SELECT coalesce(jsonb_agg(jsonb_build_object(
                            'code', g.code, 'libelle', g.libelle, 'type', g.type, 'montant', g.montant, 'plafond', g.plafond,
                            'franchise', g.franchise, 'taux', g.taux::text, 'delai_carence_jours', g.delai_carence_jours,
                            'age_min', g.age_min, 'age_max', g.age_max, 'a_confirmer', g.a_confirmer
                        ) ORDER BY g.id), '[]')
                        FROM garanties_pass g
                        WHERE g.produit_id = c.produit_id
                    ) AS garanties,
                    (
                        SELECT coalesce(json_agg(json_build_object(
                            'nom', b.nom, 'prenom', b.prenom, 'telephone', b.telephone, 'relation', b.relation,
                            'role', b.role, 'ordre_priorite', b.ordre_priorite
                        ) ORDER BY b.ordre_priorite), '[]')
                        FROM beneficiaires_pass b
                        WHERE b.souscription_id = c.souscription_id AND b.statut = 'actif'
                    ) AS beneficiaires
                FROM (
                    SELECT * FROM contrats
                    WHERE client_id = le_client
                      AND (NOT seul OR police = la_police)
                      AND (depuis IS NULL
                           OR CASE WHEN a_rebours THEN souscription_id < depuis ELSE souscription_id > depuis END)
                    ORDER BY CASE WHEN a_rebours THEN -souscription_id ELSE souscription_id END
                    LIMIT nombre
                ) c
                CROSS JOIN LATERAL (
                    SELECT * FROM soldes_contrats sc WHERE sc.souscription_id = c.souscription_id OFFSET 0
                ) s
            ) ligne
        )
    ) INTO resultat
    WHERE EXISTS (SELECT FROM contrats WHERE client_id = le_client AND police = la_police);
    RETURN resultat;
END
$$;
