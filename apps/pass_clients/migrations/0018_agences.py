"""The table of agencies, and the place of the client's. What files said before stays in `agence_ecrite` until it is merged.

Agents and kiosks say which agencies there are: migration 0008 of borne_auth fills the table and merges the spellings.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

from apps.pass_clients.expressions import FormeAgence

# Spaces and hyphens do not count, nor « agence de » before the name.
_FORME = """
CREATE FUNCTION forme_agence(nom text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT pg_catalog.replace(
        pg_catalog.regexp_replace(public.nom_cherchable($1, ''), '^ agences? (de |du |des )?', ' '), ' ', ''
    )
$$
"""


class Migration(migrations.Migration):
    dependencies = [("pass_clients", "0017_mobile_money_date")]

    operations = [
        migrations.RunSQL(_FORME, "DROP FUNCTION forme_agence(text)"),
        migrations.CreateModel(
            name="Agence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nom", models.CharField(max_length=80)),
                (
                    "forme",
                    models.GeneratedField(
                        db_persist=True,
                        expression=FormeAgence("nom"),
                        output_field=models.TextField(),
                    ),
                ),
                ("ville", models.CharField(blank=True, max_length=80)),
                ("quartier", models.CharField(blank=True, max_length=80)),
                ("telephone", models.CharField(blank=True, max_length=13, verbose_name="téléphone")),
                (
                    "statut",
                    models.CharField(
                        choices=[("active", "Ouverte"), ("fermee", "Fermée")],
                        default="active",
                        max_length=6,
                        verbose_name="état",
                    ),
                ),
                ("creee_le", models.DateTimeField(db_default=Now(), editable=False, verbose_name="créée le")),
            ],
            options={
                "verbose_name": "agence",
                "verbose_name_plural": "agences",
                "db_table": "agences",
                "ordering": ["nom"],
                "constraints": [
                    models.UniqueConstraint(fields=("forme",), name="agences_nom_unique"),
                    models.CheckConstraint(condition=models.Q(("forme", ""), _negated=True), name="agences_nommees"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("telephone__regex", "^\\+242[0-9]{9}$"), ("telephone", ""), _connector="OR"
                        ),
                        name="agences_telephone_congo",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("statut__in", ["active", "fermee"])), name="agences_statut_connu"
                    ),
                ],
            },
        ),
        migrations.RemoveIndex(model_name="clientpass", name="clients_par_agence"),
        migrations.RenameField(model_name="clientpass", old_name="agence", new_name="agence_ecrite"),
        migrations.AlterField(
            model_name="clientpass",
            name="agence_ecrite",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="Ce que disait la fiche, quand aucune agence ne porte ce nom. Vide dès que le client est rattaché.",
                max_length=80,
                verbose_name="agence, telle qu'elle était écrite",
            ),
        ),
        migrations.AddField(
            model_name="clientpass",
            name="agence",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Ses agents lisent le dossier. Vide : personne ne le lit à ce titre.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pass_clients.agence",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientpass",
            constraint=models.CheckConstraint(
                condition=models.Q(("agence__isnull", True), ("agence_ecrite", ""), _connector="OR"),
                name="clients_agence_dite_une_fois",
            ),
        ),
    ]
