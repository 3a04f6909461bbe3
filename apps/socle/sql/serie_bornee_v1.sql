-- One statement draws no more numbers than `numbers.TIRAGE_MAX`: a series that jumps to its end would have none left to give.
CREATE OR REPLACE FUNCTION serie_bornee() RETURNS trigger LANGUAGE plpgsql AS $bornee$
BEGIN
    IF NEW.dernier - (CASE TG_OP WHEN 'UPDATE' THEN OLD.dernier ELSE 0 END) > 50000
       AND NOT ecrit_le_proprietaire(TG_RELID) THEN
        RAISE EXCEPTION 'série % % : trop de numéros tirés à la fois (jusqu''au %)', NEW.serie, NEW.annee, NEW.dernier
            USING ERRCODE = 'check_violation', CONSTRAINT = 'series_bornees';
    END IF;
    RETURN NEW;
END
$bornee$;
