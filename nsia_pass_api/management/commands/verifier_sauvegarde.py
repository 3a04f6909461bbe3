"""`manage.py verifier_sauvegarde`: restores a backup beside the database, compares, checks the laws, and drops it."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import connections
from django.utils import timezone

from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import maintenant
from nsia_pass_api.sauvegarde.cibles import Cible
from nsia_pass_api.sauvegarde.restauration import Bilan, verifier


class Command(CommandePass):
    help = "Restaure une sauvegarde dans une base d'essai, compare lignes et sommes, vérifie les lois, efface l'essai."
    interruption = "Interrompu : la base d'essai est effacée."
    reprise = "Relancez la même commande."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path, help="L'archive .dump ; son manifeste .json est à côté.")
        parser.add_argument("--base", help="Serveur de l'essai (postgresql://…) ; celui de l'application sinon.")
        parser.add_argument("--sans-droits", action="store_true", help="Sans les droits accordés à d'autres rôles.")

    def executer(self, **options: Any) -> None:
        serveur = Cible.de_url(options["base"]) if options["base"] else Cible.des_reglages()
        connections.close_all()
        bilan = verifier(
            archive=options["fichier"],
            serveur=serveur,
            droits=not options["sans_droits"],
            progression=self.progression,
            quand=maintenant(),
        )
        raconter(self, bilan)


def raconter(commande: CommandePass, bilan: Bilan) -> None:
    """The numbers of a restored backup that was found exact."""
    manifeste = bilan.manifeste
    prise = timezone.localtime(manifeste.le)
    commande.stdout.write(f"Sauvegarde de {manifeste.base}, prise le {prise:%d/%m/%Y à %H:%M}.")
    commande.bilan(
        {
            "Tables": len(manifeste.tables),
            "Lignes": sum(manifeste.tables.values()),
            **{f"{nom}, lignes": chiffre["nombre"] for nom, chiffre in manifeste.chiffres.items()},
            **{f"{nom}, XAF": chiffre["montant"] for nom, chiffre in manifeste.chiffres.items() if chiffre["montant"]},
            "Lois vérifiées": len(bilan.lois),
        }
    )
    if bilan.a_migrer:
        commande.stdout.write(
            commande.style.WARNING(
                f"Attention : {len(bilan.a_migrer)} migration(s) de ce programme manquent à cette sauvegarde ; les lois se "
                "vérifient après elles : python manage.py migrate, puis python manage.py verifier_lois."
            )
        )
