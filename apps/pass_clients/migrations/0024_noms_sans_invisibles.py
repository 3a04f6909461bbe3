from django.conf import settings
from django.db import migrations, models

import nsia_pass_api.textes

# What names may no longer hold. One of which nothing is left waits for somebody as a dash.
SIGNES = (
    r"[\u0001-\u001f\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5"
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff0-\ufffc\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U00040000-\U0010ffff]"
)
ACCENTS = r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
INVISIBLES = rf"{SIGNES}|{ACCENTS}{{5}}"
PHRASE = "Ce texte contient un caractère invisible ou illisible. Effacez-le et tapez-le au clavier."


NETTOYER = """
    UPDATE {table} SET nom = {nom}, prenom = {prenom} WHERE nom ~ '{invisibles}' OR prenom ~ '{invisibles}';
    -- Triggers that wait for the commit would hold the table.
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
"""


def net(champ: str) -> str:
    visible = f"regexp_replace({champ}, '{SIGNES}', '', 'g')"
    return rf"coalesce(nullif(btrim(regexp_replace({visible}, '({ACCENTS}{{4}}){ACCENTS}+', '\1', 'g')), ''), '-')"


def nettoyer(table: str) -> migrations.RunSQL:
    sql = NETTOYER.format(table=table, nom=net("nom"), prenom=net("prenom"), invisibles=INVISIBLES)
    return migrations.RunSQL(sql, migrations.RunSQL.noop)


def lisibles(modele: str, nom: str) -> list[migrations.operations.base.Operation]:
    condition = models.Q(
        models.Q(("nom__regex", INVISIBLES), _negated=True), models.Q(("prenom__regex", INVISIBLES), _negated=True)
    )
    contrainte = models.CheckConstraint(condition=condition, name=nom, violation_error_message=PHRASE)
    return [
        migrations.RemoveConstraint(model_name=modele, name=nom),
        migrations.AddConstraint(model_name=modele, constraint=contrainte),
        *(
            migrations.AlterField(
                model_name=modele,
                name=champ,
                field=models.CharField(*libelle, max_length=80, validators=[nsia_pass_api.textes.verifier_nom]),
            )
            for champ, libelle in (("nom", ()), ("prenom", ("prénom",)))
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("pass_clients", "0023_polices_attendues"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        nettoyer("clients_pass"),
        nettoyer("beneficiaires_pass"),
        *lisibles("beneficiairepass", "beneficiaires_noms_lisibles"),
        *lisibles("clientpass", "clients_noms_lisibles"),
    ]
