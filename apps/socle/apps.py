from typing import Any

from django.apps import AppConfig
from django.apps import apps as toutes_les_apps
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class SocleConfig(AppConfig):
    name = "apps.socle"
    verbose_name = "Socle"

    def ready(self) -> None:
        autodiscover_modules("definitions", "faits", "fichiers", "natures", "travaux")
        post_migrate.connect(_inscrire_reglages, sender=self)


def _inscrire_reglages(using: str, apps: Any = toutes_les_apps, **kwargs: Any) -> None:
    """After a migration that leaves settings there, with their bounds: `apps` is what it left."""
    from apps.socle.services.reglages import inscrire_reglages

    reglage = apps.all_models["socle"].get("reglage")
    if reglage is not None and any(champ.name == "minimum" for champ in reglage._meta.fields):
        inscrire_reglages(base=using)
