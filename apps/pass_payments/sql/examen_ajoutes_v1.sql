-- Trigger function of each statement that adds subscriptions, periods or payments: those that count are examined, together.
CREATE OR REPLACE FUNCTION examen_ajoutes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'souscriptions_pass' THEN
            ids := ARRAY(SELECT id FROM nouvelles WHERE statut IN ('activee', 'suspendue'));
        WHEN 'paiements_pass' THEN
            ids := ARRAY(SELECT DISTINCT souscription_id FROM nouvelles WHERE statut = 'succes');
        ELSE
            ids := ARRAY(SELECT DISTINCT souscription_id FROM nouvelles);
    END CASE;
    IF ids <> '{}' THEN
        PERFORM examiner_souscriptions(ids);
    END IF;
    RETURN NULL;
END
$$;
