"""`ENGINE = "nsia_pass_api.database"`: PostgreSQL whose address, password and life are those of the embedded server."""

from typing import Any

import psycopg2
from django.conf import settings
from django.db.backends.postgresql import base as postgresql

from .client import DatabaseClient
from .server import CONNECTION_OPTIONS, HOST, USER, EmbeddedServer


def embedded_server() -> EmbeddedServer:
    return EmbeddedServer(
        folder=settings.EMBEDDED_DATA_DIR, database=settings.EMBEDDED_DATABASE, port=settings.EMBEDDED_PORT
    )


class DatabaseWrapper(postgresql.DatabaseWrapper):
    """Connects at once when the server is up; a failed attempt starts it, so that its death costs one attempt."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        server = embedded_server()
        record = server.record() or server.start()
        self.settings_dict |= {"HOST": HOST, "PORT": str(record.port), "USER": USER, "PASSWORD": record.mot_de_passe}
        self.settings_dict["OPTIONS"] = {**CONNECTION_OPTIONS, **self.settings_dict["OPTIONS"]}
        return super().get_connection_params()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg2.OperationalError:
            embedded_server().start()
            return super().get_new_connection(self.get_connection_params())
