"""When a client's Mobile Money number changed, as the database saw it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pass_clients", "0016_gardes_du_service"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="clientpass",
            name="mobile_money_change_le",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="numéro Mobile Money changé le"
            ),
        ),
        migrations.AddIndex(
            model_name="clientpass",
            index=models.Index(
                condition=models.Q(("mobile_money_change_le__isnull", False)),
                fields=["numero_mobile_money"],
                name="clients_mobile_money_change",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clientpass",
            trigger=pgtrigger.compiler.Trigger(
                name="client_mobile_money_date",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."numero_mobile_money" IS DISTINCT FROM (NEW."numero_mobile_money"))',
                    func="NEW.mobile_money_change_le = statement_timestamp(); RETURN NEW;",
                    hash="223119ed649b9c00aba208325a7a97536a9cddb8",
                    operation="UPDATE",
                    pgid="pgtrigger_client_mobile_money_date_e3751",
                    table="clients_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clientpass",
            trigger=pgtrigger.compiler.Trigger(
                name="client_mobile_money_date_seule",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."numero_mobile_money" = (NEW."numero_mobile_money") AND OLD."mobile_money_change_le" IS DISTINCT FROM (NEW."mobile_money_change_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="705b2c285a0d2bba072e0ad6a7c6ba932f83b7f7",
                    operation="UPDATE",
                    pgid="pgtrigger_client_mobile_money_date_seule_9a566",
                    table="clients_pass",
                    when="BEFORE",
                ),
            ),
        ),
    ]
