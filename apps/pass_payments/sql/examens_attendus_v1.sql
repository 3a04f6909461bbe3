-- For each subscription that is covered or suspended: the end of its last period, and the day of the first instalment that its payments
-- do not cover entirely, null when they cover all. Of n instalments over d days that cost p, with r paid beyond the former periods, the
-- first ((r + 1)·n - 1)/p are paid, and the next one falls due on day k·d/n, as `echeances_pass` cuts and allocates them.
CREATE VIEW examens_attendus AS
SELECT s.id AS souscription_id, s.produit_id, s.statut = 'suspendue' AS suspendue, x.fin, x.impayee_le
FROM souscriptions_pass s
CROSS JOIN LATERAL (
    SELECT coalesce(sum(pa.montant_net), 0)::bigint AS total
    FROM paiements_pass pa
    WHERE pa.souscription_id = s.id AND pa.statut = 'succes'
) paye
CROSS JOIN LATERAL (
    SELECT
        max(p.date_fin) AS fin,
        min(p.date_debut + (((greatest(0, p.reste) + 1) * p.n - 1) / p.prime)::int * (p.date_fin - p.date_debut) / p.n::int)
            FILTER (WHERE p.reste < p.prime) AS impayee_le
    FROM (
        SELECT
            pc.date_debut, pc.date_fin, pc.prime::bigint AS prime, pc.nombre_echeances::bigint AS n,
            paye.total - (sum(pc.prime) OVER (PARTITION BY pc.souscription_id ORDER BY pc.date_debut) - pc.prime) AS reste
        FROM periodes_couverture pc
        WHERE pc.souscription_id = s.id
    ) p
) x
WHERE s.statut IN ('activee', 'suspendue');
