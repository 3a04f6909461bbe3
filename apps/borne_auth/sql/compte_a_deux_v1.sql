-- A role that decides, and the password or the factor of who has one: given by the decision of two people in this transaction, by
-- the owner of the database (a command of the server), or by the agent whose account it is. A password that is hashed anew at
-- sign-in is written before anybody is known.
CREATE OR REPLACE FUNCTION compte_a_deux() RETURNS trigger LANGUAGE plpgsql AS $a_deux$
DECLARE
    acteur   text := nullif(current_setting('nsia.audit', true), '')::jsonb ->> 'acteur';
    concerne bigint;
    kind     text;
    decide   boolean;
    role     text;
BEGIN
    IF (SELECT pg_has_role(current_user, c.relowner, 'USAGE') AND pg_has_role(session_user, c.relowner, 'USAGE')
        FROM pg_catalog.pg_class c WHERE c.oid = TG_RELID) THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_TABLE_NAME = 'agents_groups' THEN
        concerne := NEW.agent_id;
        kind := 'role_agent';
        SELECT g.name INTO role FROM auth_group g WHERE g.id = NEW.group_id;
        decide := EXISTS (
            SELECT 1 FROM auth_group_permissions gp JOIN auth_permission p ON p.id = gp.permission_id
            WHERE gp.group_id = NEW.group_id AND p.codename = 'change_proposition'
        );
    ELSE
        concerne := CASE TG_TABLE_NAME WHEN 'agents' THEN to_jsonb(OLD) ->> 'id' ELSE to_jsonb(OLD) ->> 'agent_id' END::bigint;
        kind := CASE TG_TABLE_NAME WHEN 'agents' THEN 'mot_de_passe_agent' ELSE 'facteur_agent' END;
        decide := (SELECT a.is_superuser FROM agents a WHERE a.id = concerne) OR EXISTS (
            SELECT 1 FROM agents_groups ag JOIN auth_group_permissions gp ON gp.group_id = ag.group_id
            JOIN auth_permission p ON p.id = gp.permission_id
            WHERE ag.agent_id = concerne AND p.codename = 'change_proposition'
        );
        IF acteur = 'agent:' || concerne OR (TG_TABLE_NAME = 'agents' AND acteur = 'anonyme') THEN
            RETURN coalesce(NEW, OLD);
        END IF;
    END IF;
    IF decide AND NOT EXISTS (
        SELECT 1 FROM propositions p
        WHERE p.nature = kind AND p.cle = 'compte:' || concerne AND p.statut = 'approuvee'
          AND p.transaction_decision = txid_current() AND (role IS NULL OR p.apres ->> 'role' = role)
    ) THEN
        RAISE EXCEPTION 'agent % : ce compte décide, il faut deux personnes (%)', concerne, kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agents_compte_a_deux';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$a_deux$;
