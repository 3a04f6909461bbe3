"""`manage.py table_des_droits`: the table of rights of docs/back_office.md, from what apps say in their `pages.py`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.borne_auth.droits import table_des_droits

DEBUT, FIN = "<!-- manage.py table_des_droits -->\n", "<!-- / -->"


class Command(BaseCommand):
    help = "Récrit la table des droits dans docs/back_office.md."

    def handle(self, **options: Any) -> None:
        page = settings.BASE_DIR / "docs/back_office.md"
        texte = page.read_text(encoding="utf-8")
        avant, _, reste = texte.partition(DEBUT)
        _, _, apres = reste.partition(FIN)
        page.write_text(f"{avant}{DEBUT}{table_des_droits()}{FIN}{apres}", encoding="utf-8")
        self.stdout.write(f"{page} : {table_des_droits().count(chr(10)) - 2} modèles.")
