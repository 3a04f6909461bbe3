import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# What earlier rows show by themselves: an agent, the network or the former database, or a first payment by the client's phone.
# All else stays unproved: its police takes a code once, where the client has another contract that is proved. The guards of the
# table and its audit are not for this: the column is new and says what other rows say.
_PROUVER = """
    ALTER TABLE souscriptions_pass DISABLE TRIGGER USER;
    UPDATE souscriptions_pass SET preuve = canal, prouvee_le = date_souscription WHERE canal IN ('agence', 'ussd', 'import');
    UPDATE souscriptions_pass s SET preuve = 'paiement', prouvee_le = p.date_confirmation
    FROM paiements_pass p, clients_pass c
    WHERE p.souscription_id = s.id AND c.id = s.client_id AND s.preuve = ''
      AND p.type_paiement = 'souscription_initiale' AND p.statut IN ('succes', 'rembourse') AND p.numero_payeur = c.telephone;
    ALTER TABLE souscriptions_pass ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pass_clients", "0013_preuve_du_telephone"),
        ("pass_payments", "0013_rappels_bornes"),
    ]

    operations = [
        migrations.RunSQL(_PROUVER, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="paiementpass",
            index=models.Index(
                condition=models.Q(
                    ("rattache_a__isnull", True), ("statut__in", ("initie", "en_cours", "en_verification"))
                ),
                fields=["numero_payeur"],
                name="paiements_ouverts_du_payeur",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paiementpass",
            trigger=pgtrigger.compiler.Trigger(
                name="paiement_deux_par_payeur",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.numero_payeur <> '' AND NEW.rattache_a_id IS NULL AND NEW.statut IN ('initie', 'en_cours', 'en_verification'))",
                    func="\n    PERFORM pg_advisory_xact_lock(hashtextextended('payeur:' || NEW.numero_payeur, 0));\n    IF (\n        SELECT count(*) FROM paiements_pass p\n        WHERE p.numero_payeur = NEW.numero_payeur AND p.rattache_a_id IS NULL\n          AND p.statut IN ('initie', 'en_cours', 'en_verification')\n          AND (p.limite IS NULL OR p.limite > NEW.date_demande)\n    ) > 2 THEN\n        RAISE EXCEPTION 'deux demandes attendent déjà sur le téléphone du paiement %', NEW.id\n            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'paiements_deux_par_payeur';\n    END IF;\n    RETURN NULL;\n",
                    hash="1fe65423cf34f11c9f56aa5ab3fed504d45c7958",
                    operation="INSERT",
                    pgid="pgtrigger_paiement_deux_par_payeur_28208",
                    table="paiements_pass",
                    when="AFTER",
                ),
            ),
        ),
    ]
