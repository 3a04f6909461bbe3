"""`manage.py calculer_indicateurs`: the figures of the months that the home page of the back office draws."""

from typing import Any

from apps.pass_payments.services.indicateurs import calculer_indicateurs
from nsia_pass_api.commands import CommandePass


class Command(CommandePass):
    help = "Recalcule les chiffres des mois (souscriptions, encaissements, arriérés par agence et produit)."
    reprise = "Relancez la même commande : les anciens chiffres sont restés."

    def executer(self, **options: Any) -> None:
        self.bilan({"Chiffres": calculer_indicateurs()})
