from django.apps import AppConfig


class NoyauConfig(AppConfig):
    name = "nsia_pass_api"
    verbose_name = "NSIA PASS"

    def ready(self) -> None:
        from . import audit, checks, gardes, messages  # noqa: F401 - checks register themselves

        messages.installer()
        audit.installer()
        gardes.installer()
