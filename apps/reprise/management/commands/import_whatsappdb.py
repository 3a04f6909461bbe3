from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.reprise.bilan import Bilan, libelle_de_la_reserve, libelle_du_motif
from apps.reprise.models import TableReprise
from apps.reprise.services import TAILLE_LOT, importer
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.money import formater_nombre


class Command(CommandePass):
    help = "Reprend l'ancienne base (WhatsAppDB) : place ce qui peut l'être, garde le reste en quarantaine, et rend compte."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="Adresse postgresql://… ou fichier de sauvegarde (SQL ou pg_dump -Fc).")
        parser.add_argument("--essai", "--dry-run", action="store_true", help="Dit ce qui serait fait, n'écrit rien.")
        parser.add_argument("--lot", type=int, default=TAILLE_LOT, help="Clients écrits par transaction.")

    def executer(self, **options: Any) -> None:
        if options["lot"] < 1:
            raise CommandError("--lot est un nombre positif.")
        bilan = importer(
            adresse=options["source"],
            essai=options["essai"],
            lot=options["lot"],
            progression=lambda libelle, total: self.progression(libelle, total=total),
        )
        if options["essai"]:
            self.stdout.write("Essai : rien n'a été écrit.\n")
        self.rapport(bilan)

    def rapport(self, bilan: Bilan) -> None:
        """The account, table by table, then why rows wait and what placed rows leave to be looked at."""
        colonnes = (
            "Table",
            "Lues",
            "Placées",
            "Quarantaine",
            "XAF lus",
            "XAF placés",
            "XAF en quarantaine",
            "Illisibles",
        )
        lignes: list[tuple[str, ...]] = [colonnes]
        for table, compte in bilan.tables.items():
            chiffres = (
                compte.lues,
                compte.placees,
                compte.quarantaine,
                compte.argent_lu,
                compte.argent_place,
                compte.argent_quarantaine,
                compte.illisibles,
            )
            lignes.append((TableReprise(table).label, *map(formater_nombre, chiffres)))
        self._tableau(lignes)
        for table, motifs in sorted(bilan.motifs.items()):
            self.stdout.write(f"\nEn quarantaine, {TableReprise(table).label} :")
            self._tableau([(libelle_du_motif(m), formater_nombre(n)) for m, n in motifs.most_common()])
        if bilan.reserves:
            self.stdout.write("\nPlacées avec une réserve :")
            self._tableau([(libelle_de_la_reserve(r), formater_nombre(n)) for r, n in bilan.reserves.most_common()])
        self.stdout.write("\nLe compte est juste : lignes et francs lus = placés + en quarantaine.")
        self.bilan(
            {
                "Paiements confirmés repris (XAF)": bilan.paiements_confirmes,
                "Essais échoués repris (XAF, non encaissés)": bilan.paiements_echoues,
            }
        )

    def _tableau(self, lignes: list[tuple[str, ...]]) -> None:
        largeurs = [max(map(len, colonne)) for colonne in zip(*lignes, strict=True)]
        for premiere, *suite in lignes:
            cellules = [f"{premiere:<{largeurs[0]}}", *(f"{c:>{n}}" for c, n in zip(suite, largeurs[1:], strict=True))]
            self.stdout.write("  " + "  ".join(cellules))
