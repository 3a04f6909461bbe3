-- A number placed by hand is not another's in other letters: whoever types the other's with an O for a zero, or without dashes, would
-- not be understood any more. Two that are placed at once take turns by what they have in common (`polices_epelees`).
CREATE OR REPLACE FUNCTION police_sans_sosie() RETURNS trigger LANGUAGE plpgsql AS $sosie$
DECLARE
    epelee text := translate(NEW.numero_police, 'OI-', '01');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('police:' || epelee, 0));
    IF EXISTS (
        SELECT 1 FROM numeros_police_congo n
        WHERE translate(n.numero_police, 'OI-', '01') = epelee AND n.id IS DISTINCT FROM NEW.id
    ) THEN
        RAISE EXCEPTION 'police % : un autre contrat porte ce numéro, écrit autrement', NEW.numero_police
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'polices_sans_sosie';
    END IF;
    RETURN NEW;
END
$sosie$;
