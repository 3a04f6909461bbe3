"""What a benchmark found, and how it is written down."""

import os
import platform
import re
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.databases import lire
from bench.timing import Mesure
from nsia_pass_api.dates import maintenant

RESULTATS = Path(__file__).parents[1] / "bench/results.md"

_ENTETE = """# Benchmarks

Ratios of ours to a floor inside one run, interleaved, medians; absolute times are this machine's and worth nothing elsewhere.
Each section says when it was measured: a run replaces those that it measured.
"""


@dataclass(frozen=True)
class Resultat:
    """One line of the table. `valeur` holds when it is on the right side of `cible`."""

    nom: str
    valeur: float
    cible: str
    tenu: bool
    detail: str

    def colonnes(self) -> tuple[str, ...]:
        return (
            self.nom,
            f"{self.valeur:.2f}" if isinstance(self.valeur, float) else str(self.valeur),
            self.cible,
            "yes" if self.tenu else "**no**",
            self.detail,
        )


def temps(mesure: Mesure, *, ours: str, floor: str, nom: str, au_plus: float) -> Resultat:
    """`ours` takes at most `au_plus` times as long as `floor`."""
    rapport = mesure.rapport(ours, floor)
    detail = f"{duree(mesure.mediane(ours))} / {duree(mesure.mediane(floor))}, rounds {mesure.etendue(ours, floor)}"
    return Resultat(nom, rapport, f"≤ {au_plus:g}", rapport <= au_plus, detail)


def vitesse(mesure: Mesure, *, ours: str, floor: str, nom: str, au_moins: float) -> Resultat:
    """`ours` goes at `au_moins` times the speed of `floor`, or faster."""
    rapport = mesure.rapport(floor, ours)
    detail = f"{duree(mesure.mediane(ours))} / {duree(mesure.mediane(floor))}, rounds {mesure.etendue(floor, ours)}"
    return Resultat(nom, rapport, f"≥ {au_moins:g}", rapport >= au_moins, detail)


def duree(secondes: float) -> str:
    if secondes < 0.01:
        return f"{secondes * 1e6:,.0f} µs"
    return f"{secondes * 1e3:,.0f} ms" if secondes < 1 else f"{secondes:.1f} s"


def section(titre: str, explication: str, resultats: list[Resultat], *, debut: datetime, charge: float) -> str:
    """What was measured since `debut`, when the load average was `charge`; what is compared; the lines."""
    duree_s = (maintenant() - debut).total_seconds()
    mesuree = (
        f"{debut:%Y-%m-%d %H:%M} UTC, {duree_s:.0f} s; load average {charge:.1f} when it began, "
        f"{psutil.getloadavg()[0]:.1f} when it ended. {_machine()}."
    )
    return f"## {titre}\n\n{explication}\n\n{mesuree}\n\n{tableau(resultats)}\n"


def ecrire(nouvelle: str) -> None:
    """bench/results.md holds this section in the place of that of the same title; the others stay as they were."""
    texte = RESULTATS.read_text(encoding="utf-8") if RESULTATS.exists() else ""
    gardees = {une.splitlines()[0]: une.strip() + "\n" for une in re.split(r"(?m)^(?=## )", texte)[1:]}
    RESULTATS.write_text(
        "\n".join([_ENTETE, *(gardees | {nouvelle.splitlines()[0]: nouvelle}).values()]), encoding="utf-8"
    )


def tableau(resultats: list[Resultat]) -> str:
    lignes = [("measure", "figure", "target", "held", "ours / floor"), *(r.colonnes() for r in resultats)]
    largeurs = [max(len(ligne[rang]) for ligne in lignes) for rang in range(5)]
    texte = ["| " + " | ".join(c.ljust(n) for c, n in zip(ligne, largeurs, strict=True)) + " |" for ligne in lignes]
    texte.insert(1, "|" + "|".join("-" * (n + 2) for n in largeurs) + "|")
    return "\n".join(texte)


def _machine() -> str:
    versions = {
        "PostgreSQL": lire("SHOW server_version")[0][0],
        "Python": platform.python_version(),
        "Django": version("django"),
        "REST framework": version("djangorestframework"),
        "psycopg2": version("psycopg2-binary"),
    }
    reglages = ", ".join(f"{nom} {lire(f'SHOW {nom}')[0][0]}" for nom in ("shared_buffers", "fsync", "jit"))
    logiciels = ", ".join(f"{nom} {version}" for nom, version in versions.items())
    return f"{os.cpu_count()} × {_processeur()}, {platform.system()} {platform.release()}, {logiciels}; {reglages}"


def _processeur() -> str:
    try:
        infos = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    return next((ligne.split(":", 1)[1].strip() for ligne in infos.splitlines() if ligne.startswith("model name")), "?")
