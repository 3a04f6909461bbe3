"""Runs the benchmarks, prints what they found and, at full size, writes it into bench/results.md."""

import argparse
import os

import django
import psutil

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nsia_pass_api.settings")
django.setup()

from bench import (  # noqa: E402 - models need django.setup()
    attribution,
    audit,
    back_office,
    callbacks,
    cycle,
    dashboard,
    databases,
    generation,
    kiosk,
    settlement,
    views,
)
from bench.report import RESULTATS, ecrire, section, tableau  # noqa: E402
from nsia_pass_api.dates import maintenant  # noqa: E402

BENCHMARKS = {
    "views": views,
    "dashboard": dashboard,
    "cycle": cycle,
    "attribution": attribution,
    "generation": generation,
    "settlement": settlement,
    "callbacks": callbacks,
    "audit": audit,
    "kiosk": kiosk,
    "back_office": back_office,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, metavar=("SMALL", "BIG"), default=(1_000, 1_000_000))
    parser.add_argument(
        "--quick", action="store_true", help="1 000 and 20 000 subscriptions, few samples: does it run?"
    )
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="this one only; may be given again")
    parser.add_argument("--rebuild", action="store_true", help="generate the databases again")
    options = parser.parse_args()
    petit, grand = (1_000, 20_000) if options.quick else options.sizes
    for nombre in (0, petit, grand):
        databases.portefeuille(nombre, refaire=options.rebuild)

    for nom in options.only or BENCHMARKS:
        module = BENCHMARKS[nom]
        debut, charge = maintenant(), psutil.getloadavg()[0]
        databases.connecter(databases.nom_de(grand))
        resultats = module.mesurer(petit=petit, grand=grand, rapide=options.quick)
        print(f"\n{module.TITRE}\n{tableau(resultats)}", flush=True)
        databases.connecter(databases.nom_de(grand))
        if not options.quick:
            ecrire(section(module.TITRE, module.EXPLICATION, resultats, debut=debut, charge=charge))
    print(f"\n{RESULTATS} {'left as it was' if options.quick else 'written'}")


if __name__ == "__main__":
    main()
