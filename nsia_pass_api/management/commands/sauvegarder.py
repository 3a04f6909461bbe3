"""`manage.py sauvegarder`: a backup of the database, whole or absent, while it is used."""

import re
from argparse import ArgumentTypeError
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connections

from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import maintenant
from nsia_pass_api.sauvegarde.cibles import Cible
from nsia_pass_api.sauvegarde.ecriture import oublier, sauvegarder
from nsia_pass_api.sauvegarde.restauration import verifier


class Command(CommandePass):
    help = "Sauvegarde la base sans l'arrêter : une archive de pg_dump et son manifeste, tous deux d'un même instant."
    interruption = "Interrompu : cette sauvegarde n'a rien laissé."
    reprise = "Relancez la même commande."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "dossier",
            nargs="?",
            type=Path,
            default=Path(settings.SAUVEGARDES_DOSSIER),
            help="SAUVEGARDES_DOSSIER sinon.",
        )
        parser.add_argument(
            "--garder",
            type=duree,
            help="Efface ensuite les sauvegardes plus vieilles : 14j (jours) ou 8s (semaines). La dernière reste toujours.",
        )
        parser.add_argument(
            "--verifier", action="store_true", help="La restaure dans une base d'essai, la compare et vérifie les lois."
        )

    def executer(self, **options: Any) -> None:
        cible, quand, dossier = Cible.des_reglages(), maintenant(), options["dossier"]
        connections.close_all()
        archive, manifeste = sauvegarder(cible=cible, dossier=dossier, quand=quand, progression=self.progression)
        self.stdout.write(f"Sauvegarde : {archive}")
        chiffres = {
            "Octets": manifeste.octets,
            "Tables": len(manifeste.tables),
            "Lignes": sum(manifeste.tables.values()),
        }
        if options["verifier"]:
            chiffres |= self._verifier(archive, cible)
        if options["garder"] is not None:
            partis = oublier(dossier=dossier, base=cible.base, garder=options["garder"], quand=quand)
            chiffres["Anciennes effacées"] = len(partis)
        self.bilan(chiffres)

    def _verifier(self, archive: Path, cible: Cible) -> dict[str, int]:
        bilan = verifier(archive=archive, serveur=cible, droits=True, progression=self.progression, quand=maintenant())
        return {"Lois vérifiées": len(bilan.lois)}


def duree(texte: str) -> timedelta:
    """`14j`, `8s`; a number alone counts days."""
    trouve = re.fullmatch(r"([1-9]\d{0,3})\s*(j|jours?|s|semaines?)?", texte.strip().lower())
    if trouve is None:
        raise ArgumentTypeError(f"« {texte} » n'est pas une durée : écrivez 14j (jours) ou 8s (semaines).")
    nombre, unite = int(trouve[1]), (trouve[2] or "j")[0]
    return timedelta(weeks=nombre) if unite == "s" else timedelta(days=nombre)
