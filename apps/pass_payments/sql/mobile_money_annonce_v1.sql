-- At commit, a Mobile Money number that changed is in the client's history and told to her phone, whatever wrote it.
CREATE OR REPLACE FUNCTION mobile_money_annonce() RETURNS trigger LANGUAGE plpgsql AS $annonce$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM modifications_client m JOIN messages_sortants s ON s.cle = 'modification:' || m.id || ':mobile_money'
        WHERE m.client_id = NEW.id AND m.faite_le >= now() AND m.apres->>'numero_mobile_money' = NEW.numero_mobile_money
    ) THEN
        RAISE EXCEPTION 'client % : un numéro Mobile Money ne change pas sans que son client soit prévenu', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clients_mobile_money_annonce';
    END IF;
    RETURN NULL;
END
$annonce$;
