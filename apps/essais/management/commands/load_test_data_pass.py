from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from apps.essais.demo import charger_portefeuille, lire_portefeuille
from nsia_pass_api.commands import CommandePass
from nsia_pass_api.telephones import afficher


class Command(CommandePass):
    help = "Charge le portefeuille de démonstration (fixtures/portefeuille_demo.json). Relancer ne double rien."
    reprise = "Relancez la même commande : rien n'a été écrit, elle fait tout ou rien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--simulation", action="store_true", help="Dit ce qui serait fait, sans rien écrire.")

    def executer(self, **options: Any) -> None:
        chargement = charger_portefeuille(portefeuille=lire_portefeuille(), simulation=options["simulation"])
        if not chargement.ecrits:
            self.stdout.write("Le portefeuille de démonstration est déjà chargé : rien n'a été écrit.")
        elif chargement.deja_connus:
            self.stdout.write(f"Déjà connus, laissés tels quels : {', '.join(chargement.deja_connus)}.")
        self.bilan(chargement.ecrits)
        if options["simulation"]:
            return
        self.stdout.write("\nÀ essayer sur la borne, police et téléphone :")
        for contrat in chargement.contrats:
            if contrat.etat_du_contrat not in settings.CONNEXION_ETATS:
                continue
            client = f"{contrat.prenom} {contrat.nom}"
            self.stdout.write(
                f"  {contrat.police:<18}  {afficher(contrat.telephone)}  "
                f"{contrat.nom_produit:<11}  {contrat.etat_du_contrat:<10}  {client}"
            )
