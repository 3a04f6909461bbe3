-- Whether the message `fait` waits to leave, now, for this phone: neither for later nor for another, neither sent nor given up.
CREATE OR REPLACE FUNCTION annonce_en_attente(fait text, vers text) RETURNS boolean LANGUAGE sql VOLATILE AS $attente$
    SELECT EXISTS (
        SELECT 1 FROM messages_sortants s
        WHERE s.cle = fait AND s.telephone = vers AND s.statut = 'a_envoyer' AND s.tentatives = 0
          AND s.a_envoyer_le <= clock_timestamp() + interval '1 minute'
    )
$attente$;
