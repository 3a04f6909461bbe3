"""`manage.py base_embarquee {demarrer,arreter,etat}`: the embedded PostgreSQL by hand."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nsia_pass_api.database.base import embedded_server
from nsia_pass_api.database.server import HOST, EmbeddedServer


class Command(BaseCommand):
    help = "Démarre, arrête ou décrit le PostgreSQL embarqué. Il démarre aussi de lui-même à la première connexion."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["demarrer", "arreter", "etat"])
        parser.add_argument(
            "--effacer", action="store_true", help="avec arreter : effacer aussi toutes ses données, sans retour"
        )

    def handle(self, *args: Any, action: str, effacer: bool, **options: Any) -> None:
        if effacer and action != "arreter":
            raise CommandError("--effacer ne va qu'avec arreter.")
        if effacer and settings.PRODUCTION:
            raise CommandError("En production, rien n'est effacé : NSIA_MODE=production protège ces données.")
        server = embedded_server()
        if action == "demarrer":
            server.start()
        elif effacer:
            server.erase()
        elif action == "arreter":
            server.stop()
        self.stdout.write("PostgreSQL embarqué : arrêté, données effacées." if effacer else _description(server))
        if settings.DATABASE_URL:
            self.stdout.write("DATABASE_URL est défini : l'application n'utilise pas ce serveur.")


def _description(server: EmbeddedServer) -> str:
    record = server.record()
    if record is None:
        return f"PostgreSQL embarqué : jamais démarré ici ({server.folder})."
    pid = record.cluster.server_pid()
    if pid is None:
        return f"PostgreSQL embarqué : arrêté. Données : {record.cluster.data}"
    return (
        f"PostgreSQL embarqué : en marche sur {HOST}:{record.port}, base {server.database}, processus {pid}.\n"
        f"Données : {record.cluster.data}\nJournal : {record.cluster.log}"
    )
