-- The schedule of one subscription with its allocation: instalments of all its periods, `total_paye` spread over them oldest first.
-- Integers only: instalment k of n runs over days [(k-1)·d/n, k·d/n) and costs k·prime/n - (k-1)·prime/n, so that both sum exactly.
-- A single SELECT, so that PostgreSQL inlines it into the views: the subscription's predicate reaches the index. OFFSET 0 keeps it
-- one step of the plan: merged into the views, each amount was planned and computed again wherever they use it (a tenth of the time).
CREATE OR REPLACE FUNCTION echeances_pass(souscription bigint, total_paye bigint)
RETURNS TABLE (
    periode smallint, numero integer, date_debut date, date_fin date, montant bigint, montant_paye bigint
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT
        p.numero,
        k,
        p.date_debut + (k - 1) * (p.date_fin - p.date_debut) / p.nombre_echeances,
        p.date_debut + k * (p.date_fin - p.date_debut) / p.nombre_echeances,
        tranche.fin - tranche.debut,
        greatest(0, least(tranche.fin, total_paye) - tranche.debut)
    FROM (
        SELECT
            pc.numero, pc.date_debut, pc.date_fin, pc.nombre_echeances, pc.prime::bigint AS prime,
            sum(pc.prime) OVER (PARTITION BY pc.souscription_id ORDER BY pc.date_debut) - pc.prime AS avant
        FROM periodes_couverture pc
        WHERE pc.souscription_id = souscription
    ) p
    CROSS JOIN LATERAL generate_series(1, p.nombre_echeances) k
    CROSS JOIN LATERAL (
        SELECT p.avant + (k - 1) * p.prime / p.nombre_echeances AS debut,
               p.avant + k * p.prime / p.nombre_echeances AS fin
    ) tranche
    OFFSET 0
$$;
