from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SocleConfig(AppConfig):
    name = "apps.socle"
    verbose_name = "Socle"

    def ready(self) -> None:
        autodiscover_modules("faits")
