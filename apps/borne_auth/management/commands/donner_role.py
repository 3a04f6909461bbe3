"""Gives a role from the server: for the first people who decide, whom no second person can yet approve."""

from argparse import ArgumentParser
from typing import Any

import structlog

from apps.borne_auth import equipe, selectors
from apps.borne_auth.errors import AgentAbsent
from apps.borne_auth.models import RoleAgent
from nsia_pass_api.commands import CommandePass

logger = structlog.get_logger(__name__)


class Command(CommandePass):
    help = (
        "Donne un rôle à une personne de l'équipe ; avec l'adresse du propriétaire de la base. C'est noté au journal."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="E-MAIL", help="adresse e-mail de la personne")
        parser.add_argument("role", choices=RoleAgent.values, help="le rôle, qui remplace celui qu'elle aurait")
        parser.add_argument("--motif", required=True, help="pourquoi, et qui l'a décidé")

    def executer(self, **options: Any) -> None:
        agent = selectors.agent_de_l_email(options["email"].strip().lower())
        if agent is None:
            raise AgentAbsent(f"Personne n'a l'adresse {options['email']}.")
        equipe.donner_role(agent=agent, role=options["role"])
        logger.info("role_donne_par_commande", agent=agent.pk, role=options["role"], motif=options["motif"])
        self.stdout.write(f"{agent} a le rôle « {RoleAgent(options['role']).label} ».")
