"""`manage.py restaurer`: a backup takes the place of a database, after it was proved exact."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connections

from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import maintenant
from nsia_pass_api.sauvegarde.cibles import Cible
from nsia_pass_api.sauvegarde.restauration import occupation, restaurer

from .verifier_sauvegarde import raconter


class Command(CommandePass):
    help = (
        "Restaure une sauvegarde dans une base neuve, la compare à son manifeste, vérifie les lois, puis l'échange avec la "
        "base nommée. Celle qui y était est gardée sous un autre nom."
    )
    interruption = "Interrompu : la base est comme avant."
    reprise = "Relancez la même commande."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path, help="L'archive .dump ; son manifeste .json est à côté.")
        parser.add_argument("--base", help="Où restaurer (postgresql://…) ; la base de l'application sinon.")
        parser.add_argument("--oui", action="store_true", help="Ne demande rien quand la base est vide ou absente.")
        parser.add_argument(
            "--remplacer", action="store_true", help="Accepte une base qui n'est pas vide : son nom est demandé."
        )
        parser.add_argument("--sans-droits", action="store_true", help="Sans les droits accordés à d'autres rôles.")

    def executer(self, **options: Any) -> None:
        cible = Cible.de_url(options["base"]) if options["base"] else Cible.des_reglages()
        connections.close_all()
        self._consentir(cible, oui=options["oui"], remplacer=options["remplacer"])
        bilan = restaurer(
            archive=options["fichier"],
            cible=cible,
            remplacer=options["remplacer"],
            droits=not options["sans_droits"],
            progression=self.progression,
            quand=maintenant(),
        )
        self.stdout.write(f"Restaurée : {cible.lieu}.")
        raconter(self, bilan)
        if bilan.ancienne:
            self.stdout.write(
                f"La base d'avant est gardée sous le nom {bilan.ancienne}. Quand tout est vérifié : DROP DATABASE."
            )

    def _consentir(self, cible: Cible, *, oui: bool, remplacer: bool) -> None:
        if occupation(cible) == "occupee":
            if not remplacer:
                return  # `restaurer` refuses, and says how
            if _demander(f"La base {cible.lieu} n'est pas vide. Écrivez son nom pour la remplacer : ") != cible.base:
                raise CommandError("Ce n'est pas son nom : rien n'a été fait.")
        elif not oui and _demander(f"Restaurer dans {cible.lieu} ? (oui/non) ").lower() not in ("o", "oui"):
            raise CommandError("Rien n'a été fait.")


def _demander(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""
