import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
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
        ("pass_products", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Contrat",
            fields=[
                ("police", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("numero_souscription", models.CharField(max_length=40)),
                ("nom", models.CharField(max_length=80)),
                ("prenom", models.CharField(max_length=80)),
                ("telephone", models.CharField(max_length=13)),
                ("code_produit", models.CharField(max_length=20)),
                ("nom_produit", models.CharField(max_length=80)),
                ("categorie", models.CharField(max_length=10)),
                (
                    "etat_du_contrat",
                    models.CharField(
                        choices=[
                            ("Actif", "Actif"),
                            ("Suspendu", "Suspendu"),
                            ("Expiré", "Expiré"),
                            ("Résilié", "Résilié"),
                            ("En attente", "En attente"),
                        ],
                        max_length=10,
                    ),
                ),
                ("date_effet", models.DateField(null=True)),
                ("date_expiration", models.DateField(null=True)),
                ("prime", models.IntegerField()),
                (
                    "periodicite",
                    models.CharField(
                        choices=[
                            ("unique", "Unique"),
                            ("hebdomadaire", "Hebdomadaire"),
                            ("mensuelle", "Mensuelle"),
                            ("trimestrielle", "Trimestrielle"),
                            ("semestrielle", "Semestrielle"),
                            ("annuelle", "Annuelle"),
                        ],
                        max_length=13,
                    ),
                ),
                ("mode_attribution", models.CharField(max_length=11)),
                ("attribueur", models.CharField(max_length=301, null=True)),
                ("date_attribution", models.DateTimeField()),
            ],
            options={
                "verbose_name": "contrat",
                "verbose_name_plural": "contrats",
                "db_table": "contrats",
                "ordering": ["police"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ClientPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nom", models.CharField(max_length=80)),
                ("prenom", models.CharField(max_length=80, verbose_name="prénom")),
                ("telephone", models.CharField(max_length=13, verbose_name="téléphone")),
                ("date_naissance", models.DateField(blank=True, null=True, verbose_name="date de naissance")),
                ("lieu_naissance", models.CharField(blank=True, max_length=120, verbose_name="lieu de naissance")),
                ("adresse", models.CharField(blank=True, max_length=200)),
                (
                    "operateur_mobile",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mtn_money", "MTN Mobile Money"),
                            ("airtel_money", "Airtel Money"),
                            ("moov_money", "Moov Money"),
                        ],
                        max_length=12,
                        verbose_name="opérateur",
                    ),
                ),
                (
                    "numero_mobile_money",
                    models.CharField(blank=True, max_length=13, verbose_name="numéro Mobile Money"),
                ),
                (
                    "statut",
                    models.CharField(
                        choices=[("actif", "Actif"), ("inactif", "Inactif"), ("suspendu", "Suspendu")],
                        default="actif",
                        max_length=8,
                    ),
                ),
                (
                    "cree_le",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="créé le"
                    ),
                ),
            ],
            options={
                "verbose_name": "client",
                "verbose_name_plural": "clients",
                "db_table": "clients_pass",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("telephone",), name="clients_telephone_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("telephone__regex", "^\\+242[0-9]{9}$")), name="clients_telephone_congo"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("numero_mobile_money__regex", "^\\+242[0-9]{9}$"),
                            ("numero_mobile_money", ""),
                            _connector="OR",
                        ),
                        name="clients_mobile_money_congo",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("statut__in", ["actif", "inactif", "suspendu"])),
                        name="clients_statut_connu",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("operateur_mobile__in", ["", "mtn_money", "airtel_money", "moov_money"])),
                        name="clients_operateur_connu",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("nom", ""), _negated=True), models.Q(("prenom", ""), _negated=True)
                        ),
                        name="clients_nommes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SerieNumero",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serie", models.CharField(max_length=40, verbose_name="série")),
                ("annee", models.SmallIntegerField(verbose_name="année")),
                ("dernier", models.BigIntegerField(verbose_name="dernier numéro")),
            ],
            options={
                "verbose_name": "série de numéros",
                "verbose_name_plural": "séries de numéros",
                "db_table": "series_numeros",
                "constraints": [
                    models.UniqueConstraint(fields=("serie", "annee"), name="series_une_par_annee"),
                    models.CheckConstraint(condition=models.Q(("dernier__gte", 0)), name="series_positives"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SouscriptionPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("numero_souscription", models.CharField(max_length=40, verbose_name="numéro")),
                ("montant_souscription", models.IntegerField(verbose_name="prime d'une période (XAF)")),
                (
                    "periodicite",
                    models.CharField(
                        choices=[
                            ("unique", "Unique"),
                            ("hebdomadaire", "Hebdomadaire"),
                            ("mensuelle", "Mensuelle"),
                            ("trimestrielle", "Trimestrielle"),
                            ("semestrielle", "Semestrielle"),
                            ("annuelle", "Annuelle"),
                        ],
                        max_length=13,
                        verbose_name="périodicité",
                    ),
                ),
                (
                    "taux_epargne",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=5,
                        null=True,
                        verbose_name="taux d'épargne à la souscription (%)",
                    ),
                ),
                (
                    "canal",
                    models.CharField(
                        choices=[
                            ("ussd", "USSD"),
                            ("borne", "Borne"),
                            ("whatsapp", "WhatsApp"),
                            ("agence", "Agence"),
                            ("import", "Import"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "statut",
                    models.CharField(
                        choices=[
                            ("en_cours", "En attente de paiement"),
                            ("activee", "Active"),
                            ("suspendue", "Suspendue"),
                            ("expiree", "Expirée"),
                            ("annulee", "Annulée"),
                            ("resiliee", "Résiliée"),
                        ],
                        default="en_cours",
                        editable=False,
                        max_length=9,
                    ),
                ),
                (
                    "date_souscription",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="souscrite le"
                    ),
                ),
                (
                    "date_activation",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="activée le"),
                ),
                (
                    "date_resiliation",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="résiliée le"),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="souscriptions",
                        to="pass_clients.clientpass",
                    ),
                ),
                (
                    "produit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="souscriptions",
                        to="pass_products.produitpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "souscription",
                "verbose_name_plural": "souscriptions",
                "db_table": "souscriptions_pass",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="PeriodeCouverture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("numero", models.SmallIntegerField(verbose_name="numéro")),
                ("date_debut", models.DateField(verbose_name="début")),
                ("date_fin", models.DateField(verbose_name="fin (exclue)")),
                ("prime", models.IntegerField(verbose_name="prime (XAF)")),
                (
                    "periodicite",
                    models.CharField(
                        choices=[
                            ("unique", "Unique"),
                            ("hebdomadaire", "Hebdomadaire"),
                            ("mensuelle", "Mensuelle"),
                            ("trimestrielle", "Trimestrielle"),
                            ("semestrielle", "Semestrielle"),
                            ("annuelle", "Annuelle"),
                        ],
                        max_length=13,
                        verbose_name="périodicité",
                    ),
                ),
                ("nombre_echeances", models.SmallIntegerField(verbose_name="nombre d'échéances")),
                (
                    "souscription",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="periodes",
                        to="pass_clients.souscriptionpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "période de couverture",
                "verbose_name_plural": "périodes de couverture",
                "db_table": "periodes_couverture",
                "ordering": ["souscription", "numero"],
            },
        ),
        migrations.CreateModel(
            name="NumeroPolice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("numero_police", models.CharField(max_length=30, verbose_name="numéro de police")),
                (
                    "mode_attribution",
                    models.CharField(
                        choices=[("automatique", "Automatique"), ("manuel", "Manuel")],
                        max_length=11,
                        verbose_name="mode d'attribution",
                    ),
                ),
                (
                    "date_attribution",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="attribué le"
                    ),
                ),
                ("commentaire", models.CharField(blank=True, max_length=200)),
                (
                    "statut",
                    models.CharField(
                        choices=[("attribue", "Attribué"), ("suspendu", "Suspendu"), ("annule", "Annulé")],
                        default="attribue",
                        max_length=8,
                    ),
                ),
                (
                    "agent_attribueur",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="agent attribueur",
                    ),
                ),
                (
                    "souscription",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="police",
                        to="pass_clients.souscriptionpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "numéro de police",
                "verbose_name_plural": "numéros de police",
                "db_table": "numeros_police_congo",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="BeneficiairePass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nom", models.CharField(max_length=80)),
                ("prenom", models.CharField(max_length=80, verbose_name="prénom")),
                ("telephone", models.CharField(blank=True, max_length=13, verbose_name="téléphone")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("conjoint", "Conjoint(e)"),
                            ("enfant", "Enfant"),
                            ("parent", "Père ou mère"),
                            ("fratrie", "Frère ou sœur"),
                            ("autre", "Autre"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("beneficiaire", "Bénéficiaire"), ("assure", "Assuré")],
                        default="beneficiaire",
                        max_length=12,
                        verbose_name="rôle",
                    ),
                ),
                ("date_naissance", models.DateField(blank=True, null=True, verbose_name="date de naissance")),
                ("ordre_priorite", models.SmallIntegerField(verbose_name="ordre de priorité")),
                (
                    "statut",
                    models.CharField(
                        choices=[("actif", "Actif"), ("inactif", "Retiré"), ("decede", "Décédé")],
                        default="actif",
                        max_length=7,
                    ),
                ),
                (
                    "souscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="beneficiaires",
                        to="pass_clients.souscriptionpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "bénéficiaire",
                "verbose_name_plural": "bénéficiaires",
                "db_table": "beneficiaires_pass",
                "ordering": ["souscription", "ordre_priorite"],
            },
        ),
        migrations.CreateModel(
            name="TransitionSouscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "de",
                    models.CharField(
                        choices=[
                            ("en_cours", "En attente de paiement"),
                            ("activee", "Active"),
                            ("suspendue", "Suspendue"),
                            ("expiree", "Expirée"),
                            ("annulee", "Annulée"),
                            ("resiliee", "Résiliée"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "vers",
                    models.CharField(
                        choices=[
                            ("en_cours", "En attente de paiement"),
                            ("activee", "Active"),
                            ("suspendue", "Suspendue"),
                            ("expiree", "Expirée"),
                            ("annulee", "Annulée"),
                            ("resiliee", "Résiliée"),
                        ],
                        max_length=9,
                    ),
                ),
                ("motif", models.CharField(max_length=120)),
                (
                    "date_transition",
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
                    "souscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="pass_clients.souscriptionpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "transition",
                "verbose_name_plural": "transitions",
                "db_table": "transitions_souscription",
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="souscriptionpass",
            index=models.Index(
                condition=models.Q(("statut", "en_cours")),
                fields=["date_souscription"],
                name="souscriptions_en_attente",
            ),
        ),
        migrations.AddConstraint(
            model_name="souscriptionpass",
            constraint=models.UniqueConstraint(fields=("numero_souscription",), name="souscriptions_numero_unique"),
        ),
        migrations.AddConstraint(
            model_name="souscriptionpass",
            constraint=models.CheckConstraint(
                condition=models.Q(("montant_souscription__gt", 0)), name="souscriptions_prime_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="souscriptionpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "periodicite__in",
                        ["unique", "hebdomadaire", "mensuelle", "trimestrielle", "semestrielle", "annuelle"],
                    )
                ),
                name="souscriptions_periodicite_connue",
            ),
        ),
        migrations.AddConstraint(
            model_name="souscriptionpass",
            constraint=models.CheckConstraint(
                condition=models.Q(("canal__in", ["ussd", "borne", "whatsapp", "agence", "import"])),
                name="souscriptions_canal_connu",
            ),
        ),
        migrations.AddConstraint(
            model_name="souscriptionpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("statut__in", ["en_cours", "activee", "suspendue", "expiree", "annulee", "resiliee"])
                ),
                name="souscriptions_statut_connu",
            ),
        ),
        migrations.AddConstraint(
            model_name="souscriptionpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("date_activation__isnull", True), ("statut__in", ["en_cours", "annulee"])),
                    models.Q(("date_activation__isnull", False), ("statut__in", ["activee", "suspendue", "expiree"])),
                    ("statut", "resiliee"),
                    _connector="OR",
                ),
                name="souscriptions_activation_datee",
            ),
        ),
        migrations.AddConstraint(
            model_name="souscriptionpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("date_resiliation__isnull", False), ("statut", "resiliee")),
                    models.Q(models.Q(("statut", "resiliee"), _negated=True), ("date_resiliation__isnull", True)),
                    _connector="OR",
                ),
                name="souscriptions_resiliation_datee",
            ),
        ),
        migrations.AddConstraint(
            model_name="souscriptionpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taux_epargne__isnull", True),
                    models.Q(("taux_epargne__gte", 0), ("taux_epargne__lte", 100)),
                    _connector="OR",
                ),
                name="souscriptions_taux_pourcent",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="souscriptionpass",
            trigger=pgtrigger.compiler.Trigger(
                name="souscription_transition",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."statut", \':\', NEW."statut") = ANY(\'{en_cours:activee,en_cours:annulee,en_cours:resiliee,activee:suspendue,activee:expiree,activee:resiliee,suspendue:activee,suspendue:resiliee,expiree:activee,expiree:resiliee}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."statut" IS DISTINCT FROM NEW."statut") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "statut" from "%" to "%" on table %\', OLD."statut", NEW."statut", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="1c9285f3c2baf1d0978f9858e10efc2dea796588",
                    operation="UPDATE",
                    pgid="pgtrigger_souscription_transition_2842b",
                    table="souscriptions_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="souscriptionpass",
            trigger=pgtrigger.compiler.Trigger(
                name="souscription_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="c288fa44ae64fcb2b5ba318afe35a926147174de",
                    operation="DELETE",
                    pgid="pgtrigger_souscription_indelebile_1835f",
                    table="souscriptions_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="souscriptionpass",
            trigger=pgtrigger.compiler.Trigger(
                name="souscription_selon_audit",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."statut" IS DISTINCT FROM (NEW."statut"))',
                    constraint="CONSTRAINT",
                    func="\n    IF NEW.statut IS DISTINCT FROM (\n        SELECT t.vers FROM transitions_souscription t WHERE t.souscription_id = NEW.id ORDER BY t.id DESC LIMIT 1\n    ) AND EXISTS (SELECT 1 FROM souscriptions_pass s WHERE s.id = NEW.id AND s.statut = NEW.statut) THEN\n        RAISE EXCEPTION 'souscription % : le statut % n''est pas celui de sa dernière transition', NEW.id, NEW.statut\n            USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash="2480d0fc7fb4142a14230e97cac5a122db29f961",
                    operation='UPDATE OF "statut"',
                    pgid="pgtrigger_souscription_selon_audit_0eea7",
                    table="souscriptions_pass",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="periodecouverture",
            constraint=models.UniqueConstraint(fields=("souscription", "numero"), name="periodes_numero_unique"),
        ),
        migrations.AddConstraint(
            model_name="periodecouverture",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        django.db.models.expressions.CombinedExpression(models.F("souscription"), "+", models.Value(0)),
                        "=",
                    ),
                    (
                        models.Func(
                            models.F("date_debut"),
                            models.F("date_fin"),
                            django.contrib.postgres.fields.ranges.RangeBoundary(
                                inclusive_lower=True, inclusive_upper=False
                            ),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="periodes_sans_chevauchement",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodecouverture",
            constraint=models.CheckConstraint(condition=models.Q(("numero__gte", 1)), name="periodes_numero_positif"),
        ),
        migrations.AddConstraint(
            model_name="periodecouverture",
            constraint=models.CheckConstraint(
                condition=models.Q(("date_fin__gt", models.F("date_debut"))), name="periodes_dates_ordonnees"
            ),
        ),
        migrations.AddConstraint(
            model_name="periodecouverture",
            constraint=models.CheckConstraint(
                condition=models.Q(("nombre_echeances__gte", 1), ("nombre_echeances__lte", models.F("prime"))),
                name="periodes_un_franc_par_echeance",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodecouverture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "date_fin__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("date_debut"), "+", models.F("nombre_echeances")
                        ),
                    )
                ),
                name="periodes_un_jour_par_echeance",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodecouverture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "periodicite__in",
                        ["unique", "hebdomadaire", "mensuelle", "trimestrielle", "semestrielle", "annuelle"],
                    )
                ),
                name="periodes_periodicite_connue",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="periodecouverture",
            trigger=pgtrigger.compiler.Trigger(
                name="periode_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3fa0ef91dd1d0b932ce6cff15f1c36dea5a7dec0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_periode_immuable_27c5a",
                    table="periodes_couverture",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="numeropolice",
            constraint=models.UniqueConstraint(fields=("numero_police",), name="polices_numero_unique"),
        ),
        migrations.AddConstraint(
            model_name="numeropolice",
            constraint=models.CheckConstraint(
                condition=models.Q(("numero_police__regex", "^[A-Z0-9][A-Z0-9-]{2,29}$")), name="polices_numero_forme"
            ),
        ),
        migrations.AddConstraint(
            model_name="numeropolice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agent_attribueur__isnull", False), ("mode_attribution", "manuel")),
                    models.Q(("agent_attribueur__isnull", True), ("mode_attribution", "automatique")),
                    _connector="OR",
                ),
                name="polices_agent_si_manuel",
            ),
        ),
        migrations.AddConstraint(
            model_name="numeropolice",
            constraint=models.CheckConstraint(
                condition=models.Q(("statut__in", ["attribue", "suspendu", "annule"])), name="polices_statut_connu"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="numeropolice",
            trigger=pgtrigger.compiler.Trigger(
                name="police_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="c708a06a39a61b9abd9c0cd824be9b585374a0b9",
                    operation="DELETE",
                    pgid="pgtrigger_police_indelebile_c64a3",
                    table="numeros_police_congo",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="beneficiairepass",
            constraint=models.UniqueConstraint(
                condition=models.Q(("statut", "actif")),
                fields=("souscription", "ordre_priorite"),
                name="beneficiaires_rang_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="beneficiairepass",
            constraint=models.CheckConstraint(
                condition=models.Q(("ordre_priorite__gte", 1), ("ordre_priorite__lte", 6)),
                name="beneficiaires_six_au_plus",
            ),
        ),
        migrations.AddConstraint(
            model_name="beneficiairepass",
            constraint=models.CheckConstraint(
                condition=models.Q(("telephone__regex", "^\\+242[0-9]{9}$"), ("telephone", ""), _connector="OR"),
                name="beneficiaires_telephone_congo",
            ),
        ),
        migrations.AddConstraint(
            model_name="beneficiairepass",
            constraint=models.CheckConstraint(
                condition=models.Q(("relation__in", ["conjoint", "enfant", "parent", "fratrie", "autre"])),
                name="beneficiaires_relation_connue",
            ),
        ),
        migrations.AddConstraint(
            model_name="beneficiairepass",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["beneficiaire", "assure"])), name="beneficiaires_role_connu"
            ),
        ),
        migrations.AddConstraint(
            model_name="beneficiairepass",
            constraint=models.CheckConstraint(
                condition=models.Q(("statut__in", ["actif", "inactif", "decede"])), name="beneficiaires_statut_connu"
            ),
        ),
        migrations.AddConstraint(
            model_name="beneficiairepass",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("nom", ""), _negated=True), models.Q(("prenom", ""), _negated=True)),
                name="beneficiaires_nommes",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beneficiairepass",
            trigger=pgtrigger.compiler.Trigger(
                name="beneficiaire_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="c63d22bdda1320a36ca28fc4f348d8f0a60adfba",
                    operation="DELETE",
                    pgid="pgtrigger_beneficiaire_indelebile_e3767",
                    table="beneficiaires_pass",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="transitionsouscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("de__in", ["en_cours", "activee", "suspendue", "expiree", "annulee", "resiliee"])),
                name="transitions_de_connu",
            ),
        ),
        migrations.AddConstraint(
            model_name="transitionsouscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("vers__in", ["en_cours", "activee", "suspendue", "expiree", "annulee", "resiliee"])
                ),
                name="transitions_vers_connu",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transitionsouscription",
            trigger=pgtrigger.compiler.Trigger(
                name="transition_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6e1cb4d44d7edbe9f022f3e4290411769135b67c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_transition_immuable_46d87",
                    table="transitions_souscription",
                    when="BEFORE",
                ),
            ),
        ),
    ]
