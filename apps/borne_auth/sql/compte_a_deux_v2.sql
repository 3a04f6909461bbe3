-- A role that decides, and what opens the account of who has one (password, factor, recovery codes): written by the decision of two
-- people in this transaction, by the owner of the database (a command of the server), or in the name of the agent whose account it
-- is. Nobody known is nobody: no exception is made for who has not signed in yet.
CREATE OR REPLACE FUNCTION compte_a_deux() RETURNS trigger LANGUAGE plpgsql AS $a_deux$
DECLARE
    acteur   text := nullif(current_setting('nsia.audit', true), '')::jsonb ->> 'acteur';
    ligne    jsonb := to_jsonb(CASE WHEN TG_TABLE_NAME = 'agents_groups' THEN NEW ELSE coalesce(OLD, NEW) END);
    concerne bigint;
    kind     text;
    role     text;
BEGIN
    IF ecrit_le_proprietaire(TG_RELID) THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    concerne := CASE TG_TABLE_NAME
        WHEN 'agents' THEN (ligne ->> 'id')::bigint
        WHEN 'codes_secours' THEN (SELECT f.agent_id FROM facteurs_agents f WHERE f.id = (ligne ->> 'facteur_id')::uuid)
        ELSE (ligne ->> 'agent_id')::bigint END;
    IF TG_TABLE_NAME = 'agents_groups' THEN
        kind := 'role_agent';
        SELECT g.name INTO role FROM auth_group g WHERE g.id = NEW.group_id;
        IF NOT EXISTS (
            SELECT 1 FROM auth_group_permissions gp JOIN auth_permission p ON p.id = gp.permission_id
            WHERE gp.group_id = NEW.group_id AND p.codename = 'change_proposition'
        ) THEN
            RETURN NEW;
        END IF;
    ELSE
        kind := CASE TG_TABLE_NAME WHEN 'agents' THEN 'mot_de_passe_agent' ELSE 'facteur_agent' END;
        IF acteur = 'agent:' || concerne OR NOT compte_decide(concerne) THEN
            RETURN coalesce(NEW, OLD);
        END IF;
    END IF;
    IF NOT decidee_a_deux(kind, 'compte:' || concerne, jsonb_strip_nulls(jsonb_build_object('role', role))) THEN
        RAISE EXCEPTION 'agent % : ce compte décide, il faut deux personnes (%)', concerne, kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agents_compte_a_deux';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$a_deux$;
