"""`manage.py diagnostic`: what is wrong on this machine, one line each with its mend; code 1 when something is."""

import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from nsia_pass_api.diagnostic import Niveau, examiner


class Command(BaseCommand):
    help = "Vérifie réglages, base, droits, migrations, horloge et disque ; dit pour chaque défaut comment y remédier."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        styles = {
            Niveau.OK: self.style.SUCCESS,
            Niveau.ATTENTION: self.style.WARNING,
            Niveau.ERREUR: self.style.ERROR,
        }
        count: Counter[Niveau] = Counter()
        for constat in examiner(connection):
            count[constat.niveau] += 1
            self.stdout.write(f"{styles[constat.niveau](f'{constat.niveau:<9}')}  {constat.sujet:<12}  {constat.texte}")
        self.stdout.write(f"\n{count[Niveau.ERREUR]} erreur(s), {count[Niveau.ATTENTION]} point(s) d'attention.")
        if count[Niveau.ERREUR]:
            sys.exit(1)
