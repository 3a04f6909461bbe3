-- What decides of rights is written by whoever owns the table (migrations, commands of the server), by no role that only serves.
CREATE OR REPLACE FUNCTION proprietaire_seul() RETURNS trigger LANGUAGE plpgsql AS $seul$
BEGIN
    IF NOT (
        SELECT pg_has_role(current_user, c.relowner, 'USAGE') AND pg_has_role(session_user, c.relowner, 'USAGE')
        FROM pg_catalog.pg_class c WHERE c.oid = TG_RELID
    ) THEN
        RAISE EXCEPTION '« % » ne se change que par le propriétaire de la base (%)', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'proprietaire_seul',
                  HINT = 'Une commande du serveur le fait, avec l''adresse du propriétaire (docs/deployment.md).';
    END IF;
    RETURN NEW;
END
$seul$;
