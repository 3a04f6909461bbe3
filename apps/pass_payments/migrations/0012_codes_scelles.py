from django.db import migrations, models

# Codes that wait in clear are worth five minutes: they are given up, and asked for again.
EFFACER = """
    UPDATE messages_sortants
    SET texte = 'NSIA : code à usage unique (effacé).', a_envoyer_le = NULL,
        statut = CASE statut WHEN 'a_envoyer' THEN 'abandonne' ELSE statut END
    WHERE cle LIKE 'code:%' AND texte <> 'NSIA : code à usage unique (effacé).'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pass_payments", "0011_reponses_aux_propositions"),
    ]

    operations = [
        # Both ways: the former version would send what it finds sealed as it is.
        migrations.RunSQL(EFFACER, EFFACER),
        migrations.AddConstraint(
            model_name="messagesortant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cle__startswith", "code:"), _negated=True),
                    ("texte__regex", "^v2\\.[0-9a-f]{8}\\.[A-Za-z0-9_-]{16}\\.[A-Za-z0-9_-]{22,}$"),
                    ("texte", "NSIA : code à usage unique (effacé)."),
                    _connector="OR",
                ),
                name="messages_codes_scelles",
            ),
        ),
    ]
