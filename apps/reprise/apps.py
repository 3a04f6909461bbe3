from django.apps import AppConfig


class RepriseConfig(AppConfig):
    name = "apps.reprise"
    verbose_name = "Ancienne base"
