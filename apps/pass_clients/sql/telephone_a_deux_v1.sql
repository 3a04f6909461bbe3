-- At commit, a client's phone that changed was moved by the owner of the database, or by two people who decided in this transaction
-- of this very change, and both phones are told.
CREATE OR REPLACE FUNCTION telephone_a_deux() RETURNS trigger LANGUAGE plpgsql AS $a_deux$
BEGIN
    IF NOT ecrit_le_proprietaire(TG_RELID) AND NOT EXISTS (
        SELECT 1 FROM propositions p
        WHERE p.nature = 'telephone' AND p.cle = 'client:' || NEW.id AND p.statut = 'approuvee'
          AND p.transaction_decision = txid_current()
          AND p.avant->>'telephone' = OLD.telephone AND p.apres->>'telephone' = NEW.telephone
          AND annonce_en_attente('proposition:' || p.id || ':ancien', OLD.telephone)
          AND annonce_en_attente('proposition:' || p.id || ':nouveau', NEW.telephone)
    ) THEN
        RAISE EXCEPTION 'client % : son téléphone ne change que par deux personnes, et il est prévenu', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clients_telephone_a_deux';
    END IF;
    RETURN NULL;
END
$a_deux$;
