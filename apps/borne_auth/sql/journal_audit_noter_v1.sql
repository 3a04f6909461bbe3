-- Trigger function of every audited table: what one statement did, in one INSERT (docs/decisions/0012).
-- Arguments: primary key; columns of which the value is masked; columns whose change alone is not recorded.
-- A change keeps the columns that changed; a row whose key changed is a deletion and an insertion. Few rows are compared as
-- jsonb, by a plan that the session keeps; many, column by column, by a query written for this table as it is now: planning it
-- takes a millisecond, and then a row costs twenty times less.
CREATE OR REPLACE FUNCTION journal_audit_noter() RETURNS trigger LANGUAGE plpgsql AS $noter$
DECLARE
    colonne  CONSTANT text := TG_ARGV[0];
    masquees CONSTANT text[] := TG_ARGV[1];
    ignorees CONSTANT text[] := TG_ARGV[2];
    masque   CONSTANT jsonb := '"••••"';
    masques  jsonb;
    peu      CONSTANT int := 32;
    paire    CONSTANT text :=
        'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I THEN jsonb_build_object(%1$L, %2$s) ELSE ''{}'' END';
    annonce  text := current_setting('nsia.audit', true);
    qui      jsonb;
    numero   CONSTANT bigint := pg_current_xact_id()::text::bigint;
    acteur text; source text; origine text; adresse text; requete text;
BEGIN
    IF annonce <> '' THEN
        qui := annonce;
    ELSE
        qui := jsonb_build_object('acteur', 'sql:' || session_user, 'source', 'sql', 'adresse', host(inet_client_addr()));
    END IF;
    acteur := qui ->> 'acteur';
    source := qui ->> 'source';
    origine := coalesce(qui ->> 'origine', '');
    adresse := coalesce(qui ->> 'adresse', '');
    requete := coalesce(qui ->> 'requete', '');
    IF masquees <> '{}' THEN
        SELECT jsonb_object_agg(c, masque) INTO masques FROM unnest(masquees) AS c;
    END IF;

    IF TG_OP = 'INSERT' THEN
        INSERT INTO journal_audit
            (quand, txid, action, table_nom, cle, acteur, source, origine, adresse, requete, apres)
        SELECT statement_timestamp(), numero, 'ajout', TG_TABLE_NAME, n.j ->> colonne,
               acteur, source, origine, adresse, requete,
               CASE WHEN masques IS NULL THEN jsonb_strip_nulls(n.j) ELSE jsonb_strip_nulls(n.j - masquees) || masques END
        FROM (SELECT to_jsonb(t) AS j FROM nouvelles t OFFSET 0) n;
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM FROM nouvelles OFFSET peu LIMIT 1;
        IF NOT FOUND THEN
            INSERT INTO journal_audit
                (quand, txid, action, table_nom, cle, acteur, source, origine, adresse, requete, avant, apres)
            SELECT statement_timestamp(), numero,
                   CASE WHEN o.cle IS NULL THEN 'ajout' WHEN n.cle IS NULL THEN 'suppression' ELSE 'changement' END,
                   TG_TABLE_NAME, coalesce(n.cle, o.cle), acteur, source, origine, adresse, requete, d.avant, d.apres
            FROM (SELECT r.j ->> colonne AS cle, r.j FROM (SELECT to_jsonb(t) AS j FROM anciennes t OFFSET 0) r) o
            FULL JOIN (SELECT r.j ->> colonne AS cle, r.j FROM (SELECT to_jsonb(t) AS j FROM nouvelles t OFFSET 0) r) n
                ON n.cle = o.cle
            CROSS JOIN LATERAL (
                SELECT jsonb_object_agg(c, CASE WHEN c = ANY (masquees) THEN masque ELSE o.j -> c END)
                           FILTER (WHERE o.cle IS NOT NULL) AS avant,
                       jsonb_object_agg(c, CASE WHEN c = ANY (masquees) THEN masque ELSE n.j -> c END)
                           FILTER (WHERE n.cle IS NOT NULL) AS apres
                FROM jsonb_object_keys(coalesce(n.j, o.j)) AS c
                WHERE o.j -> c IS DISTINCT FROM n.j -> c AND c <> ALL (ignorees)
            ) d
            WHERE coalesce(d.avant, d.apres) IS NOT NULL;
        ELSE
            EXECUTE (
                SELECT format(
                    $changement$
                        INSERT INTO journal_audit
                            (quand, txid, action, table_nom, cle, acteur, source, origine, adresse, requete, avant, apres)
                        SELECT statement_timestamp(), $1,
                               CASE WHEN d.avant IS NULL THEN 'ajout' WHEN d.apres IS NULL THEN 'suppression'
                                    ELSE 'changement' END,
                               $2, d.cle, $3, $4, $5, $6, $7, d.avant, d.apres
                        FROM (
                            SELECT coalesce(n.%1$I, o.%1$I)::text AS cle,
                                   CASE WHEN o.%1$I IS NOT NULL THEN %2$s END AS avant,
                                   CASE WHEN n.%1$I IS NOT NULL THEN %3$s END AS apres
                            FROM anciennes o FULL JOIN nouvelles n ON n.%1$I = o.%1$I
                            OFFSET 0
                        ) d
                        WHERE coalesce(d.avant, d.apres) <> '{}'
                    $changement$, colonne,
                    string_agg(format(paire, attname, coalesce(cachee, 'o.' || quote_ident(attname))), ' || '),
                    string_agg(format(paire, attname, coalesce(cachee, 'n.' || quote_ident(attname))), ' || '))
                FROM pg_attribute CROSS JOIN LATERAL (SELECT CASE WHEN attname = ANY (masquees) THEN '$8' END AS cachee) c
                WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> ALL (ignorees)
            )
            USING numero, TG_TABLE_NAME, acteur, source, origine, adresse, requete, masque;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO journal_audit
            (quand, txid, action, table_nom, cle, acteur, source, origine, adresse, requete, avant)
        SELECT statement_timestamp(), numero, 'suppression', TG_TABLE_NAME, o.j ->> colonne,
               acteur, source, origine, adresse, requete,
               CASE WHEN masques IS NULL THEN jsonb_strip_nulls(o.j) ELSE jsonb_strip_nulls(o.j - masquees) || masques END
        FROM (SELECT to_jsonb(t) AS j FROM anciennes t OFFSET 0) o;
    ELSE
        -- TRUNCATE: no transition table says what goes.
        EXECUTE format(
            $vidage$
                INSERT INTO journal_audit
                    (quand, txid, action, table_nom, cle, acteur, source, origine, adresse, requete, avant)
                SELECT statement_timestamp(), $1, 'suppression', $2, o.j ->> $3,
                       $4, $5, $6, $7, $8, jsonb_strip_nulls(o.j - $9) || $10
                FROM (SELECT to_jsonb(t) AS j FROM %I.%I t OFFSET 0) o
            $vidage$, TG_TABLE_SCHEMA, TG_TABLE_NAME)
        USING numero, TG_TABLE_NAME, colonne, acteur, source, origine, adresse, requete, masquees, coalesce(masques, '{}');
    END IF;
    RETURN NULL;
END
$noter$;
