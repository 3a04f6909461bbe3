"""`manage.py balayer_fichiers`: what a killed process left in the storage of private files is taken away."""

from typing import Any

from apps.socle.services.fichiers import balayer
from nsia_pass_api.commands import CommandePass


class Command(CommandePass):
    help = "Retire du stockage les fichiers qu'aucune ligne ne nomme, après un jour."

    def executer(self, **options: Any) -> None:
        self.bilan({"Fichiers retirés": balayer()})
