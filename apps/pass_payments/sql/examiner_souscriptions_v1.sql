-- `examens_souscriptions` says of these subscriptions what `examens_attendus` does. They are held first, as whoever settles a payment
-- holds them: of two payments of one subscription, the second is counted after the first. The plan is kept, whatever their number.
CREATE OR REPLACE FUNCTION examiner_souscriptions(ids bigint[]) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM FROM souscriptions_pass WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    INSERT INTO examens_souscriptions AS e (souscription_id, produit_id, suspendue, fin, impayee_le)
    SELECT souscription_id, produit_id, suspendue, fin, impayee_le FROM examens_attendus WHERE souscription_id = ANY (ids)
    ON CONFLICT (souscription_id) DO UPDATE
    SET suspendue = excluded.suspendue, fin = excluded.fin, impayee_le = excluded.impayee_le
    WHERE (e.suspendue, e.fin, e.impayee_le) IS DISTINCT FROM (excluded.suspendue, excluded.fin, excluded.impayee_le);
END
$$;
