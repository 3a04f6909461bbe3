"""Seals the secrets of second factors under the present key, so that a former one may be forgotten."""

from typing import Any

from apps.borne_auth import second_facteur
from nsia_pass_api.commands import CommandePass


class Command(CommandePass):
    help = (
        "Rechiffre les secrets des seconds facteurs avec CLE_SECOND_FACTEUR ; l'ancienne clé peut ensuite disparaître."
    )

    def executer(self, **options: Any) -> None:
        rechiffres = list(second_facteur.rechiffrer())
        self.bilan({"Rechiffrés": sum(rechiffres), "Déjà à jour": len(rechiffres) - sum(rechiffres)})
