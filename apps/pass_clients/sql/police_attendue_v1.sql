-- Trigger function that keeps `polices_attendues`: the paid subscriptions that have no police. Of statements, except for a change of state,
-- which is said row by row: only a subscription that becomes paid, or is no longer, is looked at.
CREATE OR REPLACE FUNCTION police_attendue() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    payees CONSTANT text[] := ARRAY['activee', 'suspendue', 'expiree'];
BEGIN
    IF TG_TABLE_NAME = 'numeros_police_congo' AND TG_OP = 'INSERT' THEN
        DELETE FROM polices_attendues a USING nouvelles n WHERE a.souscription_id = n.souscription_id;
    ELSIF TG_TABLE_NAME = 'numeros_police_congo' THEN
        INSERT INTO polices_attendues (souscription_id, client_id)
        SELECT s.id, s.client_id FROM anciennes a JOIN souscriptions_pass s ON s.id = a.souscription_id
        WHERE s.statut = ANY (payees);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO polices_attendues (souscription_id, client_id)
        SELECT n.id, n.client_id FROM nouvelles n WHERE n.statut = ANY (payees);
    ELSIF NEW.statut <> ALL (payees) THEN
        DELETE FROM polices_attendues WHERE souscription_id = NEW.id;
    ELSIF NOT EXISTS (SELECT FROM numeros_police_congo WHERE souscription_id = NEW.id) THEN
        INSERT INTO polices_attendues (souscription_id, client_id) VALUES (NEW.id, NEW.client_id);
    END IF;
    RETURN NULL;
END
$$;
