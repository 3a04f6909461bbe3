-- What the home screen of a client shows, as one object read in one snapshot; `contrats` is empty when she has none.
-- PL/pgSQL because it keeps its plan from one call to the next: over these views, planning takes longer than reading.
-- OFFSET 0: the balances are a query of their own, run once a contract; merged into one join, all of them may be summed first.
CREATE OR REPLACE FUNCTION tableau_de_bord(le_client bigint, mois integer, nombre_paiements integer)
RETURNS json LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    jour date := aujourdhui_pass();
    resultat json;
BEGIN
    SELECT json_build_object(
        'date', jour,
        'client', (
            SELECT row_to_json(ligne) FROM (SELECT nom, prenom, telephone FROM clients_pass WHERE id = le_client) ligne
        ),
        'contrats', (
            SELECT coalesce(json_agg(row_to_json(ligne)), '[]')
            FROM (
                SELECT
                    c.police, c.numero_souscription, c.code_produit, c.nom_produit, c.categorie, c.etat_du_contrat,
                    c.etat_depuis, c.date_effet, c.date_expiration, c.prime, c.periodicite,
                    s.du_a_ce_jour, s.total_paye, s.reste_a_payer, s.montant_en_retard, s.jours_de_retard, s.avoir,
                    s.prochaine_echeance_date, s.prochaine_echeance_montant, s.solde_epargne, s.solde
                FROM contrats c
                CROSS JOIN LATERAL (
                    SELECT * FROM soldes_contrats sc WHERE sc.souscription_id = c.souscription_id OFFSET 0
                ) s
                WHERE c.client_id = le_client
                ORDER BY c.souscription_id
            ) ligne
        ),
        'cotisations', (
            SELECT coalesce(json_agg(row_to_json(ligne)), '[]')
            FROM (
                SELECT
                    q.police, q.numero_quittance, q.periode, q.numero, q.date_debut, q.date_fin, q.date_echeance,
                    q.montant, q.montant_paye, q.reste_a_payer, q.statut
                FROM cotisations q
                WHERE q.client_id = le_client AND q.date_echeance <= jour
                  AND q.date_echeance >= jour - mois * interval '1 month'
                ORDER BY q.date_echeance, q.numero_quittance
            ) ligne
        ),
        'derniers_paiements', (
            SELECT coalesce(json_agg(row_to_json(ligne)), '[]')
            FROM (
                SELECT
                    n.numero_police AS police, p.numero_transaction, p.montant, p.frais, p.montant_net, p.devise,
                    p.operateur, p.mode_paiement, p.numero_payeur, p.type_paiement, p.statut, p.motif_echec, p.date_demande,
                    p.date_confirmation
                FROM souscriptions_pass s
                JOIN numeros_police_congo n ON n.souscription_id = s.id AND n.statut <> 'annule'
                CROSS JOIN LATERAL (
                    SELECT * FROM paiements_pass pa
                    WHERE pa.souscription_id = s.id
                    ORDER BY pa.date_demande DESC, pa.numero_transaction DESC
                    LIMIT nombre_paiements
                ) p
                WHERE s.client_id = le_client
                ORDER BY p.date_demande DESC, p.numero_transaction DESC
                LIMIT nombre_paiements
            ) ligne
        )
    ) INTO resultat;
    RETURN resultat;
END
$$;
