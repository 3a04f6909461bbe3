from django.apps import AppConfig


class BorneAuthConfig(AppConfig):
    name = "apps.borne_auth"
    verbose_name = "Agents et bornes"

    def ready(self) -> None:
        from apps.borne_auth import schema  # noqa: F401 - registers the OpenAPI security schemes
