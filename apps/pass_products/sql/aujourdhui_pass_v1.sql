-- Today in Brazzaville. `SET nsia.aujourdhui = '2026-11-21'` moves it for one session: cycle_de_vie --date, tests, demonstrations.
CREATE OR REPLACE FUNCTION aujourdhui_pass() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        nullif(current_setting('nsia.aujourdhui', true), '')::date,
        (now() AT TIME ZONE 'Africa/Brazzaville')::date
    )
$$;
