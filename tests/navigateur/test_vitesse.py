"""On a processor four times slower: the first picture under a second, each touch answered under a tenth, nothing that jumps.

What is counted is the time that the page's own thread works, as Chromium's trace tells it, times four: the other programs of the
machine that runs these tests, and the development server, would otherwise be judged with the page, and CDP's own
`setCPUThrottlingRate` slows the thread by the clock on the wall, so that their share is multiplied too.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from .gestes import JEAN_BAPTISTE, bouton, preparer_versement, se_connecter, taper, terminer, titre, vers_connexion
from .navigateur import contexte
from .plateforme import Plateforme

RALENTI = 4
# A neighbour that empties the processor's caches makes work longer, never shorter: of several visits the least is the page's.
VISITES = 3
PREMIERE_IMAGE_MS = 1_000
TOUCHER_MS = 100
_CATEGORIES = "devtools.timeline,disabled-by-default-devtools.timeline,loading,blink.user_timing"
# The steps of a frame on the page's thread, in their order.
_IMAGE = {"RunMicrotasks", "UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize", "Commit"}
PREMIERE_IMAGE = """new Promise((resolve) => new PerformanceObserver((liste) => {
    if (liste.getEntriesByName("first-contentful-paint").length) resolve();
}).observe({type: "paint", buffered: true}))"""
SAUTS = """
window.sauts = [];
new PerformanceObserver((liste) => {
    for (const saut of liste.getEntries()) {
        const ou = saut.sources.map(({node}) => node?.className || node?.nodeName);
        if (!saut.hadRecentInput) window.sauts.push(`${document.body.dataset.ecran} ${saut.value.toFixed(4)} ${ou}`);
    }
}).observe({type: "layout-shift", buffered: true});
"""

Evenement = dict[str, Any]


@contextmanager
def trace(page: Page) -> Iterator[list[Evenement]]:
    """What the page's thread did meanwhile, once the block is left."""
    outils: CDPSession = page.context.new_cdp_session(page)
    evenements: list[Evenement] = []
    fini: list[bool] = []
    outils.on("Tracing.dataCollected", lambda lot: evenements.extend(lot["value"]))
    outils.on("Tracing.tracingComplete", lambda _: fini.append(True))
    outils.send("Tracing.start", {"categories": _CATEGORIES, "transferMode": "ReportEvents"})
    yield evenements
    outils.send("Tracing.end")
    while not fini:
        page.evaluate("1")
    outils.detach()
    reperes = [e for e in evenements if e["name"] in ("EventDispatch", "firstContentfulPaint")]
    repere = max(reperes, key=lambda e: (e["name"] == "firstContentfulPaint", int(e["ts"])))
    evenements[:] = sorted((e for e in evenements if _fil(e) == _fil(repere)), key=lambda e: int(e["ts"]))


def _fil(evenement: Evenement) -> tuple[int, int]:
    return evenement["pid"], evenement["tid"]


def travail(evenements: list[Evenement], noms: set[str], debut: int, fin: int) -> float:
    """Milliseconds that a slow thread takes for the outermost events of those names that begin between `debut` and `fin`."""
    total, jusque = 0.0, 0
    for evenement in evenements:
        if evenement["name"] in noms and debut <= evenement["ts"] < fin and evenement["ts"] >= jusque:
            total += RALENTI * evenement.get("tdur", 0) / 1_000
            jusque = evenement["ts"] + evenement.get("dur", 0)
    return total


def reponses(evenements: list[Evenement]) -> list[float]:
    """For each click, its handling and the making of the first frame that shows what it did.

    What Playwright runs in the page meanwhile, to look for its next element, is not counted.
    """
    durees = []
    for clic in evenements:
        if clic["name"] == "EventDispatch" and clic["args"]["data"]["type"] == "click":
            apres = clic["ts"] + clic.get("dur", 0)
            image = next(e for e in evenements if e["name"] == "Commit" and e["ts"] >= apres)
            durees.append(travail(evenements, {"EventDispatch", *_IMAGE}, clic["ts"], image["ts"] + 1))
    return durees


def test_the_first_picture_comes_at_once(serveur: Plateforme, navigateur: Browser) -> None:
    """Without Playwright's clock, that hides the paints."""
    durees = []
    for _ in range(VISITES):
        page = contexte(navigateur, "portrait").new_page()
        with trace(page) as evenements:
            page.goto(serveur.borne)
            expect(page.locator(".attente-commencer")).to_be_visible()
            page.evaluate(PREMIERE_IMAGE)
        page.context.close()
        depart = next(e["ts"] for e in evenements if e["name"] == "navigationStart")
        image = next(e["ts"] for e in evenements if e["name"] == "firstContentfulPaint")
        durees.append(travail(evenements, {"RunTask"}, depart, image))

    assert min(durees) < PREMIERE_IMAGE_MS, durees


@pytest.mark.parametrize("format", ["portrait", "paysage"])
def test_every_touch_is_answered_at_once(page: Page) -> None:
    visites = []
    for _ in range(VISITES):
        with trace(page) as evenements:
            toucher_a_tout(page)
        visites.append(reponses(evenements))
        bouton(page, "Finish").click()
        page.locator(".attente-commencer").wait_for()

    durees = [min(memes) for memes in zip(*visites, strict=True)]
    assert len(durees) > 50
    assert max(durees) < TOUCHER_MS, [round(duree) for duree in durees]


def toucher_a_tout(page: Page) -> None:
    vers_connexion(page)
    taper(page, JEAN_BAPTISTE.police)
    page.locator(".clavier [data-touche='ok']").click()
    taper(page, JEAN_BAPTISTE.telephone)
    page.locator(".clavier [data-touche='ok']").click()
    titre(page, "Bonjour, Jean Baptiste")
    bouton(page, "Cacher les montants").click()
    bouton(page, "Montrer les montants").click()
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS KIMIA")
    for onglet in ("Garanties", "Bénéficiaires", "Documents", "Échéances"):
        page.get_by_role("tab", name=onglet).click()
    bouton(page, "Retour").click()
    titre(page, "Bonjour, Jean Baptiste")
    page.locator(".tuile", has_text="Payer").click()
    titre(page, "Que voulez-vous payer ?")
    page.locator(".carte-payer").first.locator("[data-code='libre']").click()
    for touche in ("5", "0", "0"):
        page.locator(f".pave [data-touche='{touche}']").click()
    bouton(page, "Valider").click()
    bouton(page, "Continuer").click()
    titre(page, "Quel téléphone paie ?")
    page.locator(".option", has_text="Un autre numéro").click()
    taper(page, "066001122")
    expect(page.get_by_label("MTN Mobile Money")).to_be_checked()
    bouton(page, "Langue").click()
    page.locator(".tuile-langue").nth(1).click()
    titre(page, "Which phone pays?")


@pytest.mark.parametrize("format", ["portrait", "paysage", "telephone"])
def test_nothing_jumps(page: Page, serveur: Plateforme) -> None:
    """Shifts that nobody asked for; those of a touch are its answer."""
    page.add_init_script(SAUTS)
    page.goto(serveur.borne)
    page.locator(".attente-commencer").wait_for()
    se_connecter(page, JEAN_BAPTISTE)
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS KIMIA")
    page.context.set_offline(True)
    page.get_by_role("tab", name="Documents").click()
    bouton(page, "Voir le relevé").click()
    expect(page.locator(".bandeau")).to_contain_text("Connexion interrompue")
    page.context.set_offline(False)
    titre(page, "Relevé de cotisations")
    expect(page.locator(".bandeau")).to_be_empty()
    bouton(page, "Retour").click()
    bouton(page, "Retour").click()
    preparer_versement(page)
    page.locator(".option", has_text="Un autre numéro").click()
    page.get_by_label("Numéro qui paie").fill("066001122")
    expect(page.get_by_label("MTN Mobile Money")).to_be_checked()
    terminer(page)
    page.locator(".attente-commencer").click()
    bouton(page, re.compile("^Découvrir")).click()
    page.locator(".carte-produit").nth(1).click()
    expect(page.locator(".carte-devis")).to_be_visible()

    assert page.evaluate("window.sauts") == []
