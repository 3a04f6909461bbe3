"""Agents, kiosks and clients point to their agency. Spellings of one name are merged; what could not be is told.

An agency is where somebody works or where a kiosk stands: it takes the spelling that most of them use. A client whose file names
none of them, misspelt or not, keeps what was written in `agence_ecrite` and waits in the queue « clients sans agence ».
"""

import sys

import django.db.models.deletion
from django.db import migrations, models

from nsia_pass_api.sqlaudit import auditer

_AGENCES = """
INSERT INTO agences (nom, ville, quartier, telephone, statut)
SELECT (array_agg(nom ORDER BY nombre DESC, length(nom) DESC, nom))[1], '', '', '', 'active'
FROM (
    SELECT btrim(agence_ecrite) AS nom, count(*) AS nombre
    FROM (SELECT agence_ecrite FROM agents UNION ALL SELECT agence_ecrite FROM bornes) ecrites
    GROUP BY 1
) noms
WHERE forme_agence(nom) <> ''
GROUP BY forme_agence(nom)
ON CONFLICT (forme) DO NOTHING
"""
_LIER = """
UPDATE {table} SET agence_id = agences.id FROM agences WHERE forme_agence({table}.agence_ecrite) = agences.forme
"""
_LIER_CLIENTS = """
UPDATE clients_pass SET agence_id = agences.id, agence_ecrite = ''
FROM agences WHERE agence_ecrite <> '' AND forme_agence(agence_ecrite) = agences.forme
"""
_FUSIONS = """
SELECT nom, ecrites FROM (
    SELECT agences.nom, array_agg(DISTINCT agence_ecrite ORDER BY agence_ecrite) AS ecrites
    FROM (
        SELECT agence_ecrite FROM agents UNION SELECT agence_ecrite FROM bornes UNION SELECT agence_ecrite FROM clients_pass
    ) dites
    JOIN agences ON agences.forme = forme_agence(agence_ecrite)
    GROUP BY agences.nom
) fusions
WHERE cardinality(ecrites) > 1 ORDER BY nom
"""
_RESTENT = """
SELECT agence_ecrite, count(*), (
    SELECT nom FROM agences WHERE similarity(forme, forme_agence(agence_ecrite)) >= 0.3
    ORDER BY similarity(forme, forme_agence(agence_ecrite)) DESC LIMIT 1
)
FROM clients_pass WHERE agence_id IS NULL GROUP BY agence_ecrite ORDER BY agence_ecrite
"""
_VOISINES = """
SELECT une.nom, autre.nom FROM agences une JOIN agences autre ON une.id < autre.id
WHERE similarity(une.forme, autre.forme) >= 0.3 ORDER BY une.nom, autre.nom
"""
# Names take the place of what each had written.
_REVENIR = """
UPDATE {table} SET agence_ecrite = agences.nom FROM agences WHERE agences.id = {table}.agence_id
"""
_DETACHER = """
UPDATE clients_pass SET agence_ecrite = agences.nom, agence_id = NULL FROM agences WHERE agences.id = agence_id
"""


def fusionner(apps, schema_editor):
    dit = sys.stdout.write
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_AGENCES)
        cursor.execute(_FUSIONS)
        fusions = cursor.fetchall()
        for table in ("agents", "bornes"):
            cursor.execute(_LIER.format(table=table))
        cursor.execute(_LIER_CLIENTS)
        cursor.execute(_RESTENT)
        restent = cursor.fetchall()
        cursor.execute(_VOISINES)
        voisines = cursor.fetchall()
    for nom, ecrites in fusions:
        dit(f"\n  Agence {nom} : réunit {', '.join(f'« {ecrite} »' for ecrite in ecrites)}.")
    for une, autre in voisines:
        dit(f"\n  À vérifier : les agences « {une} » et « {autre} » se ressemblent.")
    for ecrite, nombre, proche in restent:
        nommee = f"aucune agence ne s'appelle « {ecrite} »" if ecrite else "leur fiche ne dit rien"
        conseil = f" ; la plus proche est « {proche} »" if proche else ""
        dit(f"\n  Clients sans agence : {nombre}, {nommee}{conseil}.")
    if fusions or voisines or restent:
        dit("\n")


def revenir(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in ("agents", "bornes"):
            cursor.execute(_REVENIR.format(table=table))
        cursor.execute(_DETACHER)


def _agence(**options):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="pass_clients.agence", **options)


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0013_comptes_a_deux"),
        ("pass_clients", "0019_clients_par_agence"),
    ]

    operations = [
        auditer("agences"),
        migrations.RemoveConstraint(model_name="borne", name="bornes_agence_nommee"),
        # So that the way back may put the column again before it is filled.
        migrations.AlterField(
            model_name="borne", name="agence", field=models.CharField(blank=True, default="", max_length=80)
        ),
        migrations.RenameField(model_name="borne", old_name="agence", new_name="agence_ecrite"),
        migrations.RenameField(model_name="agent", old_name="agence", new_name="agence_ecrite"),
        migrations.AddField(model_name="agent", name="agence", field=_agence(blank=True, null=True, related_name="+")),
        migrations.AddField(model_name="borne", name="agence", field=_agence(null=True, related_name="+")),
        migrations.RunPython(fusionner, revenir),
        migrations.RemoveField(model_name="agent", name="agence_ecrite"),
        migrations.RemoveField(model_name="borne", name="agence_ecrite"),
        migrations.AlterField(model_name="borne", name="agence", field=_agence(related_name="+")),
    ]
