-- Whether who writes owns `relation`: by both names, so that neither SET ROLE nor a function of the owner's lends its rights.
CREATE OR REPLACE FUNCTION ecrit_le_proprietaire(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $proprietaire$
    SELECT pg_has_role(current_user, c.relowner, 'USAGE') AND pg_has_role(session_user, c.relowner, 'USAGE')
    FROM pg_catalog.pg_class c WHERE c.oid = relation
$proprietaire$;
