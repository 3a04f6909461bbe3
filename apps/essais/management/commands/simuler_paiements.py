import logging
import secrets
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.essais.simulation import Deroulement, SimulationEchouee, SimulationInterrompue, simuler
from apps.essais.simulation.base import base_jetable
from nsia_pass_api.commands import CommandePass

LIBELLES = {
    "confirme": "Rappels confirmés",
    "contredit": "Rappels contredits",
    "inconnu": "Rappels de paiements inconnus",
    "illisible": "Rappels illisibles",
}


class Command(CommandePass):
    help = (
        "Joue au hasard la vie des paiements face à un opérateur qui ment, et vérifie les lois de l'argent. "
        "Écrit dans une base créée pour cela et supprimée à la fin, jamais dans la vôtre."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pas", type=int, default=2_000, help="Nombre de pas (2000).")
        parser.add_argument("--graine", type=int, help="La même rejoue la même histoire.")
        parser.add_argument(
            "--calme", type=int, default=1_000, help="Pas entre deux calmes, où toutes les lois sont vérifiées (1000)."
        )

    def executer(self, **options: Any) -> None:
        pas, calme = options["pas"], options["calme"]
        if pas < 1 or calme < 1:
            raise CommandError("--pas et --calme sont des nombres positifs.")
        graine = secrets.randbelow(1_000_000) if options["graine"] is None else options["graine"]
        rejouer = f"manage.py simuler_paiements --pas {pas} --graine {graine} --calme {calme}"
        self.reprise = f"La base jetable est supprimée ; pour recommencer : {rejouer}"
        self.stdout.write(f"Graine : {graine}")
        avant = logging.root.manager.disable
        logging.disable(logging.WARNING)  # forged callbacks by the thousand
        try:
            with base_jetable() as nom:
                self.stdout.write(f"Base jetable : {nom}")
                with self.progression("Pas", total=pas) as avancer:
                    fait = simuler(pas=pas, graine=graine, calme_tous_les=calme, progression=avancer)
        except SimulationInterrompue as arret:
            self._dire(arret.fait)
            raise
        except SimulationEchouee as echec:
            raise CommandError(f"{echec}\nPour rejouer : {rejouer}") from echec
        finally:
            logging.disable(avant)
        self._dire(fait)

    def _dire(self, fait: Deroulement) -> None:
        tenues = f"{fait.calmes} fois, toutes les lois ont tenu" if fait.calmes else "aucune loi n'a été vérifiée"
        self.stdout.write(f"Temps simulé : du {fait.du:%d/%m/%Y} au {fait.au:%d/%m/%Y} ; {tenues}.")
        self.stdout.write(f"Empreinte : {fait.empreinte}")
        self.bilan(
            {_nom(nom): nombre for nom, nombre in [*fait.chiffres.items(), *sorted(fait.mensonges.items())]}
            | {libelle: fait.verdicts[verdict] for verdict, libelle in LIBELLES.items()}
            | {"Calmes": fait.calmes, "Pas par seconde": round(fait.pas_par_seconde)}
        )


def _nom(chiffre: str) -> str:
    return chiffre[:1].upper() + chiffre[1:]
