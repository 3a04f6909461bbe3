from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.pass_clients.selectors import souscriptions_sans_police
from apps.pass_clients.services import attribuer_polices
from apps.pass_products.models import ProduitPass
from nsia_pass_api.commands import CommandePass


class Command(CommandePass):
    help = "Donne un numéro de police à chaque souscription payée qui n'en a pas."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--produit", help="Code du produit (KIMIA, BATELA, SALISA). Tous sinon.")
        parser.add_argument("--limite", type=int, help="Nombre de souscriptions à servir au plus.")
        parser.add_argument("--simulation", action="store_true", help="Compte sans rien écrire.")

    def executer(self, **options: Any) -> None:
        produit, limite = options["produit"], options["limite"]
        if produit is not None and not ProduitPass.objects.filter(code_pass=produit).exists():
            raise CommandError(f"Aucun produit ne porte le code « {produit} ».")
        if limite is not None and limite < 1:
            raise CommandError("--limite est un nombre positif.")
        a_servir = souscriptions_sans_police(produit=produit).count()
        if limite is not None:
            a_servir = min(a_servir, limite)
        if options["simulation"]:
            self.bilan({"Polices à attribuer": a_servir})
            return
        with self.progression("Attribution", total=a_servir) as avancer:
            attribuees = attribuer_polices(produit=produit, limite=limite, progression=avancer)
        self.bilan({"Polices attribuées": attribuees})
