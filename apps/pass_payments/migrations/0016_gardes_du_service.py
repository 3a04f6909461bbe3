"""What the role that serves requests may not write, whatever it sets (docs/decisions/0018)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("pass_payments", "0015_tableau_de_bord_etat_depuis"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="decaissement",
            name="decaissement_immuable",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="paiementpass",
            name="paiement_demande_immuable",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="anomaliepaiement",
            trigger=pgtrigger.compiler.Trigger(
                name="anomalie_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."paiement_id" IS DISTINCT FROM (NEW."paiement_id") OR OLD."nature" IS DISTINCT FROM (NEW."nature") OR OLD."donnees" IS DISTINCT FROM (NEW."donnees") OR OLD."ouverte_le" IS DISTINCT FROM (NEW."ouverte_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="2cd05d79abe8883bdd9d152a18ff47e2ec7506fd",
                    operation="UPDATE",
                    pgid="pgtrigger_anomalie_immuable_c0cb9",
                    table="anomalies_paiement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="anomaliepaiement",
            trigger=pgtrigger.compiler.Trigger(
                name="anomalie_resolue",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."resolue_le" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="494eb5ed8904f9e5fcea4d3d9299f03b870cbecd",
                    operation="UPDATE",
                    pgid="pgtrigger_anomalie_resolue_93fe6",
                    table="anomalies_paiement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decaissement",
            trigger=pgtrigger.compiler.Trigger(
                name="decaissement_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."nature" IS DISTINCT FROM (NEW."nature") OR OLD."numero" IS DISTINCT FROM (NEW."numero") OR OLD."cle" IS DISTINCT FROM (NEW."cle") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."paiement_id" IS DISTINCT FROM (NEW."paiement_id") OR OLD."operateur" IS DISTINCT FROM (NEW."operateur") OR OLD."telephone" IS DISTINCT FROM (NEW."telephone") OR OLD."montant" IS DISTINCT FROM (NEW."montant") OR OLD."libelle" IS DISTINCT FROM (NEW."libelle") OR OLD."demande_le" IS DISTINCT FROM (NEW."demande_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="203731ccc43f08ef2e26aab1851c1ed1bbda5cd1",
                    operation="UPDATE",
                    pgid="pgtrigger_decaissement_immuable_c804e",
                    table="decaissements",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decaissement",
            trigger=pgtrigger.compiler.Trigger(
                name="decaissement_termine",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."termine_le" IS NOT NULL AND (OLD."motif_echec" IS DISTINCT FROM (NEW."motif_echec") OR OLD."code_confirmation" IS DISTINCT FROM (NEW."code_confirmation") OR OLD."termine_le" IS DISTINCT FROM (NEW."termine_le")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ec53c700db01436cf322a50c1c7d6492a0ed42c7",
                    operation="UPDATE",
                    pgid="pgtrigger_decaissement_termine_6c19b",
                    table="decaissements",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ecartrapprochement",
            trigger=pgtrigger.compiler.Trigger(
                name="ecart_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."operateur" IS DISTINCT FROM (NEW."operateur") OR OLD."nature" IS DISTINCT FROM (NEW."nature") OR OLD."cle" IS DISTINCT FROM (NEW."cle") OR OLD."detecte_le" IS DISTINCT FROM (NEW."detecte_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="602805257cd3fad288b95bcb4cc012c91377366e",
                    operation="UPDATE",
                    pgid="pgtrigger_ecart_immuable_d8dd1",
                    table="ecarts_rapprochement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importfichier",
            trigger=pgtrigger.compiler.Trigger(
                name="import_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="e5b04539aebe1e65be8cf5f7ee2e9e850ac19656",
                    operation="DELETE",
                    pgid="pgtrigger_import_indelebile_87e8c",
                    table="imports_fichiers",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importfichier",
            trigger=pgtrigger.compiler.Trigger(
                name="import_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."nature" IS DISTINCT FROM (NEW."nature") OR OLD."empreinte" IS DISTINCT FROM (NEW."empreinte") OR OLD."deposant_id" IS DISTINCT FROM (NEW."deposant_id") OR OLD."depose_le" IS DISTINCT FROM (NEW."depose_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="5dea4b12397a157973bf294822743e22942e3981",
                    operation="UPDATE",
                    pgid="pgtrigger_import_immuable_afb0d",
                    table="imports_fichiers",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importfichier",
            trigger=pgtrigger.compiler.Trigger(
                name="import_confirme",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"statut\" = 'confirme')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="377af71d965f15bfb4283ad2a07cefb71d88be60",
                    operation="UPDATE",
                    pgid="pgtrigger_import_confirme_cf858",
                    table="imports_fichiers",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lignereprise",
            trigger=pgtrigger.compiler.Trigger(
                name="ligne_reprise_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="2870cee3375e7b12d0dbcc9e01ef53fe180a2023",
                    operation="DELETE",
                    pgid="pgtrigger_ligne_reprise_indelebile_aa62a",
                    table="lignes_reprises",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lignereprise",
            trigger=pgtrigger.compiler.Trigger(
                name="ligne_reprise_d_origine",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."table_source" IS DISTINCT FROM (NEW."table_source") OR OLD."empreinte" IS DISTINCT FROM (NEW."empreinte") OR OLD."rang" IS DISTINCT FROM (NEW."rang") OR OLD."brut" IS DISTINCT FROM (NEW."brut"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="1290b24ee3e5d7247f5e5a7227d8b3f701606b56",
                    operation="UPDATE",
                    pgid="pgtrigger_ligne_reprise_d_origine_b3c94",
                    table="lignes_reprises",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagesortant",
            trigger=pgtrigger.compiler.Trigger(
                name="message_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="1449ea37ae20930053b92c1fa0d799aac5f35ec8",
                    operation="DELETE",
                    pgid="pgtrigger_message_indelebile_0ad1d",
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
                    hash="90acf0dded799805d29ed9e4a70931ab91c0b302",
                    operation="UPDATE",
                    pgid="pgtrigger_message_immuable_0f4c6",
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
                    hash="458ec9db02e6b1521a8e5c464ddb4461d4da08d8",
                    operation="UPDATE",
                    pgid="pgtrigger_message_termine_6633b",
                    table="messages_sortants",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paiementpass",
            trigger=pgtrigger.compiler.Trigger(
                name="paiement_demande_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."souscription_id" IS DISTINCT FROM (NEW."souscription_id") OR OLD."numero_transaction" IS DISTINCT FROM (NEW."numero_transaction") OR OLD."montant" IS DISTINCT FROM (NEW."montant") OR OLD."frais" IS DISTINCT FROM (NEW."frais") OR OLD."devise" IS DISTINCT FROM (NEW."devise") OR OLD."operateur" IS DISTINCT FROM (NEW."operateur") OR OLD."mode_paiement" IS DISTINCT FROM (NEW."mode_paiement") OR OLD."numero_payeur" IS DISTINCT FROM (NEW."numero_payeur") OR OLD."type_paiement" IS DISTINCT FROM (NEW."type_paiement") OR OLD."reference_mobile_money" IS DISTINCT FROM (NEW."reference_mobile_money") OR OLD."rattache_a_id" IS DISTINCT FROM (NEW."rattache_a_id") OR OLD."cle_idempotence" IS DISTINCT FROM (NEW."cle_idempotence") OR OLD."date_demande" IS DISTINCT FROM (NEW."date_demande"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="de5a2d5228b37f6de404bb593edb4ae08a324a26",
                    operation="UPDATE",
                    pgid="pgtrigger_paiement_demande_immuable_6dba2",
                    table="paiements_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paiementpass",
            trigger=pgtrigger.compiler.Trigger(
                name="paiement_une_confirmation",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."date_confirmation" IS NOT NULL AND (OLD."date_confirmation" IS DISTINCT FROM (NEW."date_confirmation") OR OLD."date_comptable" IS DISTINCT FROM (NEW."date_comptable") OR OLD."code_confirmation" IS DISTINCT FROM (NEW."code_confirmation")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="065fd24e1a74be434de5ed91dc64207aa2c931bc",
                    operation="UPDATE",
                    pgid="pgtrigger_paiement_une_confirmation_cd814",
                    table="paiements_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paiementpass",
            trigger=pgtrigger.compiler.Trigger(
                name="paiement_un_recu",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."numero_recu" IS NOT NULL AND OLD."numero_recu" IS DISTINCT FROM (NEW."numero_recu"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="6ab5af9cebce571ffc2826ad5c217d8cbe65dbe2",
                    operation="UPDATE",
                    pgid="pgtrigger_paiement_un_recu_63882",
                    table="paiements_pass",
                    when="BEFORE",
                ),
            ),
        ),
    ]
