"""`manage.py purger_paiements`: what has served is gone, what was not decided in time is closed."""

from typing import Any

from apps.pass_payments.services.idempotence import oublier_requetes
from apps.pass_payments.services.propositions import perimer
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.dates import maintenant


class Command(CommandePass):
    help = "Oublie les réponses gardées pour les demandes répétées, périme les propositions sans décision."

    def executer(self, **options: Any) -> None:
        quand = maintenant()
        self.bilan({"Réponses oubliées": oublier_requetes(quand=quand), "Propositions périmées": perimer(quand=quand)})
