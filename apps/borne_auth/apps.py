from django.apps import AppConfig


class BorneAuthConfig(AppConfig):
    name = "apps.borne_auth"
    verbose_name = "Agents et bornes"
