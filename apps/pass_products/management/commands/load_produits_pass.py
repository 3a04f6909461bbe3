import json
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from apps.pass_products.services import charger_catalogue
from nsia_pass_api.commands import CommandePass

CATALOGUE = settings.BASE_DIR / "fixtures" / "produits_pass.json"


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
        catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
        self.bilan(
            charger_catalogue(
                catalogue=catalogue,
                ajouter_seulement=options["ajouter_seulement"],
                simulation=options["simulation"],
            )
        )
