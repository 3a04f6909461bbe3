from django.apps import AppConfig


class SimulateurConfig(AppConfig):
    name = "apps.simulateur"
    verbose_name = "Simulateur Mobile Money"
