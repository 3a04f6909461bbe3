-- At commit, the number of a contract was replaced by two people who decided in this transaction of this very number.
CREATE OR REPLACE FUNCTION police_a_deux() RETURNS trigger LANGUAGE plpgsql AS $police$
BEGIN
    IF NOT ecrit_le_proprietaire(TG_RELID) AND NOT EXISTS (
        SELECT 1 FROM souscriptions_pass s
        WHERE s.id = NEW.souscription_id
          AND decidee_a_deux('police', 'police:' || s.numero_souscription, jsonb_build_object('police', NEW.numero_police))
    ) THEN
        RAISE EXCEPTION 'police % : deux personnes doivent décider de son numéro', OLD.numero_police
            USING ERRCODE = 'check_violation', CONSTRAINT = 'polices_a_deux';
    END IF;
    RETURN NULL;
END
$police$;
