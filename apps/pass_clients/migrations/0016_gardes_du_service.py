"""What the role that serves requests may not write, whatever it sets (docs/decisions/0018)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("pass_clients", "0015_naissances"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="beneficiairepass",
            trigger=pgtrigger.compiler.Trigger(
                name="beneficiaire_d_un_contrat",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."souscription_id" IS DISTINCT FROM (NEW."souscription_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="0efa709a1eed0fd37cc755f9ede325b533eb98a4",
                    operation="UPDATE",
                    pgid="pgtrigger_beneficiaire_d_un_contrat_d1d8d",
                    table="beneficiaires_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clientpass",
            trigger=pgtrigger.compiler.Trigger(
                name="client_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="91e73eaa489d569b5bff5a1bc5f447131035c0c4",
                    operation="DELETE",
                    pgid="pgtrigger_client_indelebile_b31f1",
                    table="clients_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clientpass",
            trigger=pgtrigger.compiler.Trigger(
                name="client_cree_une_fois",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."cree_le" IS DISTINCT FROM (NEW."cree_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="d3103d3bfca71ec003b056abf0e55aa430127f39",
                    operation="UPDATE",
                    pgid="pgtrigger_client_cree_une_fois_827e6",
                    table="clients_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="numeropolice",
            trigger=pgtrigger.compiler.Trigger(
                name="police_d_un_contrat",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."souscription_id" IS DISTINCT FROM (NEW."souscription_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="faaebbc606b0f770adca0b3ffd9910b0f38662c7",
                    operation="UPDATE",
                    pgid="pgtrigger_police_d_un_contrat_0e61d",
                    table="numeros_police_congo",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="serienumero",
            trigger=pgtrigger.compiler.Trigger(
                name="serie_indelebile",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="3fd9caf05f894cf887b1d150f365ea99f087c7f4",
                    operation="DELETE",
                    pgid="pgtrigger_serie_indelebile_3167b",
                    table="series_numeros",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="serienumero",
            trigger=pgtrigger.compiler.Trigger(
                name="serie_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."serie" IS DISTINCT FROM (NEW."serie") OR OLD."annee" IS DISTINCT FROM (NEW."annee"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="0c4adfed3c8ec54a57517d1594a7fc45ebc8cac8",
                    operation="UPDATE",
                    pgid="pgtrigger_serie_immuable_82872",
                    table="series_numeros",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="serienumero",
            trigger=pgtrigger.compiler.Trigger(
                name="serie_sans_retour",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."dernier" < (OLD."dernier"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="09dad82686381dba7b0d6053e9122a862e20f45e",
                    operation="UPDATE",
                    pgid="pgtrigger_serie_sans_retour_e31c2",
                    table="series_numeros",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="souscriptionpass",
            trigger=pgtrigger.compiler.Trigger(
                name="souscription_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."produit_id" IS DISTINCT FROM (NEW."produit_id") OR OLD."numero_souscription" IS DISTINCT FROM (NEW."numero_souscription") OR OLD."montant_souscription" IS DISTINCT FROM (NEW."montant_souscription") OR OLD."periodicite" IS DISTINCT FROM (NEW."periodicite") OR OLD."taux_epargne" IS DISTINCT FROM (NEW."taux_epargne") OR OLD."canal" IS DISTINCT FROM (NEW."canal") OR OLD."date_souscription" IS DISTINCT FROM (NEW."date_souscription"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="267d8f7df22106ef0421da2775646ac01d914538",
                    operation="UPDATE",
                    pgid="pgtrigger_souscription_immuable_7ce95",
                    table="souscriptions_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="souscriptionpass",
            trigger=pgtrigger.compiler.Trigger(
                name="souscription_une_activation",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."date_activation" IS NOT NULL AND OLD."date_activation" IS DISTINCT FROM (NEW."date_activation"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="24aa4060809f6b62263d84ce04873737de3ed9e8",
                    operation="UPDATE",
                    pgid="pgtrigger_souscription_une_activation_b9dba",
                    table="souscriptions_pass",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="souscriptionpass",
            trigger=pgtrigger.compiler.Trigger(
                name="souscription_une_resiliation",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."date_resiliation" IS NOT NULL AND OLD."date_resiliation" IS DISTINCT FROM (NEW."date_resiliation"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="979f1159aefb4154476b6e2f0445b2e4f0b12b45",
                    operation="UPDATE",
                    pgid="pgtrigger_souscription_une_resiliation_4a3fd",
                    table="souscriptions_pass",
                    when="BEFORE",
                ),
            ),
        ),
    ]
