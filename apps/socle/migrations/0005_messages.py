"""The outbox of messages is every app's."""

import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from nsia_pass_api.demenagement import adopter


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("pass_payments", "0021_idempotence_au_socle"),
        ("socle", "0004_reglages"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="MessageSortant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("cle", models.CharField(max_length=80, verbose_name="fait annoncé")),
                        ("telephone", models.CharField(max_length=13, verbose_name="téléphone")),
                        ("texte", models.CharField(max_length=480)),
                        (
                            "statut",
                            models.CharField(
                                choices=[("a_envoyer", "À envoyer"), ("envoye", "Envoyé"), ("abandonne", "Abandonné")],
                                default="a_envoyer",
                                max_length=9,
                            ),
                        ),
                        (
                            "cree_le",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="écrit le"
                            ),
                        ),
                        (
                            "a_envoyer_le",
                            models.DateTimeField(
                                blank=True,
                                db_default=django.db.models.functions.datetime.Now(),
                                null=True,
                                verbose_name="à envoyer le",
                            ),
                        ),
                        ("tentatives", models.SmallIntegerField(default=0)),
                        ("envoye_le", models.DateTimeField(blank=True, null=True, verbose_name="envoyé le")),
                    ],
                    options={
                        "verbose_name": "message",
                        "verbose_name_plural": "messages",
                        "db_table": "messages_sortants",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("statut", "a_envoyer")),
                                fields=["a_envoyer_le"],
                                name="messages_a_envoyer",
                            ),
                            models.Index(
                                condition=models.Q(("statut", "abandonne")),
                                fields=["cree_le"],
                                name="messages_abandonnes",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("cle",), name="messages_une_fois"),
                            models.CheckConstraint(
                                condition=models.Q(("telephone__regex", "^\\+242[0-9]{9}$")),
                                name="messages_telephone_congo",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("statut__in", ["a_envoyer", "envoye", "abandonne"])),
                                name="messages_statut_connu",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("a_envoyer_le__isnull", False),
                                        ("envoye_le__isnull", True),
                                        ("statut", "a_envoyer"),
                                    ),
                                    models.Q(
                                        ("a_envoyer_le__isnull", True),
                                        ("envoye_le__isnull", False),
                                        ("statut", "envoye"),
                                    ),
                                    models.Q(
                                        ("a_envoyer_le__isnull", True),
                                        ("envoye_le__isnull", True),
                                        ("statut", "abandonne"),
                                    ),
                                    _connector="OR",
                                ),
                                name="messages_dates",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cle__startswith", "code:"), _negated=True),
                                    ("texte__regex", "^v2\\.[0-9a-f]{8}\\.[A-Za-z0-9_-]{16}\\.[A-Za-z0-9_-]{22,}$"),
                                    ("texte", "NSIA : code à usage unique (effacé)."),
                                    _connector="OR",
                                ),
                                name="messages_codes_scelles",
                            ),
                        ],
                    },
                )
            ]
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagesortant",
            trigger=pgtrigger.compiler.Trigger(
                name="message_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="0529bb4349495d047387b9a21b823f45798d6b38",
                    operation="DELETE",
                    pgid="pgtrigger_message_indelebile_80766",
                    table="messages_sortants",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagesortant",
            trigger=pgtrigger.compiler.Trigger(
                name="message_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."cle" IS DISTINCT FROM (NEW."cle") OR OLD."telephone" IS DISTINCT FROM (NEW."telephone"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="0514ea40c761bd239792fc93b357eb4474cff124",
                    operation="UPDATE",
                    pgid="pgtrigger_message_immuable_fd5e1",
                    table="messages_sortants",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagesortant",
            trigger=pgtrigger.compiler.Trigger(
                name="message_termine",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."statut" IS DISTINCT FROM \'a_envoyer\' AND (OLD."statut" IS DISTINCT FROM (NEW."statut") OR OLD."envoye_le" IS DISTINCT FROM (NEW."envoye_le")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="c041f87d132a5f53eccc0fe2e015f9338ecf892d",
                    operation="UPDATE",
                    pgid="pgtrigger_message_termine_4e303",
                    table="messages_sortants",
                    when="BEFORE",
                ),
            ),
        ),
        adopter("messagesortant", de="pass_payments", vers="socle"),
    ]
