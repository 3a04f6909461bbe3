from django.db import migrations

# unaccent() is only STABLE, because a dictionary may be changed: this one names its own. Schemas are written out, so that a
# restored dump, which has an empty search_path, builds the index alike.
_CREER = """
CREATE FUNCTION nom_cherchable(prenom text, nom text DEFAULT '') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT ' ' || pg_catalog.btrim(pg_catalog.regexp_replace(
        pg_catalog.lower(public.unaccent(
            'public.unaccent'::pg_catalog.regdictionary, pg_catalog.translate($1 || ' ' || $2, '''’ʼ`', '')
        )),
        '[^a-z0-9]+', ' ', 'g'
    ))
$$
"""


class Migration(migrations.Migration):
    dependencies = [("pass_clients", "0007_polices_remplacees")]

    operations = [migrations.RunSQL(_CREER, "DROP FUNCTION nom_cherchable(text, text)")]
