"""`manage.py travaux`: follows payments, sends messages, runs the schedule, until it is stopped."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.socle.travailleur import Travaux


class Command(BaseCommand):
    help = "Suit les paiements, envoie les messages, exécute ce qui est planifié. Plusieurs peuvent tourner. Ctrl-C arrête."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fils", type=int, default=settings.TRAVAUX_FILS, help="paiements suivis en même temps")

    def handle(self, *args: Any, **options: Any) -> None:
        travaux = Travaux(fils=options["fils"])
        for nom in (signal.SIGTERM, signal.SIGINT):
            signal.signal(nom, lambda *_: travaux.arreter())
        self.stdout.write("Travaux en cours. Ctrl-C ou SIGTERM pour arrêter : ce qui est commencé sera fini.")
        self.stdout.flush()
        travaux.tourner()
        faits = ", ".join(f"{nom} {nombre}" for nom, nombre in sorted(travaux.faits.items()))
        self.stdout.write(f"Travaux arrêtés. Faits : {faits or 'aucun'}.")
