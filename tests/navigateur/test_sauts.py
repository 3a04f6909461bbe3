"""Nothing on the page moves that nobody has touched."""

import re

import pytest
from playwright.sync_api import Page, expect

from .gestes import JEAN_BAPTISTE, bouton, preparer_versement, se_connecter, terminer, titre
from .plateforme import Plateforme

SAUTS = """
window.sauts = [];
new PerformanceObserver((liste) => {
    for (const saut of liste.getEntries()) {
        const ou = saut.sources.map(({node}) => node?.className || node?.nodeName);
        if (!saut.hadRecentInput) window.sauts.push(`${document.body.dataset.ecran} ${saut.value.toFixed(4)} ${ou}`);
    }
}).observe({type: "layout-shift", buffered: true});
"""


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
