-- Trigger function of a subscription, or of a payment, whose state changed. What is covered no more has no examination to come.
CREATE OR REPLACE FUNCTION examen_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'paiements_pass' THEN
        PERFORM examiner_souscriptions(ARRAY[NEW.souscription_id]);
    ELSIF NEW.statut NOT IN ('activee', 'suspendue') THEN
        DELETE FROM examens_souscriptions WHERE souscription_id = NEW.id;
    ELSE
        UPDATE examens_souscriptions SET suspendue = NEW.statut = 'suspendue' WHERE souscription_id = NEW.id;
        IF NOT FOUND THEN
            PERFORM examiner_souscriptions(ARRAY[NEW.id]);
        END IF;
    END IF;
    RETURN NULL;
END
$$;
