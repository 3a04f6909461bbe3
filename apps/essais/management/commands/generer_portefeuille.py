import secrets
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.essais.portfolio import TAILLE_LOT, generer_portefeuille
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.money import formater_nombre

LIBELLES = {
    "clients_pass": "Clients",
    "souscriptions_pass": "Souscriptions",
    "periodes_couverture": "Périodes de couverture",
    "beneficiaires_pass": "Bénéficiaires",
    "numeros_police_congo": "Polices",
    "transitions_souscription": "Changements d'état",
    "paiements_pass": "Paiements",
    "evenements_paiement": "Lignes du journal",
}


class Command(CommandePass):
    help = "Ajoute N souscriptions inventées, avec périodes, polices et paiements, pour les essais et les mesures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("nombre", type=int, metavar="N", help="Nombre de souscriptions à ajouter.")
        parser.add_argument("--graine", type=int, help="La même sur des bases égales écrit les mêmes lignes.")
        parser.add_argument(
            "--lot", type=int, default=TAILLE_LOT, help=f"Souscriptions par transaction ({TAILLE_LOT})."
        )

    def executer(self, **options: Any) -> None:
        reste, lot = options["nombre"], options["lot"]
        if reste < 1 or lot < 1:
            raise CommandError("N et --lot sont des nombres positifs.")
        graine = secrets.randbelow(1_000_000) if options["graine"] is None else options["graine"]
        self.stdout.write(f"Graine : {graine}")
        self._annoncer(reste, graine)
        with self.progression("Souscriptions", total=reste) as avancer:

            def noter(nombre: int) -> None:
                nonlocal reste
                reste -= nombre
                self._annoncer(reste, graine)
                avancer(nombre)

            lignes = generer_portefeuille(nombre=reste, graine=graine, lot=lot, progression=noter)
        self.bilan({libelle: lignes[table] for table, libelle in LIBELLES.items()})

    def _annoncer(self, reste: int, graine: int) -> None:
        self.reprise = f"Reste {formater_nombre(reste)} : manage.py generer_portefeuille {reste} --graine {graine}"
