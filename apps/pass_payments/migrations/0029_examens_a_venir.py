"""When the nightly cycle has to look at a subscription again, kept true by triggers."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from nsia_pass_api.sqlviews import fonction, vue

TENIR = """
    CREATE TRIGGER examen_ajoutes AFTER INSERT ON souscriptions_pass REFERENCING NEW TABLE AS nouvelles
        FOR EACH STATEMENT EXECUTE FUNCTION examen_ajoutes();
    CREATE TRIGGER examen_ajoutes AFTER INSERT ON periodes_couverture REFERENCING NEW TABLE AS nouvelles
        FOR EACH STATEMENT EXECUTE FUNCTION examen_ajoutes();
    CREATE TRIGGER examen_ajoutes AFTER INSERT ON paiements_pass REFERENCING NEW TABLE AS nouvelles
        FOR EACH STATEMENT EXECUTE FUNCTION examen_ajoutes();
    CREATE TRIGGER examen_change AFTER UPDATE OF statut ON souscriptions_pass FOR EACH ROW
        WHEN (OLD.statut IS DISTINCT FROM NEW.statut) EXECUTE FUNCTION examen_change();
    CREATE TRIGGER examen_change AFTER UPDATE OF statut ON paiements_pass FOR EACH ROW
        WHEN ((OLD.statut = 'succes') <> (NEW.statut = 'succes')) EXECUTE FUNCTION examen_change();
"""
LACHER = """
    DROP TRIGGER examen_change ON paiements_pass;
    DROP TRIGGER examen_change ON souscriptions_pass;
    DROP TRIGGER examen_ajoutes ON paiements_pass;
    DROP TRIGGER examen_ajoutes ON periodes_couverture;
    DROP TRIGGER examen_ajoutes ON souscriptions_pass;
"""
REMPLIR = """
    INSERT INTO examens_souscriptions (souscription_id, produit_id, suspendue, fin, impayee_le)
    SELECT souscription_id, produit_id, suspendue, fin, impayee_le FROM examens_attendus
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pass_payments", "0028_lectures_du_client"),
        ("pass_clients", "0019_clients_par_agence"),
        ("pass_products", "0003_defaut_des_changements_de_reglage"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExamenSouscription",
            fields=[
                (
                    "souscription",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="examen",
                        serialize=False,
                        to="pass_clients.souscriptionpass",
                    ),
                ),
                ("suspendue", models.BooleanField(editable=False)),
                (
                    "fin",
                    models.DateField(editable=False, null=True, verbose_name="fin de la dernière période (exclue)"),
                ),
                (
                    "impayee_le",
                    models.DateField(
                        editable=False,
                        null=True,
                        verbose_name="première échéance qui n'est pas entièrement payée",
                    ),
                ),
                (
                    "produit",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pass_products.produitpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "examen à venir",
                "verbose_name_plural": "examens à venir",
                "db_table": "examens_souscriptions",
                "indexes": [
                    models.Index(fields=["fin"], condition=Q(suspendue=False), name="examens_des_fins"),
                    models.Index(
                        fields=["produit", "impayee_le"], condition=Q(suspendue=False), name="examens_des_impayes"
                    ),
                    models.Index(
                        fields=["produit", "impayee_le"], condition=Q(suspendue=True), name="examens_des_suspendues"
                    ),
                ],
            },
        ),
        vue("pass_payments", "examens_attendus", version=1),
        fonction("pass_payments", "examiner_souscriptions", version=1),
        fonction("pass_payments", "examen_ajoutes", version=1),
        fonction("pass_payments", "examen_change", version=1),
        migrations.RunSQL(REMPLIR, migrations.RunSQL.noop),
        migrations.RunSQL(TENIR, LACHER),
    ]
