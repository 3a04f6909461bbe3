-- At commit, who decides and had a second factor still has one: alone one replaces it, two people take it away. Without this, whoever
-- writes in the agent's name would leave a password alone between the door and this account.
CREATE OR REPLACE FUNCTION facteur_remplace() RETURNS trigger LANGUAGE plpgsql AS $remplace$
BEGIN
    IF NOT ecrit_le_proprietaire(TG_RELID) AND compte_decide(OLD.agent_id)
       AND NOT EXISTS (SELECT 1 FROM facteurs_agents f WHERE f.agent_id = OLD.agent_id)
       AND NOT decidee_a_deux('facteur_agent', 'compte:' || OLD.agent_id, '{}') THEN
        RAISE EXCEPTION 'agent % : ce compte décide, il faut deux personnes pour qu''il soit sans second facteur', OLD.agent_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agents_facteur_remplace';
    END IF;
    RETURN NULL;
END
$remplace$;
