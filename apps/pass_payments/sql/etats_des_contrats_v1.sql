-- What the situation of the contracts of these subscriptions is told from, today; those without police are in no row. OFFSET 0 and
-- PL/pgSQL as in `tableau_de_bord`, its plan the same for one subscription and for ten: each settlement asks for it, and planning took
-- five times longer than reading.
CREATE OR REPLACE FUNCTION etats_des_contrats(souscriptions bigint[])
RETURNS TABLE (
    jour date, preavis_jours integer, nom_produit varchar, etat_du_contrat text, etat_depuis date, date_expiration date,
    montant_en_retard bigint, jours_de_retard integer, reste_a_payer bigint
) LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT
        aujourdhui_pass(), (SELECT r.valeur FROM reglages r WHERE r.nom = 'ALERTE_EXPIRATION_JOURS'),
        c.nom_produit, c.etat_du_contrat, c.etat_depuis, c.date_expiration,
        s.montant_en_retard, s.jours_de_retard, s.reste_a_payer
    FROM contrats c
    CROSS JOIN LATERAL (SELECT * FROM soldes_contrats sc WHERE sc.souscription_id = c.souscription_id OFFSET 0) s
    WHERE c.souscription_id = ANY (souscriptions)
    ORDER BY c.souscription_id;
END
$$;
