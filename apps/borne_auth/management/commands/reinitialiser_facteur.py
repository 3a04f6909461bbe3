"""Takes an agent's second factor away, from the server: for the only administrator, whom no colleague can help."""

from argparse import ArgumentParser
from typing import Any

from apps.borne_auth import second_facteur, selectors
from apps.borne_auth.errors import FacteurAbsent
from apps.borne_auth.journal import COMMANDE
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.textes import nettoyer


class Command(CommandePass):
    help = "Réinitialise le second facteur d'une personne, qui devra en activer un autre ; c'est noté au journal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="E-MAIL", help="adresse e-mail de la personne")
        parser.add_argument("--motif", required=True, help="pourquoi, et comment vous l'avez reconnue")

    def executer(self, **options: Any) -> None:
        agent = selectors.agent_de_l_email(options["email"].strip().lower())
        if agent is None:
            raise FacteurAbsent(f"Personne n'a l'adresse {options['email']}.")
        second_facteur.reinitialiser(agent=agent, acteur=None, motif=nettoyer(options["motif"]), origine=COMMANDE)
        self.stdout.write(
            f"{agent} n'a plus de second facteur et devra en activer un autre. Ses sessions sont fermées."
        )
