-- Money leaves by a decision that two people take in this transaction: a refund, of the net amount of a confirmed payment, to the phone
-- that paid; a payout, of the amount and to the phone that they read, else it begins by waiting for them.
CREATE OR REPLACE FUNCTION sortie_decidee() RETURNS trigger LANGUAGE plpgsql AS $sortie$
BEGIN
    IF ecrit_le_proprietaire(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF NEW.nature = 'remboursement' THEN
        IF EXISTS (
            SELECT 1 FROM paiements_pass p
            WHERE p.id = NEW.paiement_id AND NEW.cle = 'paiement:' || p.numero_transaction AND p.statut = 'succes'
              AND p.operateur = NEW.operateur AND p.numero_payeur = NEW.telephone AND p.montant_net = NEW.montant
        ) AND decidee_a_deux(NEW.nature, NEW.cle, jsonb_build_object('vers', NEW.telephone, 'montant', NEW.montant)) THEN
            RETURN NEW;
        END IF;
    ELSIF NEW.statut = 'a_approuver' OR EXISTS (
        SELECT 1 FROM propositions p
        WHERE p.statut = 'approuvee' AND p.transaction_decision = txid_current()
          AND p.apres @> jsonb_build_object('telephone', NEW.telephone, 'montant', NEW.montant)
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'décaissement % : deux personnes doivent décider de ce qui part', NEW.cle
        USING ERRCODE = 'check_violation', CONSTRAINT = 'decaissements_decides';
END
$sortie$;
