-- Whether a proposal of this kind on this object, that asks at least for `demande`, is approved by the present transaction.
CREATE OR REPLACE FUNCTION decidee_a_deux(kind text, objet text, demande jsonb) RETURNS boolean LANGUAGE sql STABLE AS $decidee$
    SELECT EXISTS (
        SELECT 1 FROM propositions p
        WHERE p.nature = kind AND p.cle = objet AND p.statut = 'approuvee' AND p.transaction_decision = txid_current()
          AND p.apres @> demande
    )
$decidee$;
