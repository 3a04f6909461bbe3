"""`cycle_de_vie` of the whole portfolio, against reading the tables that it must read once, from end to end.

In a copy, three days in a row: each finds the transitions that fell due since the day before, decides and writes them.
"""

from datetime import timedelta

from apps.pass_payments.lifecycle import appliquer, decider
from bench.databases import copie, jour_de, lire, nom_de
from bench.report import Resultat, temps
from bench.timing import entrelacer

TITRE = "cycle_de_vie"
EXPLICATION = (
    "Deciding and writing one day's transitions, against one scan of `souscriptions_pass`, `periodes_couverture` and "
    "`paiements_pass` (three `SELECT count(*), sum(…)` that may not use an index, parallel workers allowed on both sides). "
    "What limits it: the floor adds up columns with two workers and brings no rows together; the cycle joins and groups "
    "the three tables by subscription in one process, about 1.7 µs a subscription and four fifths of its time."
)
JOURS = 3

_PARCOURS = """
    SELECT count(*), sum(montant_souscription) FROM souscriptions_pass;
    SELECT count(*), sum(prime) FROM periodes_couverture;
    SELECT count(*), sum(montant_net) FROM paiements_pass;
"""


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    premier = jour_de(nom_de(grand)) + timedelta(days=1)
    ecrites = []

    def cycle(tour: int) -> None:
        jour = premier + timedelta(days=tour)
        ecrites.append(appliquer(decisions=decider(jour=jour), jour=jour).total())

    def parcourir(_: int) -> None:
        lire("SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off")
        lire(_PARCOURS)
        lire("RESET enable_indexscan; RESET enable_indexonlyscan; RESET enable_bitmapscan")

    with copie(nom_de(grand)):
        lire("VACUUM")
        parcourir(0)
        mesure = entrelacer({"cycle": cycle, "scan": parcourir}, manches=JOURS)
    resultat = temps(mesure, ours="cycle", floor="scan", nom=f"one day, {grand:,}", au_plus=2)
    return [Resultat(**{**vars(resultat), "detail": f"{resultat.detail}; transitions {', '.join(map(str, ecrites))}"})]
