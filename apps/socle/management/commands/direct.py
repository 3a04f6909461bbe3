"""`manage.py direct`: the live process, until it is stopped."""

import signal
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

from apps.socle.direct.serveur import application
from nsia_pass_api.audit import de_la_commande, processus
from nsia_pass_api.registre import modules


class Command(BaseCommand):
    help = "Sert les prises en direct (/ws/, /socket.io/). Ctrl-C ou SIGTERM les ferme : chacun revient et reprend."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hote", default=settings.DIRECT_HOTE, help="adresse où écouter")
        parser.add_argument("--port", type=int, default=settings.DIRECT_PORT, help="port où écouter")

    def handle(self, *args: Any, **options: Any) -> None:
        modules("direct")
        processus(de_la_commande("direct"))
        configuration = uvicorn.Config(
            application(),
            host=options["hote"],
            port=options["port"],
            # Addresses hold tickets and the keys of conversations: uvicorn would write one at each opening.
            log_config=None,
            log_level="warning",
            access_log=False,
            # Selectors everywhere: the listener waits for its connection among the sockets.
            loop="asyncio:SelectorEventLoop",
            ws="websockets-sansio",
            ws_max_size=settings.DIRECT_MESSAGE_OCTETS,
            ws_per_message_deflate=False,  # twice the memory of an idle socket
            timeout_graceful_shutdown=5,
            lifespan="on",
        )
        serveur = uvicorn.Server(configuration)
        # uvicorn sends itself the signal again once it has closed all, to end as a program does that was killed.
        for nom in (signal.SIGTERM, signal.SIGINT):
            signal.signal(nom, lambda *_: setattr(serveur, "should_exit", True))
        self.stdout.write(f"En direct sur http://{options['hote']}:{options['port']}. Ctrl-C ou SIGTERM pour arrêter.")
        self.stdout.flush()
        serveur.run()
        self.stdout.write("Le direct est arrêté.")
