from typing import Any

from django.apps import AppConfig
from django.apps import apps as toutes_les_apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class BorneAuthConfig(AppConfig):
    name = "apps.borne_auth"
    verbose_name = "Agents et bornes"

    def ready(self) -> None:
        from apps.borne_auth import schema  # noqa: F401 - registers the OpenAPI security schemes
        from apps.borne_auth.connexion.sessions import marquer_ouverture

        user_logged_in.connect(marquer_ouverture)
        # After the last app that has models: by then Django has written the permissions of all.
        *_, derniere = (config for config in toutes_les_apps.get_app_configs() if config.models_module)
        post_migrate.connect(_accorder_roles, sender=derniere)


def _accorder_roles(using: str, apps: Any = toutes_les_apps, **kwargs: Any) -> None:
    """After a migration that leaves agents there: `apps` is what it left."""
    from apps.borne_auth.equipe import accorder_roles

    if "agent" in apps.all_models["borne_auth"]:
        accorder_roles(base=using)
