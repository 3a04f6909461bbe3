-- Who decides is another person than who asked, and neither holds the account of the other.
CREATE OR REPLACE FUNCTION proposition_independante() RETURNS trigger LANGUAGE plpgsql AS $independante$
BEGIN
    IF NEW.demandeur_id IN (SELECT personnes_liees(NEW.decideur_id)) THEN
        RAISE EXCEPTION 'proposition % : qui demande et qui décide ne sont pas deux personnes indépendantes', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'propositions_personnes_independantes';
    END IF;
    RETURN NEW;
END
$independante$;
