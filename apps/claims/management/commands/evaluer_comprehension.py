"""`manage.py evaluer_comprehension FICHIER`: how well the rules understand declarations whose meaning is known."""

import json
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.claims.comprehension import comprendre, prechauffer
from apps.claims.comprehension.evaluation import CHAMPS, Bilan, en_json, mediane, noter


class Command(BaseCommand):
    help = "Mesure la compréhension des déclarations d'un fichier JSON (une par ligne : id, today, text, gold)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("fichier", type=Path, help="déclarations, une par ligne")
        parser.add_argument("--sortie", type=Path, help="écrit ce qui est compris, un objet JSON par ligne")
        parser.add_argument("--fautes", action="store_true", help="montre chaque champ mal compris")

    def handle(self, *args: Any, **options: Any) -> None:
        declarations = self._lire(options["fichier"])
        prechauffer()  # what is read and compiled once is not counted in the first message
        compris, durees = [], []
        for declaration in declarations:
            debut = time.process_time()
            trouve = comprendre(declaration["text"], aujourdhui=date.fromisoformat(declaration["today"]))
            durees.append((time.process_time() - debut) * 1_000)
            compris.append({champ: en_json(trouve[champ].valeur) if champ in trouve else None for champ in CHAMPS})
        if options["sortie"]:
            lignes = [{"id": lue["id"], **dit} for lue, dit in zip(declarations, compris, strict=True)]
            texte = "".join(f"{json.dumps(ligne, ensure_ascii=False)}\n" for ligne in lignes)
            options["sortie"].write_text(texte, encoding="utf-8")
        couples = [
            (str(lue["id"]), dit, lue["gold"]) for lue, dit in zip(declarations, compris, strict=True) if "gold" in lue
        ]
        self._montrer(noter(couples), durees, fautes=options["fautes"])

    def _lire(self, fichier: Path) -> list[dict[str, Any]]:
        try:
            lignes = fichier.read_text(encoding="utf-8").splitlines()
        except OSError as erreur:
            raise CommandError(f"{fichier} ne se lit pas : {erreur.strerror}.") from erreur
        declarations = []
        for rang, ligne in enumerate(lignes, 1):
            if not ligne.strip():
                continue
            try:
                lue = json.loads(ligne)
                date.fromisoformat(lue["today"])
                declarations.append({"id": rang, **lue, "text": str(lue["text"])})
            except (ValueError, TypeError, KeyError) as erreur:
                raise CommandError(
                    f"{fichier}, ligne {rang} : il faut un objet JSON avec id, today et text."
                ) from erreur
        return declarations

    def _montrer(self, bilan: Bilan, durees: list[float], *, fautes: bool) -> None:
        if fautes:
            for identifiant, champ, attendu, donne in bilan.fautes:
                self.stdout.write(f"{identifiant} {champ} : attendu {attendu!r}, compris {donne!r}")
        self.stdout.write(f"{'champ':<17}{'précision':>10}{'rappel':>8}{'contraires':>12}{'compris':>9}{'attendus':>9}")
        for champ, compte in bilan.champs.items():
            self.stdout.write(
                f"{champ:<17}{compte.precision:>10.3f}{compte.rappel:>8.3f}{compte.contraires:>12}{compte.donnes:>9}{compte.attendus:>9}"
            )
        part = bilan.justes / bilan.lignes if bilan.lignes else 1.0
        self.stdout.write(
            f"Lignes entièrement justes : {bilan.justes} sur {bilan.lignes} ({part:.3f}). Contraires : {bilan.contraires}."
        )
        self.stdout.write(
            f"Millisecondes de processeur par message : médiane {mediane(durees):.1f}, maximum {max(durees, default=0):.1f}."
        )
