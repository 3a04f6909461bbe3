from typing import Any

from django.apps import AppConfig
from django.apps import apps as toutes_les_apps
from django.db.models.signals import post_migrate


class PassProductsConfig(AppConfig):
    name = "apps.pass_products"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        post_migrate.connect(_inscrire_reglages, sender=self)


def _inscrire_reglages(using: str, apps: Any = toutes_les_apps, **kwargs: Any) -> None:
    """After a migration that leaves settings there: `apps` is what it left."""
    from apps.pass_products.services import inscrire_reglages

    if "reglage" in apps.all_models["pass_products"]:
        inscrire_reglages(base=using)
