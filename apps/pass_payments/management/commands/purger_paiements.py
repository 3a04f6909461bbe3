"""`manage.py purger_paiements`: what has served is gone, what was not decided in time is closed."""

from typing import Any

from apps.pass_payments.services.rappels import oublier_rappels
from apps.socle.services.idempotence import oublier_requetes
from apps.socle.services.propositions import perimer
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import maintenant


class Command(CommandePass):
    help = "Oublie les réponses gardées et les rappels sans paiement, périme les propositions sans décision."

    def executer(self, **options: Any) -> None:
        quand = maintenant()
        self.bilan(
            {
                "Réponses oubliées": oublier_requetes(quand=quand),
                "Rappels oubliés": oublier_rappels(quand=quand),
                "Propositions périmées": perimer(quand=quand),
            }
        )
