from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from apps.pass_clients.models import StatutSouscription
from apps.pass_payments.lifecycle import appliquer, compter, decider
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import aujourdhui


class Command(CommandePass):
    help = "Passe chaque souscription dans l'état du jour : annulée, suspendue, rétablie ou expirée."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="Jour à traiter (AAAA-MM-JJ), aujourd'hui sinon.")
        parser.add_argument("--simulation", action="store_true", help="Compte sans rien écrire.")

    def executer(self, **options: Any) -> None:
        jour = options["date"] or aujourdhui()
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
