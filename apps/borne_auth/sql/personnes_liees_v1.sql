-- Those who are no second person for `agent`: since DEUX_PERSONNES_JOURS days one gave or changed the account, role, password or
-- factor of the other, by whatever steps, or a third did so for both. The agent is among them.
-- Who did what is read in the journal of the audit, and in the proposals that two people did together: who asks counts like who
-- decides. Up from the agent to those who touched the account, theirs, …; then down to all whom these touched.
CREATE OR REPLACE FUNCTION personnes_liees(agent bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $liees$
    WITH RECURSIVE fenetre AS MATERIALIZED (
        SELECT now() - make_interval(days => coalesce(
            (SELECT r.valeur FROM reglages r WHERE r.nom = 'DEUX_PERSONNES_JOURS'), 30)) AS debut
    ), actes AS MATERIALIZED (
        SELECT substr(j.acteur, 7)::bigint AS par,
               CASE j.table_nom WHEN 'agents' THEN j.cle ELSE coalesce(j.apres, j.avant) ->> 'agent_id' END::bigint AS sur
        FROM journal_audit j, fenetre f
        WHERE j.quand > f.debut AND j.table_nom IN ('agents', 'agents_groups', 'facteurs_agents') AND j.acteur LIKE 'agent:%'
          AND (j.table_nom <> 'agents' OR j.action = 'ajout' OR j.apres ?| ARRAY[
              'password', 'email', 'telephone', 'is_active', 'is_staff', 'is_superuser', 'statut'])
        UNION
        SELECT p.demandeur_id, substr(p.cle, 8)::bigint
        FROM propositions p, fenetre f
        WHERE p.cle LIKE 'compte:%' AND p.statut = 'approuvee' AND p.decidee_le > f.debut
    ), amont(qui) AS (
        SELECT agent
        UNION
        SELECT a.par FROM actes a JOIN amont m ON a.sur = m.qui
    ), aval(qui) AS (
        SELECT qui FROM amont
        UNION
        SELECT a.sur FROM actes a JOIN aval v ON a.par = v.qui
    )
    SELECT qui FROM aval WHERE qui IS NOT NULL
$liees$;
