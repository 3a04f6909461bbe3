"""The page itself: its weight, its languages, its source."""

import gzip
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, Page, Response

from apps.pass_payments.motifs import PHRASES

from .navigateur import contexte
from .plateforme import Plateforme

STATIQUES = settings.BASE_DIR / "static" / "borne"
POIDS_MAXIMUM = 150_000
# Paths to every sentence of a catalogue, with the number of its parameters.
CHEMINS = """async (langue) => {
    const chemins = {};
    const lire = (objet, avant) => {
        for (const [cle, valeur] of Object.entries(objet)) {
            if (typeof valeur === "object") lire(valeur, `${avant}${cle}.`);
            else chemins[avant + cle] = typeof valeur === "function" ? valeur.length : -1;
        }
    };
    lire((await import(`/static/borne/langues/${langue}.js`)).default, "");
    return chemins;
}"""


def test_the_page_is_light(serveur: Plateforme, navigateur: Browser) -> None:
    """As whitenoise serves it in production: text compressed, the font already is."""
    reponses: list[Response] = []
    page = contexte(navigateur, "portrait").new_page()
    page.on("response", lambda reponse: reponses.append(reponse))
    page.goto(serveur.borne)
    page.locator(".attente-commencer").wait_for()
    page.wait_for_load_state("networkidle")
    corps = {reponse.url: reponse.body() for reponse in reponses}
    page.context.close()

    poids = sum(len(un) if url.endswith(".woff2") else len(gzip.compress(un)) for url, un in corps.items())
    assert poids < POIDS_MAXIMUM, poids
    assert len([reponse for reponse in reponses if reponse.request.is_navigation_request()]) == 1


def test_english_says_all_that_french_says(page: Page) -> None:
    francais, anglais = (page.evaluate(CHEMINS, langue) for langue in ("fr", "en"))

    assert anglais == francais


def test_reasons_of_a_failure_are_those_of_the_server(page: Page) -> None:
    motifs: dict[str, str] = page.evaluate("import('/static/borne/langues/fr.js').then((fr) => fr.default.motifs)")

    assert motifs == {str(motif): phrase for motif, phrase in PHRASES.items()}


def test_other_languages_say_nothing_that_french_does_not(page: Page) -> None:
    francais: dict[str, Any] = page.evaluate(CHEMINS, "fr")
    for langue in ("ln", "mkw"):
        autre: dict[str, Any] = page.evaluate(CHEMINS, langue)
        assert {chemin: francais.get(chemin) for chemin in autre} == autre
        assert "À RELIRE PAR DES LOCUTEURS" in (STATIQUES / "langues" / f"{langue}.js").read_text(encoding="utf-8")


def test_every_sentence_that_the_page_says_exists(page: Page) -> None:
    francais: dict[str, Any] = page.evaluate(CHEMINS, "fr")
    dits = {
        chemin
        for source in (STATIQUES / "js").glob("**/*.js")
        for chemin in re.findall(r"""\bt\(\s*"([a-z_]+\.[A-Za-z_.0-9]+)\"""", source.read_text(encoding="utf-8"))
    }

    assert dits - francais.keys() == set()
    assert len(dits) > 150


def test_the_source_writes_no_markup_and_asks_nobody_else() -> None:
    interdits = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|sessionStorage|document\.cookie|https?://"
    )
    sources: list[Path] = [
        *(STATIQUES / "js").glob("**/*.js"),
        *(STATIQUES / "langues").glob("*.js"),
        STATIQUES / "borne.css",
    ]
    trouves = {source.name: interdits.findall(source.read_text(encoding="utf-8")) for source in sources}
    gardes = [source.name for source in sources if "localStorage" in source.read_text(encoding="utf-8")]

    # The name of a namespace is not an address.
    assert {nom: uns for nom, uns in trouves.items() if uns} == {"dom.js": ["http://"]}
    assert gardes == ["machine.js"]
