"""The trail of what changes and of what is read: tables that are only added to."""

from django.db import migrations, models
from django.db.models.functions import Now

from nsia_pass_api.sqlaudit import figer
from nsia_pass_api.sqlviews import fonction

JOURNAL = """
    CREATE TABLE journal_audit (
        id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        quand     timestamptz NOT NULL,
        txid      bigint NOT NULL,
        action    text NOT NULL,
        table_nom text NOT NULL,
        cle       text NOT NULL,
        acteur    text NOT NULL,
        source    text NOT NULL,
        origine   text NOT NULL,
        adresse   text NOT NULL,
        requete   text NOT NULL,
        avant     jsonb,
        apres     jsonb,
        CONSTRAINT journal_audit_action CHECK (
            action = 'ajout' AND avant IS NULL AND apres IS NOT NULL
            OR action = 'changement' AND avant IS NOT NULL AND apres IS NOT NULL
            OR action = 'suppression' AND avant IS NOT NULL AND apres IS NULL
        )
    );
    CREATE INDEX journal_audit_par_ligne ON journal_audit (table_nom, cle, id);
    CREATE INDEX journal_audit_par_acteur ON journal_audit (acteur, id);
    CREATE INDEX journal_audit_par_requete ON journal_audit (requete) WHERE requete <> '';
    CREATE INDEX journal_audit_par_moment ON journal_audit USING brin (quand) WITH (pages_per_range = 32);
"""
LECTURES = """
    CREATE TABLE lectures_donnees (
        id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        quand     timestamptz NOT NULL DEFAULT statement_timestamp(),
        agent_id  bigint NOT NULL,
        nature    text NOT NULL,
        route     text NOT NULL,
        objet     text NOT NULL,
        cle       text NOT NULL,
        client_id bigint,
        nombre    integer NOT NULL,
        filtres   jsonb NOT NULL,
        adresse   text NOT NULL,
        requete   text NOT NULL
    );
    CREATE INDEX lectures_par_agent ON lectures_donnees (agent_id, id);
    CREATE INDEX lectures_par_client ON lectures_donnees (client_id, id) WHERE client_id IS NOT NULL;
    CREATE INDEX lectures_par_objet ON lectures_donnees (objet, cle, id);
    CREATE INDEX lectures_par_requete ON lectures_donnees (requete) WHERE requete <> '';
    CREATE INDEX lectures_par_moment ON lectures_donnees USING brin (quand) WITH (pages_per_range = 32);
"""


class Migration(migrations.Migration):
    dependencies = [("borne_auth", "0005_second_facteur")]

    operations = [
        migrations.RunSQL(JOURNAL, "DROP TABLE journal_audit"),
        migrations.RunSQL(LECTURES, "DROP TABLE lectures_donnees"),
        fonction("borne_auth", "journal_figer", version=1),
        fonction("borne_auth", "journal_audit_noter", version=1),
        figer("journal_audit", par_declencheur=True),
        figer("lectures_donnees"),
        migrations.CreateModel(
            name="JournalAudit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("quand", models.DateTimeField(verbose_name="le")),
                ("txid", models.BigIntegerField(verbose_name="transaction")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("ajout", "Ajout"),
                            ("changement", "Changement"),
                            ("suppression", "Suppression"),
                        ],
                        max_length=11,
                    ),
                ),
                ("table_nom", models.CharField(max_length=63, verbose_name="table")),
                ("cle", models.CharField(max_length=80, verbose_name="clé")),
                ("acteur", models.CharField(max_length=100, verbose_name="par")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("admin", "Back-office"),
                            ("api", "API"),
                            ("borne", "Borne"),
                            ("commande", "Commande"),
                            ("sql", "SQL direct"),
                        ],
                        max_length=8,
                        verbose_name="depuis",
                    ),
                ),
                ("origine", models.CharField(max_length=120, verbose_name="borne ou machine")),
                ("adresse", models.CharField(max_length=45, verbose_name="adresse")),
                ("requete", models.CharField(max_length=64, verbose_name="requête")),
                ("avant", models.JSONField(null=True)),
                ("apres", models.JSONField(null=True, verbose_name="après")),
            ],
            options={
                "verbose_name": "modification",
                "verbose_name_plural": "journal des modifications",
                "db_table": "journal_audit",
                "ordering": ["-id"],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="LectureDonnees",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("quand", models.DateTimeField(db_default=Now(), verbose_name="le")),
                ("agent_id", models.BigIntegerField(verbose_name="agent")),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("liste", "Liste"),
                            ("page", "Fiche"),
                            ("historique", "Historique"),
                            ("recherche", "Recherche"),
                            ("export", "Export"),
                            ("document", "Document"),
                        ],
                        max_length=10,
                    ),
                ),
                ("route", models.CharField(max_length=200, verbose_name="page")),
                ("objet", models.CharField(max_length=80, verbose_name="objet")),
                ("cle", models.CharField(max_length=80, verbose_name="clé")),
                ("client_id", models.BigIntegerField(null=True, verbose_name="client concerné")),
                ("nombre", models.IntegerField(verbose_name="lignes lues")),
                ("filtres", models.JSONField(default=list, verbose_name="critères")),
                ("adresse", models.CharField(max_length=45, verbose_name="adresse")),
                ("requete", models.CharField(max_length=64, verbose_name="requête")),
            ],
            options={
                "verbose_name": "consultation",
                "verbose_name_plural": "consultations",
                "db_table": "lectures_donnees",
                "ordering": ["-id"],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
