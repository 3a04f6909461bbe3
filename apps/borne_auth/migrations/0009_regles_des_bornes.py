from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("borne_auth", "0008_maintenance_des_bornes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="compteuressais",
            name="compteurs_regle_connue",
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
                ],
                max_length=20,
                verbose_name="règle",
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
                        ],
                    )
                ),
                name="compteurs_regle_connue",
            ),
        ),
    ]
