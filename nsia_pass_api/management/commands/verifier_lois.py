"""`manage.py verifier_lois`: the laws of money and contracts over the whole database; code 1 when one is broken."""

import sys
from typing import Any

from django.db import connection, transaction

from nsia_pass_api.commands import CommandePass
from nsia_pass_api.lois import violations


class Command(CommandePass):
    help = "Vérifie sur toute la base les lois de l'argent et des contrats ; rien n'est écrit."
    interruption = "Interrompu : rien n'a été changé."
    reprise = "Relancez la même commande."

    def executer(self, **options: Any) -> None:
        with transaction.atomic(), connection.cursor() as curseur:
            curseur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            lois = violations(curseur)
        for nom, fautes in lois.items():
            self.stdout.write(f"{self.style.ERROR('faux') if fautes else self.style.SUCCESS('vrai')}  {nom}")
            for faute in fautes:
                self.stdout.write(f"      {faute}")
        rompues = sum(bool(fautes) for fautes in lois.values())
        self.bilan({"Lois": len(lois), "Rompues": rompues})
        if rompues:
            sys.exit(1)
