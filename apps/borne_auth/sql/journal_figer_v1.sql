-- What is written in a journal stays as it is, and nobody adds a line by hand where triggers write them.
CREATE OR REPLACE FUNCTION journal_figer() RETURNS trigger LANGUAGE plpgsql AS $figer$
BEGIN
    IF TG_OP = 'INSERT' AND pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'le journal « % » ne se modifie pas (%)', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege', HINT = 'docs/operations.md dit comment en ôter les lignes anciennes.';
END
$figer$;
