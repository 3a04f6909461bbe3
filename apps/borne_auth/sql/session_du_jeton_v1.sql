-- The session that a client's token names, with what the client routes ask of its client and of its kiosk; no row when there is none.
-- PL/pgSQL because it keeps its plan from one call to the next: each request begins with it, and planning took longer than reading.
CREATE OR REPLACE FUNCTION session_du_jeton(la_session uuid)
RETURNS TABLE (
    id uuid, client_id bigint, borne_id bigint, police varchar, ouverte_le timestamptz, expire_le timestamptz,
    fermee_le timestamptz, motif_fermeture varchar,
    client__id bigint, client__statut varchar, client__telephone varchar, client__date_naissance date,
    client__numero_mobile_money varchar, client__operateur_mobile varchar,
    borne__id bigint, borne__code varchar, borne__agence_id bigint, borne__cle_empreinte varchar, borne__statut varchar
) LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN QUERY
    SELECT s.id, s.client_id, s.borne_id, s.police, s.ouverte_le, s.expire_le, s.fermee_le, s.motif_fermeture,
           c.id, c.statut, c.telephone, c.date_naissance, c.numero_mobile_money, c.operateur_mobile,
           b.id, b.code, b.agence_id, b.cle_empreinte, b.statut
    FROM sessions_borne s
    JOIN clients_pass c ON c.id = s.client_id
    LEFT JOIN bornes b ON b.id = s.borne_id
    WHERE s.id = la_session;
END
$$;
