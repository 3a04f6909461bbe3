"""`manage.py simulateur_momo`: MTN MoMo and Airtel Money on this machine, with the client's phone."""

import secrets
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.simulateur.defauts import DefautInconnu, Defauts, lire_defauts
from apps.simulateur.grand_livre import GrandLivre
from apps.simulateur.horloge import Horloge
from apps.simulateur.moteur import OptionInconnue, Options, Simulateur, options_lues
from apps.simulateur.serveur import PortPris, Serveur
from nsia_pass_api.demo import occupant


class Command(BaseCommand):
    help = "Simule MTN MoMo et Airtel Money : API, grand livre, téléphone du client, pannes. Ctrl-C pour arrêter."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.MOMO_PORT, help="par défaut MOMO_PORT (9000)")
        parser.add_argument("--hote", default=settings.DEMO_HOST, help="adresse d'écoute, par défaut HOST (127.0.0.1)")
        parser.add_argument(
            "--dossier", type=Path, default=settings.DATA_DIR / "simulateur", help="où vit le grand livre"
        )
        parser.add_argument("--defauts", default="", help="par exemple rappel_perdu=0.2,erreur_apres=3x,lenteur=0.1:5")
        parser.add_argument("--graine", type=int, help="rejoue les mêmes défauts ; tirée et affichée sinon")
        parser.add_argument(
            "--reponses",
            default="telephone",
            help="telephone, approuver, refuser ou expirer ; « approuver:5 » répond après 5 s",
        )
        parser.add_argument("--plateforme", choices=["ancienne", "nouvelle"], default="ancienne")
        parser.add_argument("--raison-objet", action="store_true", help="reason est un objet {code, message}")
        parser.add_argument("--verbe-rappel", choices=["POST", "PUT"], default="POST")
        parser.add_argument("--rappel-airtel", default="", help="adresse des rappels d'Airtel Money")
        parser.add_argument("--cles-strictes", action="store_true", help="n'accepte que les clés de /simulateur/acces")

    def handle(self, *args: Any, **options: Any) -> None:
        graine = secrets.randbelow(10**6) if options["graine"] is None else options["graine"]
        try:
            defauts = Defauts(lire_defauts(options["defauts"]), graine=graine)
            conduite = options_lues(Options(), _options(options))
        except (DefautInconnu, OptionInconnue) as refus:
            raise CommandError(str(refus)) from refus
        chemin: Path = options["dossier"] / "grand_livre.sqlite3"
        livre = GrandLivre(chemin)
        horloge = Horloge(decalage=float(livre.reglage("decalage", "0")))
        simulateur = Simulateur(livre=livre, horloge=horloge, defauts=defauts, options=conduite)
        hote, port = options["hote"], options["port"]
        try:
            serveur = Serveur(simulateur, hote=hote, port=port)
        except PortPris as refus:
            qui = occupant(hote, port)
            raison = f"il est pris par {qui}" if qui else str(refus)
            raise CommandError(
                f"Le simulateur ne peut pas écouter sur {hote}:{port} : {raison}. Autre port : --port."
            ) from refus
        for nom in (signal.SIGTERM, signal.SIGINT):
            signal.signal(nom, lambda *_: serveur.arreter())
        self.stdout.write(
            f"Simulateur MoMo : http://{hote}:{serveur.port}/ (téléphones), /simulateur/controle (pannes)\n"
            f"Grand livre : {chemin}\nGraine : {graine}"
        )
        self.stdout.flush()
        serveur.servir()
        self.stdout.write("Simulateur arrêté ; tout est gardé.")


def _options(options: dict[str, Any]) -> dict[str, Any]:
    reponses, _, delai = options["reponses"].partition(":")
    try:
        secondes = float(delai or 0)
    except ValueError:
        raise OptionInconnue(f"--reponses : « {delai} » n'est pas un nombre de secondes.") from None
    return {
        "reponses": reponses,
        "delai_reponse": secondes,
        "plateforme": options["plateforme"],
        "raison_objet": options["raison_objet"],
        "verbe_rappel": options["verbe_rappel"],
        "rappel_airtel": options["rappel_airtel"],
        "cles_strictes": options["cles_strictes"],
    }
