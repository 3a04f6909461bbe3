from django.apps import AppConfig


class PassProductsConfig(AppConfig):
    name = "apps.pass_products"
    verbose_name = "Catalogue"
