import datetime
import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0001_initial"),
        ("pass_clients", "0002_vue_contrats"),
    ]

    operations = [
        migrations.CreateModel(
            name="Borne",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("agence", models.CharField(max_length=80)),
                ("cle_empreinte", models.CharField(editable=False, max_length=64, verbose_name="empreinte de la clé")),
                (
                    "statut",
                    models.CharField(
                        choices=[("active", "Active"), ("desactivee", "Désactivée")],
                        default="active",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("version", models.CharField(blank=True, editable=False, max_length=40)),
                ("dernier_contact", models.DateTimeField(editable=False, null=True, verbose_name="dernier contact")),
                (
                    "creee_le",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="enregistrée le",
                    ),
                ),
            ],
            options={
                "verbose_name": "borne",
                "verbose_name_plural": "bornes",
                "db_table": "bornes",
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="bornes_code_unique"),
                    models.UniqueConstraint(fields=("cle_empreinte",), name="bornes_cle_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z0-9][A-Z0-9-]{1,19}$")), name="bornes_code_forme"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("agence", ""), _negated=True), name="bornes_agence_nommee"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cle_empreinte__regex", "^[0-9a-f]{64}$")), name="bornes_cle_hachee"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("statut__in", ["active", "desactivee"])), name="bornes_statut_connu"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CompteurEssais",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "regle",
                    models.CharField(
                        choices=[
                            ("police_hors_borne", "Police, hors borne"),
                            ("police_borne", "Police, sur une borne"),
                            ("police_bornes", "Police, toutes bornes"),
                            ("telephone_hors_borne", "Téléphone, hors borne"),
                            ("telephone_borne", "Téléphone, sur une borne"),
                            ("telephone_bornes", "Téléphone, toutes bornes"),
                            ("borne", "Borne"),
                            ("adresse_minute", "Adresse, par minute"),
                            ("adresse_jour", "Adresse, par jour"),
                            ("agent_adresse", "Agent, depuis une adresse"),
                            ("agents_adresse", "Agents, par adresse"),
                        ],
                        max_length=20,
                        verbose_name="règle",
                    ),
                ),
                ("sujet", models.CharField(max_length=64)),
                ("fenetre", models.DateTimeField(verbose_name="début de la fenêtre")),
                ("essais", models.IntegerField()),
            ],
            options={
                "verbose_name": "compteur d'essais",
                "verbose_name_plural": "compteurs d'essais",
                "db_table": "compteurs_essais",
                "constraints": [
                    models.UniqueConstraint(fields=("regle", "sujet", "fenetre"), name="compteurs_un_par_fenetre"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "regle__in",
                                [
                                    "police_hors_borne",
                                    "police_borne",
                                    "police_bornes",
                                    "telephone_hors_borne",
                                    "telephone_borne",
                                    "telephone_bornes",
                                    "borne",
                                    "adresse_minute",
                                    "adresse_jour",
                                    "agent_adresse",
                                    "agents_adresse",
                                ],
                            )
                        ),
                        name="compteurs_regle_connue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sujet__regex", "^[0-9a-f]{64}$")), name="compteurs_sujet_hache"
                    ),
                    models.CheckConstraint(condition=models.Q(("essais__gte", 1)), name="compteurs_positifs"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionBorne",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("police", models.CharField(max_length=30, verbose_name="police présentée")),
                ("ouverte_le", models.DateTimeField(verbose_name="ouverte le")),
                ("expire_le", models.DateTimeField(verbose_name="expire le")),
                ("fermee_le", models.DateTimeField(blank=True, null=True, verbose_name="fermée le")),
                (
                    "motif_fermeture",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("deconnexion", "Déconnexion"),
                            ("jeton_reutilise", "Jeton présenté deux fois"),
                            ("borne_desactivee", "Borne désactivée"),
                            ("cle_renouvelee", "Clé de la borne renouvelée"),
                        ],
                        max_length=16,
                        verbose_name="motif",
                    ),
                ),
                (
                    "borne",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="borne_auth.borne",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions_borne",
                        to="pass_clients.clientpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "db_table": "sessions_borne",
                "ordering": ["-ouverte_le"],
            },
        ),
        migrations.CreateModel(
            name="JetonRafraichissement",
            fields=[
                ("jti", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("expire_le", models.DateTimeField(verbose_name="expire le")),
                ("utilise_le", models.DateTimeField(null=True, verbose_name="utilisé le")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="jetons", to="borne_auth.sessionborne"
                    ),
                ),
            ],
            options={
                "verbose_name": "jeton de rafraîchissement",
                "verbose_name_plural": "jetons de rafraîchissement",
                "db_table": "jetons_rafraichissement",
            },
        ),
        migrations.AddIndex(
            model_name="sessionborne",
            index=models.Index(fields=["-ouverte_le"], name="sessions_recentes"),
        ),
        migrations.AddConstraint(
            model_name="sessionborne",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expire_le__gt", models.F("ouverte_le")),
                    (
                        "expire_le__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("ouverte_le"), "+", models.Value(datetime.timedelta(seconds=1800))
                        ),
                    ),
                ),
                name="sessions_trente_minutes",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionborne",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fermee_le__isnull", True), ("motif_fermeture", "")),
                    models.Q(
                        ("fermee_le__isnull", False),
                        (
                            "motif_fermeture__in",
                            ["deconnexion", "jeton_reutilise", "borne_desactivee", "cle_renouvelee"],
                        ),
                    ),
                    _connector="OR",
                ),
                name="sessions_fermeture_motivee",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sessionborne",
            trigger=pgtrigger.compiler.Trigger(
                name="session_non_prolongeable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."borne_id" IS DISTINCT FROM (NEW."borne_id") OR OLD."police" IS DISTINCT FROM (NEW."police") OR OLD."ouverte_le" IS DISTINCT FROM (NEW."ouverte_le") OR OLD."expire_le" IS DISTINCT FROM (NEW."expire_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="63d127d1f875451e4250091a350c557e148b1340",
                    operation="UPDATE",
                    pgid="pgtrigger_session_non_prolongeable_319e0",
                    table="sessions_borne",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sessionborne",
            trigger=pgtrigger.compiler.Trigger(
                name="session_non_rouverte",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."fermee_le" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="b82e366cd4389b615587d83ce194005d1ec95e8f",
                    operation="UPDATE",
                    pgid="pgtrigger_session_non_rouverte_32c54",
                    table="sessions_borne",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="jetonrafraichissement",
            trigger=pgtrigger.compiler.Trigger(
                name="jeton_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."jti" IS DISTINCT FROM (NEW."jti") OR OLD."session_id" IS DISTINCT FROM (NEW."session_id") OR OLD."expire_le" IS DISTINCT FROM (NEW."expire_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="8a9ff91eac2077465f3af12b71e9d60eb07d73cc",
                    operation="UPDATE",
                    pgid="pgtrigger_jeton_immuable_1290d",
                    table="jetons_rafraichissement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="jetonrafraichissement",
            trigger=pgtrigger.compiler.Trigger(
                name="jeton_usage_unique",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."utilise_le" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="67b838c9aab7b22ea98aff708de5d69d6953f041",
                    operation="UPDATE",
                    pgid="pgtrigger_jeton_usage_unique_526f1",
                    table="jetons_rafraichissement",
                    when="BEFORE",
                ),
            ),
        ),
    ]
