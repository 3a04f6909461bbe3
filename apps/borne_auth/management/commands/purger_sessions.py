"""Deletes what identity no longer needs."""

from argparse import ArgumentParser
from typing import Any

from apps.borne_auth import selectors, services
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import maintenant


class Command(CommandePass):
    help = "Efface les compteurs d'essais passés, les jetons périmés et les sessions mortes depuis longtemps."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--simulation", action="store_true", help="compte sans effacer")

    def executer(self, **options: Any) -> None:
        chiffres = {}
        for libelle, lignes in selectors.perimes(le=maintenant()).items():
            total = lignes.count()
            chiffres[libelle] = total if options["simulation"] else self._effacer(libelle, lignes, total)
        self.stdout.write("Simulation : rien n'a été effacé." if options["simulation"] else "Effacés :")
        self.bilan(chiffres)

    def _effacer(self, libelle: str, lignes: Any, total: int) -> int:
        effacees = 0
        with self.progression(libelle, total=total) as avancer:
            for nombre in services.supprimer(lignes):
                effacees += nombre
                avancer(nombre)
        return effacees
