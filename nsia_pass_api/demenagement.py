"""Migrations of a model that changes app and keeps its table.

In its new app: `SeparateDatabaseAndState` with CreateModel, `AddTrigger` for each trigger (its name in PostgreSQL holds that of
the app), `adopter`. In its former app, after it: `RemoveTrigger` for each, `SeparateDatabaseAndState` with DeleteModel.
"""

from django.db.migrations.operations import RunSQL


def adopter(*modeles: str, de: str, vers: str) -> RunSQL:
    """The operation after which the content types of `modeles`, of the app `de`, are those of the app `vers`.

    All that points to them follows: permissions and who has them, the admin's history.
    """
    return RunSQL(_changer(modeles, de=de, vers=vers), _changer(modeles, de=vers, vers=de))


def _changer(modeles: tuple[str, ...], *, de: str, vers: str) -> str:
    noms = ", ".join(f"'{modele}'" for modele in modeles)
    return f"""
        UPDATE django_content_type t SET app_label = '{vers}' WHERE t.app_label = '{de}' AND t.model IN ({noms})
        AND NOT EXISTS (SELECT 1 FROM django_content_type a WHERE a.app_label = '{vers}' AND a.model = t.model);
    """  # noqa: S608 - names of migrations
