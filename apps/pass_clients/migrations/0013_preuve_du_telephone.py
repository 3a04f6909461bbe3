import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pass_clients", "0012_noms_lisibles"),
        ("pass_products", "0002_reglages_et_historique"),
    ]

    operations = [
        migrations.AddField(
            model_name="souscriptionpass",
            name="preuve",
            field=models.CharField(
                blank=True,
                choices=[
                    ("session", "Session du client"),
                    ("code", "Code reçu par SMS"),
                    ("paiement", "Payée par ce téléphone"),
                    ("agence", "Faite à l'agence"),
                    ("ussd", "Faite sur ce téléphone (USSD)"),
                    ("import", "Reprise de l'ancienne base"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=8,
                verbose_name="téléphone prouvé par",
            ),
        ),
        migrations.AddField(
            model_name="souscriptionpass",
            name="prouvee_le",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="téléphone prouvé le"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="souscriptionpass",
            trigger=pgtrigger.compiler.Trigger(
                name="souscription_preuve_acquise",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."preuve" IS DISTINCT FROM \'\' AND (OLD."preuve" IS DISTINCT FROM (NEW."preuve") OR OLD."prouvee_le" IS DISTINCT FROM (NEW."prouvee_le")))',
                    func='RAISE EXCEPTION \'pgtrigger: Cannot update of "preuve", "prouvee_le" rows from % table\', TG_TABLE_NAME;',
                    hash="2008bc6f6b9ea78659134b896b9b2ee371d0081b",
                    operation='UPDATE OF "preuve", "prouvee_le"',
                    pgid="pgtrigger_souscription_preuve_acquise_de822",
                    table="souscriptions_pass",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="souscriptionpass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("preuve", ""), ("prouvee_le__isnull", True)),
                    models.Q(
                        ("preuve__in", ["session", "code", "paiement", "agence", "ussd", "import"]),
                        ("prouvee_le__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="souscriptions_preuve_datee",
            ),
        ),
    ]
