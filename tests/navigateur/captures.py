"""`python -m tests.navigateur.captures DOSSIER`: a picture of every screen, standing and lying, for people to look at.

`… DOSSIER back-office`: of every page of a day's work, at a desk and on a tablet, by day and by night.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from .journee import Journee, aspects
from .navigateur import Ecoute, chromium, contexte
from .parcours import visite
from .plateforme import plateforme

FORMATS = ("portrait", "paysage")


def photographier(dossier: Path, formats: tuple[str, ...]) -> int:
    """Writes `<rank>-<screen>-<format>.png`. Returns how many; stops at the first thing that breaks in the page."""
    dossier.mkdir(parents=True, exist_ok=True)
    nombre = 0
    with plateforme() as serveur, chromium() as navigateur:
        for rang_format, format in enumerate(formats):
            page = contexte(navigateur, format).new_page()
            ecoute = Ecoute(page, urlsplit(serveur.url).netloc)
            page.clock.install()
            page.goto(serveur.borne)
            page.locator(".attente-commencer").wait_for()
            for rang, nom in enumerate(visite(page, serveur, prospecte=f"06911220{rang_format}"), start=1):
                page.screenshot(path=dossier / f"{rang:02}-{nom}-{format}.png")
                nombre += 1
            page.context.close()
            if ecoute.fautes:
                raise SystemExit("\n".join(ecoute.fautes))
    return nombre


def photographier_le_back_office(dossier: Path) -> int:
    """Writes `<rank>-<page>-<format>-<aspect>.png`. Returns how many; stops at the first thing that breaks in a page."""
    dossier.mkdir(parents=True, exist_ok=True)
    nombre = 0
    with plateforme() as serveur, chromium() as navigateur:
        jour = Journee(serveur, navigateur)
        for rang, (nom, page) in enumerate(jour.etapes(), start=1):
            page.wait_for_load_state()
            for aspect in aspects(page):
                page.screenshot(path=dossier / f"{rang:02}-{nom}-{aspect}.png")
                nombre += 1
        if jour.fautes:
            raise SystemExit("\n".join(jour.fautes))
    return nombre


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(f"Usage : python -m tests.navigateur.captures DOSSIER [back-office | {' | '.join(FORMATS)} …]")
    if sys.argv[2:] == ["back-office"]:
        faites = photographier_le_back_office(Path(sys.argv[1]))
    else:
        faites = photographier(Path(sys.argv[1]), tuple(sys.argv[2:]) or FORMATS)
    sys.stdout.write(f"{faites} captures dans {sys.argv[1]}\n")
