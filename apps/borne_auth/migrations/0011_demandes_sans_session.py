import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0010_coffre_aes_gcm"),
        ("pass_clients", "0013_preuve_du_telephone"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="demandeconfirmation",
            name="demande_immuable",
        ),
        migrations.RemoveConstraint(
            model_name="compteuressais",
            name="compteurs_regle_connue",
        ),
        migrations.RemoveConstraint(
            model_name="demandeconfirmation",
            name="demandes_acte_connu",
        ),
        migrations.RemoveConstraint(
            model_name="demandeconfirmation",
            name="demandes_objet",
        ),
        migrations.AddField(
            model_name="demandeconfirmation",
            name="borne",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="borne_auth.borne",
            ),
        ),
        migrations.AddField(
            model_name="demandeconfirmation",
            name="client",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pass_clients.clientpass",
            ),
        ),
        migrations.AlterField(
            model_name="compteuressais",
            name="regle",
            field=models.CharField(
                choices=[
                    ("police_hors_borne", "Police, hors borne"),
                    ("police_borne", "Police, sur une borne"),
                    ("police_bornes", "Police, toutes bornes"),
                    ("telephone_hors_borne", "Téléphone, hors borne"),
                    ("telephone_borne", "Téléphone, sur une borne"),
                    ("telephone_bornes", "Téléphone, toutes bornes"),
                    ("borne", "Borne"),
                    ("adresse_minute", "Adresse, par minute"),
                    ("adresse_jour", "Adresse, par jour"),
                    ("agent_adresse", "Agent, depuis une adresse"),
                    ("agent_appareil", "Agent, depuis un appareil connu"),
                    ("agent_quart_heure", "Agent, d'ailleurs, par quart d'heure"),
                    ("agent_heure", "Agent, d'ailleurs, par heure"),
                    ("agent_jour", "Agent, d'ailleurs, par jour"),
                    ("agents_adresse", "Agents, par adresse"),
                    ("facteur_appareil", "Codes d'un agent, appareil connu"),
                    ("facteur_quart_heure", "Codes d'un agent, d'ailleurs"),
                    ("facteur_jour", "Codes d'un agent, par jour"),
                    ("code_client_heure", "Codes d'un client, par heure"),
                    ("code_client_jour", "Codes d'un client, par jour"),
                    ("code_telephone_heure", "Codes vers un téléphone, par heure"),
                    ("code_telephone_jour", "Codes vers un téléphone, par jour"),
                    ("maintenance", "Code de maintenance"),
                    ("rappel_telephone", "Police par SMS, vers un téléphone"),
                    ("rappel_borne", "Police par SMS, depuis une borne"),
                    ("rappel_adresse", "Police par SMS, depuis une adresse"),
                    ("code_lieu_heure", "Codes sans session vers un téléphone, d'un lieu, par heure"),
                    ("code_lieux_jour", "Codes sans session vers un téléphone, par jour"),
                    ("prospect_telephone", "Souscriptions sans session, par téléphone nommé"),
                    ("prospect_payeur", "Souscriptions sans session, par téléphone payeur"),
                    ("prospect_borne", "Souscriptions sans session, par borne"),
                    ("prospect_adresse", "Souscriptions sans session, par adresse"),
                ],
                max_length=20,
                verbose_name="règle",
            ),
        ),
        migrations.AlterField(
            model_name="demandeconfirmation",
            name="acte",
            field=models.CharField(
                choices=[
                    ("beneficiaire_ajouter", "Ajouter un bénéficiaire"),
                    ("beneficiaire_modifier", "Modifier un bénéficiaire"),
                    ("beneficiaire_retirer", "Retirer un bénéficiaire"),
                    ("mobile_money_modifier", "Changer le numéro Mobile Money"),
                    ("souscrire", "Souscrire"),
                    ("connexion", "Ouvrir ses contrats"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="demandeconfirmation",
            name="session",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="demandes",
                to="borne_auth.sessionborne",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="demandeconfirmation",
            trigger=pgtrigger.compiler.Trigger(
                name="demande_immuable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."session_id" IS DISTINCT FROM (NEW."session_id") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."borne_id" IS DISTINCT FROM (NEW."borne_id") OR OLD."acte" IS DISTINCT FROM (NEW."acte") OR OLD."souscription_id" IS DISTINCT FROM (NEW."souscription_id") OR OLD."beneficiaire_id" IS DISTINCT FROM (NEW."beneficiaire_id") OR OLD."empreinte_code" IS DISTINCT FROM (NEW."empreinte_code") OR OLD."creee_le" IS DISTINCT FROM (NEW."creee_le") OR OLD."expire_le" IS DISTINCT FROM (NEW."expire_le"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="3392ceec2bbd512b8a0a602ba45c723d3dc28b1d",
                    operation="UPDATE",
                    pgid="pgtrigger_demande_immuable_f1ae2",
                    table="demandes_confirmation",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="compteuressais",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "regle__in",
                        [
                            "police_hors_borne",
                            "police_borne",
                            "police_bornes",
                            "telephone_hors_borne",
                            "telephone_borne",
                            "telephone_bornes",
                            "borne",
                            "adresse_minute",
                            "adresse_jour",
                            "agent_adresse",
                            "agent_appareil",
                            "agent_quart_heure",
                            "agent_heure",
                            "agent_jour",
                            "agents_adresse",
                            "facteur_appareil",
                            "facteur_quart_heure",
                            "facteur_jour",
                            "code_client_heure",
                            "code_client_jour",
                            "code_telephone_heure",
                            "code_telephone_jour",
                            "maintenance",
                            "rappel_telephone",
                            "rappel_borne",
                            "rappel_adresse",
                            "code_lieu_heure",
                            "code_lieux_jour",
                            "prospect_telephone",
                            "prospect_payeur",
                            "prospect_borne",
                            "prospect_adresse",
                        ],
                    )
                ),
                name="compteurs_regle_connue",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandeconfirmation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("session__isnull", True), ("statut", "en_attente")),
                fields=("client", "borne", "acte"),
                name="demandes_une_par_lieu",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="demandeconfirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("acte__in", ("souscrire", "connexion")), ("client__isnull", False), ("session__isnull", True)
                    ),
                    models.Q(
                        ("borne__isnull", True),
                        ("client__isnull", True),
                        ("session__isnull", False),
                        models.Q(("acte__in", ("souscrire", "connexion")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="demandes_de_session_ou_de_lieu",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandeconfirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "acte__in",
                        [
                            "beneficiaire_ajouter",
                            "beneficiaire_modifier",
                            "beneficiaire_retirer",
                            "mobile_money_modifier",
                            "souscrire",
                            "connexion",
                        ],
                    )
                ),
                name="demandes_acte_connu",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandeconfirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("acte", "beneficiaire_ajouter"),
                        ("beneficiaire__isnull", True),
                        ("souscription__isnull", False),
                    ),
                    models.Q(
                        ("acte__in", ["beneficiaire_modifier", "beneficiaire_retirer"]),
                        ("beneficiaire__isnull", False),
                        ("souscription__isnull", False),
                    ),
                    models.Q(
                        ("acte__in", ["mobile_money_modifier", "souscrire"]),
                        ("beneficiaire__isnull", True),
                        ("souscription__isnull", True),
                    ),
                    models.Q(("acte", "connexion"), ("beneficiaire__isnull", True), ("souscription__isnull", False)),
                    _connector="OR",
                ),
                name="demandes_objet",
            ),
        ),
    ]
