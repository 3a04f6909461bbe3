"""The paid subscriptions that wait for their police, kept by triggers; the suspended ones by client."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from nsia_pass_api.sqlviews import fonction

_PAYEE = "{}.statut IN ('activee', 'suspendue', 'expiree')"
REMPLIR = f"""
    INSERT INTO polices_attendues (souscription_id, client_id)
    SELECT s.id, s.client_id FROM souscriptions_pass s
    WHERE {_PAYEE.format("s")} AND NOT EXISTS (SELECT FROM numeros_police_congo n WHERE n.souscription_id = s.id)
"""  # noqa: S608 - constants
TENIR = f"""
    CREATE TRIGGER police_attendue_ajoutees AFTER INSERT ON souscriptions_pass REFERENCING NEW TABLE AS nouvelles
        FOR EACH STATEMENT EXECUTE FUNCTION police_attendue();
    CREATE TRIGGER police_attendue_change AFTER UPDATE OF statut ON souscriptions_pass FOR EACH ROW
        WHEN ({_PAYEE.format("OLD")} <> {_PAYEE.format("NEW")}) EXECUTE FUNCTION police_attendue();
    CREATE TRIGGER police_attendue_donnees AFTER INSERT ON numeros_police_congo REFERENCING NEW TABLE AS nouvelles
        FOR EACH STATEMENT EXECUTE FUNCTION police_attendue();
    CREATE TRIGGER police_attendue_reprises AFTER DELETE ON numeros_police_congo REFERENCING OLD TABLE AS anciennes
        FOR EACH STATEMENT EXECUTE FUNCTION police_attendue();
"""
LACHER = """
    DROP TRIGGER police_attendue_reprises ON numeros_police_congo;
    DROP TRIGGER police_attendue_donnees ON numeros_police_congo;
    DROP TRIGGER police_attendue_change ON souscriptions_pass;
    DROP TRIGGER police_attendue_ajoutees ON souscriptions_pass;
"""


class Migration(migrations.Migration):
    dependencies = [("pass_clients", "0022_polices_tenues")]

    operations = [
        migrations.CreateModel(
            name="PoliceAttendue",
            fields=[
                (
                    "souscription",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="police_attendue",
                        serialize=False,
                        to="pass_clients.souscriptionpass",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pass_clients.clientpass",
                    ),
                ),
            ],
            options={
                "verbose_name": "police attendue",
                "verbose_name_plural": "polices attendues",
                "db_table": "polices_attendues",
            },
        ),
        migrations.AddIndex(
            model_name="souscriptionpass",
            index=models.Index(fields=["client"], name="souscriptions_suspendues_de", condition=Q(statut="suspendue")),
        ),
        fonction("pass_clients", "police_attendue", version=1),
        migrations.RunSQL(REMPLIR, migrations.RunSQL.noop),
        migrations.RunSQL(TENIR, LACHER),
    ]
