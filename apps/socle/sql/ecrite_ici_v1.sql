-- Whether a row that one sees, whose `xmin` is `version`, was written by the present transaction, savepoints included: these are
-- numbered after it, and PostgreSQL says of theirs alone that they are in progress.
CREATE OR REPLACE FUNCTION ecrite_ici(version xid) RETURNS boolean LANGUAGE plpgsql AS $ici$
DECLARE
    ici   bigint := txid_current();
    apres bigint := (version::text::bigint - ici) & 4294967295;
BEGIN
    RETURN apres < 2147483648 AND coalesce(txid_status(ici + apres), '') = 'in progress';
END
$ici$;
