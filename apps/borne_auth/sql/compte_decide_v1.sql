-- Whether this agent decides what others propose.
CREATE OR REPLACE FUNCTION compte_decide(agent bigint) RETURNS boolean LANGUAGE sql STABLE AS $decide$
    SELECT EXISTS (SELECT 1 FROM agents a WHERE a.id = agent AND a.is_superuser) OR EXISTS (
        SELECT 1 FROM agents_groups ag JOIN auth_group_permissions gp ON gp.group_id = ag.group_id
        JOIN auth_permission p ON p.id = gp.permission_id
        WHERE ag.agent_id = agent AND p.codename = 'change_proposition'
    )
$decide$;
