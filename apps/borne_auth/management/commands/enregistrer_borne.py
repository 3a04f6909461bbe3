"""Registers a kiosk, gives it a new key, switches it off or on."""

from argparse import ArgumentParser
from typing import Any

from apps.borne_auth import services
from apps.borne_auth.errors import BorneAbsente
from apps.borne_auth.models import Borne
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.errors import DonneesInvalides
from nsia_pass_api.textes import nettoyer


class Command(CommandePass):
    help = "Enregistre une borne et affiche sa clé, une seule fois ; la renouvelle, désactive ou réactive la borne."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="code de la borne, par exemple BZV-CENTRE-01")
        parser.add_argument(
            "--agence", default="", help="nom d'une agence ouverte, écrit comme on veut (obligatoire pour enregistrer)"
        )
        actes = parser.add_mutually_exclusive_group()
        actes.add_argument("--renouveler", action="store_true", help="donne une nouvelle clé ; l'ancienne est refusée")
        actes.add_argument("--desactiver", action="store_true", help="refuse la borne et ferme ses sessions")
        actes.add_argument("--reactiver", action="store_true", help="accepte de nouveau la borne, avec sa clé")

    def executer(self, **options: Any) -> None:
        if options["renouveler"]:
            borne = self._borne(options["code"])
            self._montrer(borne, services.renouveler_cle(borne=borne))
        elif options["desactiver"]:
            borne = self._borne(options["code"])
            fermees = services.desactiver_borne(borne=borne)
            self.stdout.write(f"La borne {borne.code} est désactivée.")
            self.bilan({"Sessions fermées": fermees})
        elif options["reactiver"]:
            borne = self._borne(options["code"])
            services.reactiver_borne(borne=borne)
            self.stdout.write(f"La borne {borne.code} est active.")
        else:
            if not options["agence"].strip():
                raise DonneesInvalides("Indiquez l'agence : --agence « Brazzaville Centre ».")
            self._montrer(*services.enregistrer_borne(code=options["code"], agence=nettoyer(options["agence"])))

    def _borne(self, code: str) -> Borne:
        borne = Borne.objects.filter(code=code.strip().upper()).first()
        if borne is None:
            raise BorneAbsente(f"Aucune borne n'a le code {code}. Enregistrez-la d'abord, avec --agence.")
        return borne

    def _montrer(self, borne: Borne, cle: str) -> None:
        self.stdout.write(f"Borne {borne.code}, agence {borne.agence}.")
        self.stdout.write("Sa clé, à placer dans l'en-tête X-Borne-Cle ; elle ne sera plus jamais affichée :")
        self.stdout.write(cle)
