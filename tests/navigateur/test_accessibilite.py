"""Every screen, in each size: no violation of WCAG 2.2 AA that axe can see, targets of 64 px, nothing wider than the screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from .parcours import visite
from .plateforme import Plateforme

AXE = (Path(__file__).parent / "vendu" / "axe.min.js").read_text(encoding="utf-8")
REGLES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
EXAMEN = """async (regles) => (await axe.run(document, regles)).violations
    .flatMap(({id, nodes}) => nodes.map((n) => `${id} : ${n.target.join(" ")} : ${n.failureSummary}`))"""
# An option is touched anywhere on its label; a link inside a sentence would not count, and there is none.
PETITES = """() => [...document.querySelectorAll("button, input:not([type=radio], [type=checkbox]), label.option")]
    .filter((un) => un.offsetParent !== null && !un.disabled)
    .map((un) => [un, un.getBoundingClientRect()])
    .filter(([un, r]) => r.height < 63.9 || (r.width < 63.9 && !un.matches(".clavier-lettres .touche")))
    .map(([un, r]) => `${un.className} « ${un.textContent} » ${Math.round(r.width)} × ${Math.round(r.height)}`)"""
DEBORDE = """() => [document.documentElement, document.querySelector("#ecran"), document.querySelector("#entete")]
    .filter((un) => un.scrollWidth > un.clientWidth + 1)
    .map((un) => `${un.id || un.tagName} ${un.scrollWidth} > ${un.clientWidth}`)"""

FORMATS = ["portrait", "paysage", "ordinateur", "telephone"]


@pytest.mark.parametrize("format", FORMATS)
def test_every_screen_opens_and_is_for_everyone(page: Page, serveur: Plateforme, format: str) -> None:
    page.evaluate(AXE)
    fautes = [
        f"{nom} : {faute}"
        for nom in visite(page, serveur, prospecte=f"06911330{FORMATS.index(format)}")
        for faute in [*page.evaluate(EXAMEN, REGLES), *page.evaluate(DEBORDE), *page.evaluate(PETITES)]
    ]
    assert "\n".join(fautes) == ""
