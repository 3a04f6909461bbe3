from django.apps import AppConfig


class PassClientsConfig(AppConfig):
    name = "apps.pass_clients"
    verbose_name = "Clients et souscriptions"
