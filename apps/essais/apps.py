from django.apps import AppConfig


class EssaisConfig(AppConfig):
    name = "apps.essais"
    verbose_name = "Essais"
