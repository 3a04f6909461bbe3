"""Payouts to a new Mobile Money number wait for two people, and no number changes without a word to its client."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from nsia_pass_api.sqlviews import fonction

ANNONCE = """
    CREATE CONSTRAINT TRIGGER mobile_money_annonce AFTER UPDATE ON clients_pass DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (OLD.numero_mobile_money IS DISTINCT FROM NEW.numero_mobile_money) EXECUTE FUNCTION mobile_money_annonce();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pass_payments", "0016_gardes_du_service"),
        ("pass_clients", "0017_mobile_money_date"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="decaissement",
            name="decaissement_transition",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="proposition",
            name="proposition_demande_immuable",
        ),
        migrations.RemoveConstraint(
            model_name="decaissement",
            name="decaissements_suivis_jusqu_au_bout",
        ),
        migrations.RemoveConstraint(
            model_name="decaissement",
            name="decaissements_statut_connu",
        ),
        migrations.AddField(
            model_name="proposition",
            name="transaction_decision",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="transaction de la décision"),
        ),
        migrations.AlterField(
            model_name="decaissement",
            name="statut",
            field=models.CharField(
                choices=[
                    ("a_approuver", "En attente d'une seconde personne"),
                    ("a_envoyer", "À envoyer"),
                    ("en_cours", "Chez l'opérateur"),
                    ("en_verification", "En vérification"),
                    ("succes", "Versé"),
                    ("echec", "Échoué"),
                ],
                default="a_envoyer",
                editable=False,
                max_length=15,
            ),
        ),
        migrations.AddIndex(
            model_name="decaissement",
            index=models.Index(
                condition=models.Q(("statut", "a_approuver")), fields=["-id"], name="decaissements_a_approuver"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decaissement",
            trigger=pgtrigger.compiler.Trigger(
                name="decaissement_transition",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."statut", \':\', NEW."statut") = ANY(\'{a_approuver:a_envoyer,a_approuver:echec,a_envoyer:en_cours,a_envoyer:en_verification,a_envoyer:succes,a_envoyer:echec,en_cours:en_verification,en_cours:succes,en_cours:echec,en_verification:en_cours,en_verification:succes,en_verification:echec}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."statut" IS DISTINCT FROM NEW."statut") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "statut" from "%" to "%" on table %\', OLD."statut", NEW."statut", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="e9f101875973a0eb448df87ece714901a1945fe8",
                    operation="UPDATE",
                    pgid="pgtrigger_decaissement_transition_aed11",
                    table="decaissements",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decaissement",
            trigger=pgtrigger.compiler.Trigger(
                name="decaissement_prudent",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"nature\" = 'versement' AND NEW.\"statut\" IS DISTINCT FROM 'a_approuver')",
                    func="\n    IF EXISTS (\n        SELECT 1 FROM clients_pass c\n        WHERE c.numero_mobile_money = NEW.telephone\n          AND c.mobile_money_change_le > now() - make_interval(days => coalesce(\n              (SELECT r.valeur FROM reglages r WHERE r.nom = 'MOBILE_MONEY_DELAI_JOURS'), 7))\n    ) THEN\n        RAISE EXCEPTION 'versement % : ce numéro a changé depuis peu, une seconde personne doit décider', NEW.numero\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'decaissements_numero_recent';\n    END IF;\n    RETURN NEW;\n",
                    hash="eb5209c62e72da40cc46819707eda13efd2bceb1",
                    operation="INSERT",
                    pgid="pgtrigger_decaissement_prudent_18dcf",
                    table="decaissements",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decaissement",
            trigger=pgtrigger.compiler.Trigger(
                name="decaissement_a_deux",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"statut\" IS DISTINCT FROM 'a_approuver' AND OLD.\"statut\" = 'a_approuver')",
                    func="\n    IF NOT EXISTS (\n        SELECT 1 FROM propositions p\n        WHERE p.nature = 'versement' AND p.cle = 'decaissement:' || OLD.numero AND p.statut = 'approuvee'\n          AND p.transaction_decision = txid_current() AND p.apres->>'statut' = NEW.statut\n          AND NOT EXISTS (\n              SELECT 1 FROM clients_pass c JOIN modifications_client m ON m.client_id = c.id\n              WHERE c.numero_mobile_money = OLD.telephone AND c.mobile_money_change_le IS NOT NULL\n                AND m.apres->>'numero_mobile_money' = OLD.telephone AND m.acteur_id = p.decideur_id\n          )\n    ) THEN\n        RAISE EXCEPTION 'versement % : deux personnes doivent en décider', OLD.numero\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'decaissements_a_deux';\n    END IF;\n    RETURN NEW;\n",
                    hash="f730a736ba08aee005726c079f48b50e5f3e9eb2",
                    operation='UPDATE OF "statut"',
                    pgid="pgtrigger_decaissement_a_deux_94d56",
                    table="decaissements",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposition",
            trigger=pgtrigger.compiler.Trigger(
                name="proposition_demande_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."nature" IS DISTINCT FROM (NEW."nature") OR OLD."cle" IS DISTINCT FROM (NEW."cle") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."paiement_id" IS DISTINCT FROM (NEW."paiement_id") OR OLD."avant" IS DISTINCT FROM (NEW."avant") OR OLD."apres" IS DISTINCT FROM (NEW."apres") OR OLD."motif" IS DISTINCT FROM (NEW."motif") OR OLD."demandeur_id" IS DISTINCT FROM (NEW."demandeur_id") OR OLD."demandee_le" IS DISTINCT FROM (NEW."demandee_le") OR OLD."expire_le" IS DISTINCT FROM (NEW."expire_le") OR OLD."transaction_decision" IS DISTINCT FROM (NEW."transaction_decision"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="f8a6fa6aaf4a526a9a7416c3cd1378ab34d4f32c",
                    operation="UPDATE",
                    pgid="pgtrigger_proposition_demande_immuable_28fc6",
                    table="propositions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposition",
            trigger=pgtrigger.compiler.Trigger(
                name="proposition_signee",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."statut" IS DISTINCT FROM (NEW."statut"))',
                    func="NEW.transaction_decision = txid_current(); RETURN NEW;",
                    hash="ab910da278279ba2f03384cf96d2387d5de939b3",
                    operation="UPDATE",
                    pgid="pgtrigger_proposition_signee_6d5f4",
                    table="propositions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposition",
            trigger=pgtrigger.compiler.Trigger(
                name="proposition_attend_d_abord",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."statut" IS DISTINCT FROM \'proposee\' OR NEW."transaction_decision" IS NOT NULL)',
                    func="\n    RAISE EXCEPTION 'proposition % : elle attend d''abord une décision', NEW.cle USING ERRCODE = 'check_violation';\n",
                    hash="e364de8ccf53f42cbe580cc0b2af759ef6ce5d33",
                    operation="INSERT",
                    pgid="pgtrigger_proposition_attend_d_abord_468a7",
                    table="propositions",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="decaissement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("a_suivre_le__isnull", True),
                        ("statut__in", ["succes", "echec"]),
                        ("termine_le__isnull", False),
                    ),
                    models.Q(("a_suivre_le__isnull", True), ("statut", "a_approuver"), ("termine_le__isnull", True)),
                    models.Q(
                        models.Q(("statut__in", ["succes", "echec", "a_approuver"]), _negated=True),
                        ("a_suivre_le__isnull", False),
                        ("termine_le__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="decaissements_suivis_jusqu_au_bout",
            ),
        ),
        migrations.AddConstraint(
            model_name="decaissement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("statut__in", ["a_approuver", "a_envoyer", "en_cours", "en_verification", "succes", "echec"])
                ),
                name="decaissements_statut_connu",
            ),
        ),
        fonction("pass_payments", "mobile_money_annonce", version=1),
        migrations.RunSQL(ANNONCE, "DROP TRIGGER mobile_money_annonce ON clients_pass"),
    ]
