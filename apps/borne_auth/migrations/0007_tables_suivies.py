"""The tables whose rows are followed (`apps/borne_auth/audit.py` says which are not, and why)."""

from django.db import migrations

from nsia_pass_api.sqlaudit import auditer


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0006_journal_audit"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("pass_products", "0002_reglages_et_historique"),
        ("pass_clients", "0007_polices_remplacees"),
        ("pass_payments", "0009_imports_fichiers"),
    ]

    operations = [
        auditer("produits_pass"),
        auditer("garanties_pass"),
        auditer("reglages", cle="nom"),
        auditer("clients_pass"),
        auditer("souscriptions_pass"),
        auditer("periodes_couverture"),
        auditer("beneficiaires_pass"),
        auditer("numeros_police_congo"),
        auditer("paiements_pass"),
        auditer("anomalies_paiement"),
        auditer("propositions"),
        auditer("decaissements"),
        auditer("documents_emis"),
        auditer("rapprochements"),
        auditer("ecarts_rapprochement"),
        auditer("imports_fichiers", masquees=["lignes"]),
        auditer("agents", masquees=["password"], ignorees=["last_login"]),
        auditer("agents_groups"),
        auditer("agents_user_permissions"),
        auditer("auth_group"),
        auditer("auth_group_permissions"),
        auditer("facteurs_agents", masquees=["secret_scelle"], ignorees=["dernier_pas"]),
        auditer("bornes", masquees=["cle_empreinte"], ignorees=["dernier_contact", "version"]),
    ]
