"""`cycle_de_vie` of the whole portfolio, against reading the tables that say the state of everybody once, from end to end.

In a copy, three days in a row: each finds the transitions that fell due since the day before, decides and writes them.
"""

import time
from dataclasses import replace
from datetime import timedelta
from statistics import median

from apps.pass_payments.lifecycle import appliquer, decider
from bench.databases import copie, jour_de, lire, nom_de
from bench.report import Resultat, duree, temps
from bench.timing import entrelacer

TITRE = "cycle_de_vie"
EXPLICATION = (
    "Deciding and writing one day's transitions, against one scan of `souscriptions_pass`, `periodes_couverture` and "
    "`paiements_pass` (three `SELECT count(*), sum(…)` that may not use an index, on two cores). Nothing is scanned: "
    "`examens_souscriptions`, which triggers keep, names those that may have to move. What is left is writing them, with their "
    "audit, their facts and their guards."
)
JOURS = 3

_PARCOURS = """
    SELECT count(*), sum(montant_souscription) FROM souscriptions_pass;
    SELECT count(*), sum(prime) FROM periodes_couverture;
    SELECT count(*), sum(montant_net) FROM paiements_pass;
"""


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    premier = jour_de(nom_de(grand)) + timedelta(days=1)
    ecrites: list[int] = []
    decisions: list[float] = []

    def cycle(tour: int) -> None:
        jour = premier + timedelta(days=tour)
        debut = time.perf_counter()
        decidees = decider(jour=jour)
        decisions.append(time.perf_counter() - debut)
        ecrites.append(appliquer(decisions=decidees, jour=jour).total())

    def parcourir(_: int) -> None:
        lire("SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off")
        lire(_PARCOURS)
        lire("RESET enable_indexscan; RESET enable_indexonlyscan; RESET enable_bitmapscan")

    with copie(nom_de(grand)):
        lire("VACUUM")
        parcourir(0)
        mesure = entrelacer({"cycle": cycle, "scan": parcourir}, manches=JOURS)
    resultat = temps(mesure, ours="cycle", floor="scan", nom=f"one day, {grand:,}", au_plus=2)
    detail = f"{resultat.detail}; deciding {duree(median(decisions))}; transitions {', '.join(map(str, ecrites))}"
    return [replace(resultat, detail=detail)]
