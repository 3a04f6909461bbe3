from typing import Any

from django.core.management.base import CommandParser

from apps.pass_products.services import charger_catalogue, lire_catalogue
from nsia_pass_api.commands import CommandePass


class Command(CommandePass):
    help = "Charge ou met à jour le catalogue (fixtures/produits_pass.json). Relancer ne double rien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--ajouter-seulement",
            action="store_true",
            help="Ne touche pas aux produits et garanties qui existent déjà.",
        )
        parser.add_argument("--simulation", action="store_true", help="Dit ce qui serait fait, sans rien écrire.")

    def executer(self, **options: Any) -> None:
        self.bilan(
            charger_catalogue(
                catalogue=lire_catalogue(),
                ajouter_seulement=options["ajouter_seulement"],
                simulation=options["simulation"],
            )
        )
