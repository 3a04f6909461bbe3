import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pass_clients", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cotisation",
            fields=[
                ("numero_quittance", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("periode", models.SmallIntegerField(verbose_name="période")),
                ("numero", models.SmallIntegerField(verbose_name="numéro")),
                ("date_debut", models.DateField(verbose_name="du")),
                ("date_fin", models.DateField(verbose_name="au (exclu)")),
                ("date_echeance", models.DateField(verbose_name="échéance")),
                ("montant", models.BigIntegerField(verbose_name="montant (XAF)")),
                ("montant_paye", models.BigIntegerField(verbose_name="payé (XAF)")),
                ("reste_a_payer", models.BigIntegerField(verbose_name="reste à payer (XAF)")),
                (
                    "statut",
                    models.CharField(
                        choices=[
                            ("payee", "Payée"),
                            ("partielle", "Partiellement payée"),
                            ("en_retard", "En retard"),
                            ("a_venir", "À venir"),
                        ],
                        max_length=9,
                    ),
                ),
            ],
            options={
                "verbose_name": "cotisation",
                "verbose_name_plural": "cotisations",
                "db_table": "cotisations",
                "ordering": ["date_echeance", "numero_quittance"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SoldeContrat",
            fields=[
                (
                    "contrat",
                    models.OneToOneField(
                        db_column="police",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="soldes",
                        serialize=False,
                        to="pass_clients.contrat",
                    ),
                ),
                ("du_a_ce_jour", models.BigIntegerField(verbose_name="dû à ce jour (XAF)")),
                ("total_paye", models.BigIntegerField(verbose_name="total payé (XAF)")),
                ("reste_a_payer", models.BigIntegerField(verbose_name="reste à payer (XAF)")),
                ("montant_en_retard", models.BigIntegerField(verbose_name="en retard (XAF)")),
                ("jours_de_retard", models.IntegerField(verbose_name="jours de retard")),
                ("avoir", models.BigIntegerField(verbose_name="avoir (XAF)")),
                ("prochaine_echeance_date", models.DateField(null=True, verbose_name="prochaine échéance")),
                (
                    "prochaine_echeance_montant",
                    models.BigIntegerField(null=True, verbose_name="montant de la prochaine échéance (XAF)"),
                ),
                ("solde_epargne", models.BigIntegerField(null=True, verbose_name="solde d'épargne (XAF)")),
                ("solde", models.BigIntegerField(verbose_name="solde (XAF)")),
            ],
            options={
                "verbose_name": "solde de contrat",
                "verbose_name_plural": "soldes des contrats",
                "db_table": "soldes_contrats",
                "ordering": ["contrat"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="VueDashboardPass",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="vue_dashboard",
                        serialize=False,
                        to="pass_clients.clientpass",
                    ),
                ),
                ("nombre_souscriptions", models.IntegerField()),
                ("nombre_en_cours", models.IntegerField()),
                ("nombre_activees", models.IntegerField()),
                ("nombre_suspendues", models.IntegerField()),
                ("nombre_expirees", models.IntegerField()),
                ("nombre_annulees", models.IntegerField()),
                ("nombre_resiliees", models.IntegerField()),
                ("valeur_totale", models.BigIntegerField()),
                ("total_paye", models.BigIntegerField()),
                ("dernier_paiement_date", models.DateTimeField(null=True)),
                ("dernier_paiement_montant", models.IntegerField(null=True)),
                ("solde_global", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "tableau de bord d'un client",
                "verbose_name_plural": "tableaux de bord des clients",
                "db_table": "vue_dashboard_pass",
                "ordering": ["client"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="VueSouscriptionComplete",
            fields=[
                (
                    "souscription",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="vue_complete",
                        serialize=False,
                        to="pass_clients.souscriptionpass",
                    ),
                ),
                ("numero_souscription", models.CharField(max_length=40)),
                ("statut", models.CharField(max_length=9)),
                ("montant_souscription", models.IntegerField()),
                ("periodicite", models.CharField(max_length=13)),
                ("canal", models.CharField(max_length=8)),
                ("date_souscription", models.DateTimeField()),
                ("date_activation", models.DateTimeField(null=True)),
                ("police", models.CharField(max_length=30, null=True)),
                ("nom", models.CharField(max_length=80)),
                ("prenom", models.CharField(max_length=80)),
                ("telephone", models.CharField(max_length=13)),
                ("code_produit", models.CharField(max_length=20)),
                ("nom_produit", models.CharField(max_length=80)),
                ("date_debut", models.DateField(null=True)),
                ("date_fin", models.DateField(null=True)),
                ("total_paye", models.BigIntegerField()),
                ("garanties", models.JSONField()),
                ("beneficiaires", models.JSONField()),
            ],
            options={
                "verbose_name": "souscription complète",
                "verbose_name_plural": "souscriptions complètes",
                "db_table": "vue_souscriptions_pass_completes",
                "ordering": ["souscription"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PaiementPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("numero_transaction", models.CharField(max_length=24, verbose_name="numéro")),
                ("montant", models.IntegerField(verbose_name="montant (XAF)")),
                ("frais", models.IntegerField(default=0, verbose_name="frais (XAF)")),
                (
                    "montant_net",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("montant"), "-", models.F("frais")
                        ),
                        output_field=models.IntegerField(verbose_name="montant net (XAF)"),
                        verbose_name="montant net (XAF)",
                    ),
                ),
                ("devise", models.CharField(default="XAF", editable=False, max_length=3)),
                (
                    "operateur",
                    models.CharField(
                        choices=[
                            ("mtn_money", "MTN Mobile Money"),
                            ("airtel_money", "Airtel Money"),
                            ("moov_money", "Moov Money"),
                            ("especes", "Espèces"),
                            ("virement", "Virement"),
                            ("cheque", "Chèque"),
                            ("carte", "Carte bancaire"),
                        ],
                        max_length=12,
                        verbose_name="opérateur",
                    ),
                ),
                ("mode_paiement", models.CharField(max_length=40, verbose_name="mode de paiement")),
                ("numero_payeur", models.CharField(blank=True, max_length=13, verbose_name="numéro du payeur")),
                (
                    "type_paiement",
                    models.CharField(
                        choices=[
                            ("souscription_initiale", "Souscription initiale"),
                            ("cotisation", "Cotisation"),
                            ("renouvellement", "Renouvellement"),
                            ("rattrapage", "Rattrapage"),
                        ],
                        max_length=21,
                        verbose_name="type",
                    ),
                ),
                (
                    "statut",
                    models.CharField(
                        choices=[
                            ("initie", "Demande envoyée"),
                            ("en_cours", "En attente de votre code PIN"),
                            ("en_verification", "En vérification"),
                            ("succes", "Confirmé"),
                            ("echec", "Échoué"),
                            ("expire", "Expiré"),
                            ("rembourse", "Remboursé"),
                        ],
                        default="initie",
                        editable=False,
                        max_length=15,
                    ),
                ),
                ("motif_echec", models.CharField(blank=True, max_length=60, verbose_name="motif d'échec")),
                (
                    "reference_mobile_money",
                    models.UUIDField(blank=True, default=uuid.uuid4, null=True, verbose_name="référence Mobile Money"),
                ),
                ("code_confirmation", models.CharField(blank=True, max_length=64, verbose_name="code de confirmation")),
                ("cle_idempotence", models.CharField(blank=True, max_length=64, verbose_name="clé d'idempotence")),
                (
                    "date_demande",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="demandé le"
                    ),
                ),
                ("date_confirmation", models.DateTimeField(blank=True, null=True, verbose_name="confirmé le")),
                ("date_comptable", models.DateField(blank=True, null=True, verbose_name="date comptable")),
                (
                    "souscription",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paiements",
                        to="pass_clients.souscriptionpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "paiement",
                "verbose_name_plural": "paiements",
                "db_table": "paiements_pass",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="EvenementPaiement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("demande", "Demande enregistrée"),
                            ("envoi", "Envoyée à l'opérateur"),
                            ("rappel_recu", "Rappel de l'opérateur reçu"),
                            ("consultation", "Opérateur consulté"),
                            ("confirmation", "Confirmé"),
                            ("echec", "Échoué"),
                            ("expiration", "Expiré"),
                            ("litige", "En litige"),
                            ("rapprochement", "Rapproché du relevé"),
                            ("remboursement", "Remboursé"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "statut",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("initie", "Demande envoyée"),
                            ("en_cours", "En attente de votre code PIN"),
                            ("en_verification", "En vérification"),
                            ("succes", "Confirmé"),
                            ("echec", "Échoué"),
                            ("expire", "Expiré"),
                            ("rembourse", "Remboursé"),
                        ],
                        help_text="Vide quand le fait ne change pas le statut.",
                        max_length=15,
                        verbose_name="statut qui en résulte",
                    ),
                ),
                ("donnees", models.JSONField(blank=True, default=dict, verbose_name="données")),
                (
                    "date_evenement",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="le"),
                ),
                (
                    "acteur",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "paiement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evenements",
                        to="pass_payments.paiementpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "événement de paiement",
                "verbose_name_plural": "journal des paiements",
                "db_table": "evenements_paiement",
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="paiementpass",
            index=models.Index(
                condition=models.Q(("statut", "succes")),
                fields=["souscription"],
                include=("montant_net", "date_comptable"),
                name="paiements_succes",
            ),
        ),
        migrations.AddIndex(
            model_name="paiementpass",
            index=models.Index(fields=["souscription", "-date_demande"], name="paiements_recents"),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.UniqueConstraint(fields=("numero_transaction",), name="paiements_numero_unique"),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference_mobile_money__isnull", False)),
                fields=("reference_mobile_money",),
                name="paiements_reference_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cle_idempotence", ""), _negated=True),
                fields=("souscription", "cle_idempotence"),
                name="paiements_cle_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.UniqueConstraint(
                condition=models.Q(("statut__in", ("initie", "en_cours", "en_verification"))),
                fields=("souscription", "type_paiement"),
                name="paiements_une_tentative_ouverte",
            ),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.CheckConstraint(condition=models.Q(("montant__gt", 0)), name="paiements_montant_positif"),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.CheckConstraint(
                condition=models.Q(("frais__gte", 0), ("frais__lt", models.F("montant"))), name="paiements_frais_bornes"
            ),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.CheckConstraint(condition=models.Q(("devise", "XAF")), name="paiements_en_xaf"),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("statut__in", ["succes", "rembourse"]), _negated=True),
                    models.Q(("date_comptable__isnull", False), ("date_confirmation__isnull", False)),
                    _connector="OR",
                ),
                name="paiements_succes_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.CheckConstraint(
                condition=models.Q(("statut", "echec"), ("motif_echec", ""), _connector="OR"),
                name="paiements_motif_si_echec",
            ),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "operateur__in",
                        ["mtn_money", "airtel_money", "moov_money", "especes", "virement", "cheque", "carte"],
                    )
                ),
                name="paiements_operateur_connu",
            ),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("type_paiement__in", ["souscription_initiale", "cotisation", "renouvellement", "rattrapage"])
                ),
                name="paiements_type_connu",
            ),
        ),
        migrations.AddConstraint(
            model_name="paiementpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("statut__in", ["initie", "en_cours", "en_verification", "succes", "echec", "expire", "rembourse"])
                ),
                name="paiements_statut_connu",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paiementpass",
            trigger=pgtrigger.compiler.Trigger(
                name="paiement_transition",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."statut", \':\', NEW."statut") = ANY(\'{initie:en_cours,initie:en_verification,initie:succes,initie:echec,initie:expire,en_cours:en_verification,en_cours:succes,en_cours:echec,en_cours:expire,en_verification:en_cours,en_verification:succes,en_verification:echec,en_verification:expire,expire:succes,succes:rembourse}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."statut" IS DISTINCT FROM NEW."statut") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "statut" from "%" to "%" on table %\', OLD."statut", NEW."statut", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="65e1a83523920f92b03a5a51d3d681f5617cb1bb",
                    operation="UPDATE",
                    pgid="pgtrigger_paiement_transition_b5f86",
                    table="paiements_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paiementpass",
            trigger=pgtrigger.compiler.Trigger(
                name="paiement_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="ce14741e2cd8f67e3f1423f13feda8c1a1c15ec4",
                    operation="DELETE",
                    pgid="pgtrigger_paiement_indelebile_0a1f5",
                    table="paiements_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paiementpass",
            trigger=pgtrigger.compiler.Trigger(
                name="paiement_selon_journal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n    IF NEW.statut IS DISTINCT FROM (\n        SELECT e.statut FROM evenements_paiement e\n        WHERE e.paiement_id = NEW.id AND e.statut <> '' ORDER BY e.id DESC LIMIT 1\n    ) AND EXISTS (SELECT 1 FROM paiements_pass p WHERE p.id = NEW.id AND p.statut = NEW.statut) THEN\n        RAISE EXCEPTION 'paiement % : le statut % ne correspond pas à son journal', NEW.id, NEW.statut\n            USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash="9dfb9b802c448d46cf1a2e80dac1ae90070626df",
                    operation='INSERT OR UPDATE OF "statut"',
                    pgid="pgtrigger_paiement_selon_journal_6966a",
                    table="paiements_pass",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="evenementpaiement",
            index=models.Index(fields=["paiement", "id"], name="evenements_par_paiement"),
        ),
        migrations.AddConstraint(
            model_name="evenementpaiement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "type__in",
                        [
                            "demande",
                            "envoi",
                            "rappel_recu",
                            "consultation",
                            "confirmation",
                            "echec",
                            "expiration",
                            "litige",
                            "rapprochement",
                            "remboursement",
                        ],
                    )
                ),
                name="evenements_type_connu",
            ),
        ),
        migrations.AddConstraint(
            model_name="evenementpaiement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "statut__in",
                        ["", "initie", "en_cours", "en_verification", "succes", "echec", "expire", "rembourse"],
                    )
                ),
                name="evenements_statut_connu",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evenementpaiement",
            trigger=pgtrigger.compiler.Trigger(
                name="evenement_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="34cfa6dd484e12512ec453940fd0075e75813ab5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_evenement_immuable_fdaa3",
                    table="evenements_paiement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="evenementpaiement",
            trigger=pgtrigger.compiler.Trigger(
                name="journal_selon_statut",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"statut\" > '')",
                    constraint="CONSTRAINT",
                    func="\n    IF (SELECT p.statut FROM paiements_pass p WHERE p.id = NEW.paiement_id) IS DISTINCT FROM (\n        SELECT e.statut FROM evenements_paiement e\n        WHERE e.paiement_id = NEW.paiement_id AND e.statut <> '' ORDER BY e.id DESC LIMIT 1\n    ) THEN\n        RAISE EXCEPTION 'paiement % : le journal dit %, pas le paiement', NEW.paiement_id, NEW.statut\n            USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash="807a709d045b4dd2d6750e6be14e564e75aa9def",
                    operation="INSERT",
                    pgid="pgtrigger_journal_selon_statut_f8fe3",
                    table="evenements_paiement",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
    ]
