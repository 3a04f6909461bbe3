"""The kiosk's page on a processor four times slower: its first picture, and the slowest answer to a touch.

What is counted is the time that the page's own thread works, as Chromium's trace tells it, times four: the other programs of
this machine, and the development server, would otherwise be judged with the page, and CDP's own `setCPUThrottlingRate` slows
the thread by the clock on the wall, so that their share is multiplied too. The clock on the wall is told beside it.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect

from bench.report import Resultat
from tests.navigateur.gestes import JEAN_BAPTISTE, bouton, taper, titre, vers_connexion
from tests.navigateur.navigateur import chromium, contexte
from tests.navigateur.plateforme import plateforme

TITRE = "Kiosk"
EXPLICATION = (
    "Debian's Chromium, headless, on the platform of `manage.py demo`. Milliseconds of the page's own thread, times four; "
    "of three visits the least, because a neighbour makes work longer, never shorter. First picture: from the navigation to "
    "the first contentful paint. Touch: its handling and the making of the first frame that shows what it did, the slowest of "
    "a visit that touches everything on the way from login to payment."
)
RALENTI = 4
# A neighbour that empties the processor's caches makes work longer, never shorter: of several visits the least is the page's.
VISITES = 3
PREMIERE_IMAGE_MS, TOUCHER_MS = 1_000, 100
_CATEGORIES = "devtools.timeline,disabled-by-default-devtools.timeline,loading,blink.user_timing"
# The steps of a frame on the page's thread, in their order.
_IMAGE = {"RunMicrotasks", "UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize", "Commit"}
PREMIERE_IMAGE = """new Promise((resolve) => new PerformanceObserver((liste) => {
    if (liste.getEntriesByName("first-contentful-paint").length) resolve();
}).observe({type: "paint", buffered: true}))"""

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


def mesurer(*, petit: int, grand: int, rapide: bool) -> list[Resultat]:
    """The portfolio plays no part. In a thread of its own: Django would take one with Playwright's loop for asynchronous."""
    with ThreadPoolExecutor(1) as fil:
        return fil.submit(_mesurer, visites=1 if rapide else VISITES).result()


def _mesurer(*, visites: int) -> list[Resultat]:
    resultats = []
    with plateforme() as serveur, chromium() as navigateur:
        images = [_premiere_image(navigateur, serveur.borne) for _ in range(visites)]
        travaillees, horloges = min(image[0] for image in images), [image[1] for image in images]
        detail = f"{min(horloges):.0f} to {max(horloges):.0f} ms by the clock, unthrottled"
        resultats.append(
            Resultat(
                "first picture, four times slower (ms)",
                travaillees,
                f"< {PREMIERE_IMAGE_MS}",
                travaillees < PREMIERE_IMAGE_MS,
                detail,
            )
        )
        for format in ("portrait", "paysage"):
            parcours = [_touchers(navigateur, serveur.borne, format) for _ in range(visites)]
            durees = [min(memes) for memes in zip(*parcours, strict=True)]
            pire = max(durees)
            nom = f"slowest touch, {format}, four times slower (ms)"
            resultats.append(Resultat(nom, pire, f"< {TOUCHER_MS}", pire < TOUCHER_MS, f"{len(durees)} touches"))
    return resultats


def _premiere_image(navigateur: Browser, adresse: str) -> tuple[float, float]:
    """Milliseconds of work at the slow speed, and by the clock on the wall."""
    page = contexte(navigateur, "portrait").new_page()
    with trace(page) as evenements:
        page.goto(adresse)
        expect(page.locator(".attente-commencer")).to_be_visible()
        page.evaluate(PREMIERE_IMAGE)
    page.context.close()
    depart = next(e["ts"] for e in evenements if e["name"] == "navigationStart")
    image = next(e["ts"] for e in evenements if e["name"] == "firstContentfulPaint")
    return travail(evenements, {"RunTask"}, depart, image), (image - depart) / 1_000


def _touchers(navigateur: Browser, adresse: str, format: str) -> list[float]:
    page = contexte(navigateur, format).new_page()
    page.goto(adresse)
    page.locator(".attente-commencer").wait_for()
    with trace(page) as evenements:
        toucher_a_tout(page)
    page.context.close()
    return reponses(evenements)


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
