-- Two roles: one owns the database and migrates it, the other serves it and can neither drop a guard nor change the schema.
-- Run as PostgreSQL's administrator, once, after a restore too; it may be run again:
--   psql -v ON_ERROR_STOP=1 -v base=nsia_pass -v proprietaire=nsia -v service=nsia_service -f roles.sql
-- Passwords are not here: \password nsia, \password nsia_service.
\set QUIET on
SELECT format('CREATE ROLE %I LOGIN CREATEDB', :'proprietaire')
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'proprietaire') \gexec
SELECT format('CREATE ROLE %I LOGIN', :'service')
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'service') \gexec
SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', :'base', :'proprietaire')
WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = :'base') \gexec

REVOKE ALL ON DATABASE :"base" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"base" TO :"service";
-- No statement of the service waits, or holds a transaction open, for ever.
ALTER ROLE :"service" IN DATABASE :"base" SET statement_timeout = '10min';
ALTER ROLE :"service" IN DATABASE :"base" SET idle_in_transaction_session_timeout = '5min';
-- The owner ends the service's sessions when a restored database takes the place of the other.
GRANT pg_signal_backend TO :"proprietaire";

\connect :"base"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"service";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"service";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"service";
-- And on what migrations will create.
ALTER DEFAULT PRIVILEGES FOR ROLE :"proprietaire" IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"proprietaire" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"service";
-- Large objects hold nothing of ours: nobody fills the disk with them.
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;
