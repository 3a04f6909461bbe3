from django.apps import AppConfig


class PassPaymentsConfig(AppConfig):
    name = "apps.pass_payments"
    verbose_name = "Paiements et cotisations"
