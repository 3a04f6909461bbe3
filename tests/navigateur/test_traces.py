"""What a curious person finds on the machine after « Terminer »: in the page's memory, its network log and the browser's disk."""

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from .gestes import MARIE_CLAIRE, bouton, saisir, terminer, titre, vers_connexion
from .navigateur import ARGUMENTS, FORMATS, contexte
from .plateforme import Plateforme

# Her, her children, her police and phone as typed, stored and shown. The visit below reads and types all of them.
PERSONNEL = [
    MARIE_CLAIRE.nom,
    MARIE_CLAIRE.prenom,
    "Exaucée",
    MARIE_CLAIRE.police,
    MARIE_CLAIRE.telephone,
    "05 987 65 43",
    f"+242{MARIE_CLAIRE.telephone}",
]


def ouvrir(page: Page) -> list[str]:
    """A session that has shown a contract, its documents and its beneficiaries. Gives its two tokens."""
    vers_connexion(page)
    with page.expect_response("**/auth/login/") as reponse:
        saisir(page, MARIE_CLAIRE.police, MARIE_CLAIRE.telephone)
    jetons: dict[str, str] = reponse.value.json()["tokens"]
    titre(page, "Bonjour, Marie Claire")
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS SALISA")
    page.evaluate("window.print = () => {}; null")
    for onglet in ("Garanties", "Bénéficiaires", "Documents"):
        page.get_by_role("tab", name=onglet).click()
    with page.expect_response("**/attestation/**"):
        bouton(page, "Imprimer l'attestation").click()
    page.locator(".papier-attestation").wait_for(state="attached")
    bouton(page, "Voir le relevé").click()
    titre(page, "Relevé de cotisations")
    return [jetons["access"], jetons["refresh"]]


def finir(page: Page) -> None:
    with page.expect_response("**/auth/logout/"):
        terminer(page)
    titre(page, "Votre assurance, à portée de main")


def memoire(page: Page) -> list[str]:
    """Every string that the page can still reach."""
    outils = page.context.new_cdp_session(page)
    morceaux: list[str] = []
    outils.on("HeapProfiler.addHeapSnapshotChunk", lambda evenement: morceaux.append(evenement["chunk"]))
    outils.send("HeapProfiler.enable")
    for _ in range(3):
        outils.send("HeapProfiler.collectGarbage")
    outils.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    outils.detach()
    chaines: list[str] = json.loads("".join(morceaux))["strings"]
    return chaines


def trouves(aiguilles: list[str], chaines: list[str]) -> set[str]:
    botte = "\n".join(chaines)
    return {aiguille for aiguille in aiguilles if aiguille in botte}


def test_memory_holds_nobody(serveur: Plateforme, navigateur: Browser) -> None:
    """Without Playwright's clock, which remembers from where each timer was set, and what was there."""
    page = contexte(navigateur, "portrait").new_page()
    page.goto(serveur.borne)
    jetons = ouvrir(page)
    # The search finds what is there: the names that the screen was made of and the tokens.
    assert {MARIE_CLAIRE.police, *jetons} <= trouves([*PERSONNEL, *jetons], memoire(page))
    finir(page)

    assert trouves([*PERSONNEL, *jetons], memoire(page)) == set()
    page.context.close()


def test_the_network_log_of_the_page_holds_no_police(page: Page) -> None:
    ouvrir(page)
    finir(page)

    adresses: list[str] = page.evaluate("performance.getEntries().map(({ name }) => name)")
    assert [adresse for adresse in adresses if "/api/v1/" in adresse] == []


def test_every_answer_forbids_to_keep_it(page: Page) -> None:
    reponses: list[Response] = []
    page.on("response", lambda reponse: reponses.append(reponse))
    ouvrir(page)
    finir(page)

    gardees = {
        reponse.url: reponse.headers.get("cache-control", "")
        for reponse in reponses
        # The end of a session answers nothing.
        if "/api/v1/" in reponse.url and reponse.status != 204
    }
    assert len(gardees) > 5
    assert {adresse for adresse, regle in gardees.items() if "no-store" not in regle} == set()


@pytest.fixture
def disque(tmp_path: Path) -> Path:
    return tmp_path / "profil"


def test_the_disk_of_a_browser_that_keeps_its_profile_holds_nobody(
    serveur: Plateforme, navigateur: Browser, disque: Path
) -> None:
    """An ordinary Chromium, neither incognito nor in memory: history, caches, storage, sessions, whatever it writes."""
    largeur, hauteur = FORMATS["portrait"]
    ordinaire = navigateur.browser_type.launch_persistent_context(
        disque,
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
        args=ARGUMENTS,
        viewport={"width": largeur, "height": hauteur},
        locale="fr-FR",
    )
    page = ordinaire.new_page()
    page.goto(serveur.borne)
    jetons = ouvrir(page)
    finir(page)
    ordinaire.close()

    fichiers = {chemin: chemin.read_bytes() for chemin in disque.rglob("*") if chemin.is_file()}
    assert b"/borne/" in fichiers[disque / "Default" / "History"]
    for aiguille in (*PERSONNEL, *jetons, *(jeton.split(".")[1] for jeton in jetons), f"{serveur.url}/api/"):
        formes = [aiguille.encode(encodage) for encodage in ("utf-8", "utf-16-le")]
        ou = [
            str(chemin.relative_to(disque)) for chemin, octets in fichiers.items() if any(f in octets for f in formes)
        ]
        assert (aiguille, ou) == (aiguille, [])


def test_a_refused_login_leaves_neither_half_of_the_pair(serveur: Plateforme, navigateur: Browser) -> None:
    """Refused, told to wait, asked for by SMS: whoever was turned away leaves as little as whoever came in."""
    page = contexte(navigateur, "portrait").new_page()
    page.goto(serveur.borne)
    vers_connexion(page)
    paire = ["CG-2026-XYZ-987", "066917384", "06 691 73 84", "+242066917384"]
    saisir(page, paire[0], paire[1])
    page.locator(".messages .avis").wait_for()
    assert {paire[0], paire[2]} <= trouves(paire, memoire(page))
    bouton(page, "Recevoir ma police par SMS").click()
    expect(page.locator(".messages")).to_contain_text("C'est demandé.")
    terminer(page)
    titre(page, "Votre assurance, à portée de main")

    assert page.evaluate("[RegExp.input, RegExp.lastMatch, RegExp.leftContext, RegExp.rightContext].join('')") == ""
    assert trouves(paire, memoire(page)) == set()
    page.context.close()
