-- The client's instalments with their totals, and the payments, as one object: of the contract `le_contrat` or of all, due or asked for
-- from `du` to `au` (days of Brazzaville), instalments in the state `le_statut`; NULL narrows nothing. The totals are those of all
-- instalments kept, the lists one page each: `nombre` rows after the row that `depuis_…` names (before it, in reverse, when `a_rebours`).
-- NULL when `la_police` or `le_contrat` is no contract of `le_client`. PL/pgSQL as in `tableau_de_bord`.
CREATE OR REPLACE FUNCTION releve_du_client(
    le_client bigint, la_police text, le_contrat text, le_statut text, du date, au date,
    depuis_echeance date, depuis_quittance text, a_rebours boolean, nombre integer,
    depuis_demande timestamptz, depuis_transaction text, paiements_a_rebours boolean, nombre_paiements integer
) RETURNS json LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    resultat json;
BEGIN
    WITH siennes AS MATERIALIZED (
        SELECT
            q.numero_quittance, q.periode, q.numero, q.date_debut, q.date_fin, q.date_echeance, q.montant, q.montant_paye,
            q.reste_a_payer, q.statut, q.police, q.date_fin - 1 AS dernier_jour_couvert
        FROM cotisations q
        WHERE q.client_id = le_client
          AND (le_contrat IS NULL OR q.police = le_contrat)
          AND (le_statut IS NULL OR q.statut = le_statut)
          AND (du IS NULL OR q.date_echeance >= du)
          AND (au IS NULL OR q.date_echeance <= au)
    )
    SELECT json_build_object(
        'totaux', (
            SELECT json_build_object(
                'nombre', count(*), 'montant', coalesce(sum(montant), 0), 'montant_paye', coalesce(sum(montant_paye), 0),
                'reste_a_payer', coalesce(sum(reste_a_payer), 0)
            )
            FROM siennes
        ),
        'cotisations', (
            SELECT coalesce(json_agg(row_to_json(ligne)), '[]')
            FROM (
                SELECT * FROM siennes
                WHERE depuis_echeance IS NULL
                   OR CASE WHEN a_rebours THEN (date_echeance, numero_quittance) < (depuis_echeance, depuis_quittance)
                           ELSE (date_echeance, numero_quittance) > (depuis_echeance, depuis_quittance) END
                ORDER BY CASE WHEN a_rebours THEN date_echeance END DESC, CASE WHEN a_rebours THEN numero_quittance END DESC,
                         date_echeance, numero_quittance
                LIMIT nombre
            ) ligne
        ),
        'paiements', (
            SELECT coalesce(json_agg(row_to_json(ligne)), '[]')
            FROM (
                SELECT
                    p.numero_transaction, p.montant, p.frais, p.montant_net, p.devise, p.operateur, p.mode_paiement,
                    p.numero_payeur, p.type_paiement, p.statut, p.motif_echec, p.date_demande, p.date_confirmation,
                    n.numero_police AS police
                FROM souscriptions_pass s
                JOIN numeros_police_congo n ON n.souscription_id = s.id AND n.statut <> 'annule'
                JOIN paiements_pass p ON p.souscription_id = s.id
                WHERE s.client_id = le_client
                  AND (le_contrat IS NULL OR n.numero_police = le_contrat)
                  AND (du IS NULL OR (p.date_demande AT TIME ZONE 'Africa/Brazzaville')::date >= du)
                  AND (au IS NULL OR (p.date_demande AT TIME ZONE 'Africa/Brazzaville')::date <= au)
                  AND (depuis_demande IS NULL
                       OR CASE WHEN paiements_a_rebours
                               THEN (p.date_demande, p.numero_transaction) > (depuis_demande, depuis_transaction)
                               ELSE (p.date_demande, p.numero_transaction) < (depuis_demande, depuis_transaction) END)
                ORDER BY CASE WHEN paiements_a_rebours THEN p.date_demande END,
                         CASE WHEN paiements_a_rebours THEN p.numero_transaction END,
                         p.date_demande DESC, p.numero_transaction DESC
                LIMIT nombre_paiements
            ) ligne
        )
    ) INTO resultat
    WHERE EXISTS (SELECT FROM contrats WHERE client_id = le_client AND police = la_police)
      AND (le_contrat IS NULL OR EXISTS (SELECT FROM contrats WHERE client_id = le_client AND police = le_contrat));
    RETURN resultat;
END
$$;
