from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from apps.pass_clients.models import StatutSouscription
from apps.pass_payments.lifecycle import appliquer, compter, decider
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import aujourdhui


class Command(CommandePass):
    help = "Passe chaque souscription dans l'état du jour : annulée, suspendue, rétablie ou expirée."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=_jour, help="Jour à traiter (AAAA-MM-JJ), aujourd'hui sinon.")
        parser.add_argument("--simulation", action="store_true", help="Compte sans rien écrire.")

    def executer(self, **options: Any) -> None:
        jour = options["date"] or aujourdhui()
        if jour > aujourdhui() and settings.PRODUCTION and not options["simulation"]:
            raise CommandError("Ce jour est à venir : en production, seule --simulation le montre.")
        decisions = decider(jour=jour)
        if options["simulation"]:
            transitions = compter(decisions)
        else:
            with self.progression(f"Cycle de vie du {jour:%d/%m/%Y}", total=len(decisions)) as avancer:
                transitions = appliquer(decisions=decisions, jour=jour, progression=avancer)
        self.bilan(
            {
                f"{StatutSouscription(de).label} → {StatutSouscription(vers).label}": nombre
                for (de, vers), nombre in sorted(transitions.items())
            }
            | {"Transitions": transitions.total()}
        )


def _jour(texte: str) -> date:
    try:
        jour = date.fromisoformat(texte)
    except ValueError:
        jour = date.min
    if not 2000 <= jour.year <= 2100:
        raise ArgumentTypeError(f"« {texte} » n'est pas un jour entre 2000 et 2100 : écrivez AAAA-MM-JJ.")
    return jour
