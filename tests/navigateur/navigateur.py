"""Debian's Chromium, headless, and what every page of it must keep to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A loaded machine is slow, not wrong.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
FORMATS: dict[str, tuple[int, int]] = {
    "portrait": (1080, 1920),
    "paysage": (1920, 1080),
    "ordinateur": (1366, 768),
    "tablette": (820, 1180),
    "telephone": (390, 844),
}


@contextmanager
def chromium() -> Iterator[Browser]:
    chemin = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chemin is None:
        raise RuntimeError("Chromium est absent (Debian : apt install chromium).")
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chemin, args=ARGUMENTS)
        try:
            yield navigateur
        finally:
            navigateur.close()


def contexte(navigateur: Browser, format: str, **options: Any) -> BrowserContext:
    """A browser without a past, of the size of `format`, that does not move more than asked."""
    largeur, hauteur = FORMATS[format]
    cree = navigateur.new_context(
        viewport={"width": largeur, "height": hauteur}, locale="fr-FR", reduced_motion="reduce", **options
    )
    cree.set_default_timeout(PATIENCE_MS)
    return cree


class Ecoute:
    """What a page did wrong: an exception, an error of the console, a request to somebody else."""

    def __init__(self, page: Page, hote: str) -> None:
        self.fautes: list[str] = []
        self._hote = hote
        page.on("pageerror", lambda erreur: self.fautes.append(f"exception, {page.url} : {erreur}"))
        page.on("console", self._console)
        page.on("request", lambda requete: self._requete(requete.url))

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal by the API, or a network that was cut, is told by the console whatever the page does of it.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.fautes.append(f"console : {message.text}")

    def _requete(self, url: str) -> None:
        if urlsplit(url).netloc != self._hote:
            self.fautes.append(f"requête à un tiers : {url}")
