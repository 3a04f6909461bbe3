-- At commit, a Mobile Money number that changed is in the client's history, and a message that names it waits to leave for the phone
-- that was on file, whatever wrote it.
CREATE OR REPLACE FUNCTION mobile_money_annonce() RETURNS trigger LANGUAGE plpgsql AS $annonce$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM modifications_client m JOIN messages_sortants s ON s.cle = 'modification:' || m.id || ':mobile_money'
        WHERE m.client_id = NEW.id AND m.faite_le >= now() AND m.apres->>'numero_mobile_money' = NEW.numero_mobile_money
          AND annonce_en_attente(s.cle, OLD.telephone)
          AND s.texte LIKE '%numéro Mobile Money%' || coalesce(nullif(right(NEW.numero_mobile_money, 4), ''), 'effacé') || '%'
    ) THEN
        RAISE EXCEPTION 'client % : un numéro Mobile Money ne change pas sans que son client soit prévenu', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clients_mobile_money_annonce';
    END IF;
    RETURN NULL;
END
$annonce$;
