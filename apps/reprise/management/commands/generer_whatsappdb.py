from contextlib import closing
from typing import Any

import psycopg2
from django.core.management.base import CommandError, CommandParser

from apps.reprise.ancienne_base import inventer
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import aujourdhui


class Command(CommandePass):
    help = (
        "Invente une ancienne base (WhatsAppDB) pleine de fautes, dans une base PostgreSQL vide, pour essayer l'import."
    )
    reprise = "Recommencez dans une base vide."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cible", help="Adresse postgresql://… d'une base vide.")
        parser.add_argument("--lignes", type=int, default=1_000, help="Nombre de lignes, toutes tables ensemble.")
        parser.add_argument("--graine", type=int, default=2026, help="La même graine donne les mêmes lignes.")

    def executer(self, **options: Any) -> None:
        base = inventer(lignes=options["lignes"], graine=options["graine"], jour=aujourdhui())
        try:
            with closing(psycopg2.connect(options["cible"], connect_timeout=15)) as connexion:
                base.ecrire(connexion)
        except psycopg2.errors.DuplicateTable:
            raise CommandError("Cette base a déjà ces tables. Donnez une base vide.") from None
        except (psycopg2.OperationalError, psycopg2.ProgrammingError):
            raise CommandError("La base ne répond pas à cette adresse.") from None
        self.bilan({"Lignes": len(base.lignes), "À placer": sum(not ligne.motif for ligne in base.lignes)})
