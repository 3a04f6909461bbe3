"""The outbox of messages is every app's. Here they were until now."""

import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pass_payments", "0021_idempotence_au_socle"), ("socle", "0005_messages")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="messagesortant", name="message_indelebile"),
        pgtrigger.migrations.RemoveTrigger(model_name="messagesortant", name="message_immuable"),
        pgtrigger.migrations.RemoveTrigger(model_name="messagesortant", name="message_termine"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name="MessageSortant",
                )
            ]
        ),
    ]
