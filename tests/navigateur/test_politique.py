"""The back office works under its Content-Security-Policy: no page has anything refused, nor an error of its own."""

import re

from playwright.sync_api import Browser

from .navigateur import Ecoute, contexte
from .plateforme import Plateforme
from .test_second_facteur import entrer

LISTE = re.compile(r"/admin/[a-z_]+/[a-z]+/$")


def test_each_list_and_its_first_page_run(serveur: Plateforme, navigateur: Browser) -> None:
    page = contexte(navigateur, "ordinateur").new_page()
    ecoute = Ecoute(page, serveur.url.removeprefix("http://"))
    entrer(page, serveur, *serveur.administratrice)
    page.goto(f"{serveur.url}/admin/")
    liens = page.locator("a[href]").evaluate_all("liens => liens.map(lien => lien.getAttribute('href'))")
    listes = sorted({lien for lien in liens if LISTE.search(lien)})
    assert len(listes) > 15
    for liste in listes:
        page.goto(f"{serveur.url}{liste}")
        assert page.evaluate("() => typeof window.Alpine") == "object"
        filtres = page.get_by_text("Filtres", exact=True)
        if filtres.count():
            filtres.first.click()
        lignes = page.locator("#result_list tbody a[href*='/change/']")
        if lignes.count():
            page.goto(f"{serveur.url}{lignes.first.get_attribute('href')}")
    page.context.close()
    assert ecoute.fautes == []
