from django.apps import AppConfig


class MtnIntegrationConfig(AppConfig):
    name = "apps.mtn_integration"
    verbose_name = "MTN Mobile Money"
