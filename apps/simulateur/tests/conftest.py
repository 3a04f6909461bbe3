from .plateau import defauts, port, simulateur  # noqa: F401 - fixtures
