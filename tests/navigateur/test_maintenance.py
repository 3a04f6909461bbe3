"""Whoever plays with the logo finds a door that only the back office opens, and no single touch stops the machine."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from .gestes import bouton, taper, terminer, titre
from .navigateur import contexte
from .plateforme import Plateforme

CODE = "BZV-ESSAI-01"
CLE = "Clé de la borne"


@pytest.fixture(scope="module")
def cle(serveur: Plateforme) -> str:
    """The key of a kiosk that the platform knows."""
    lignes = serveur.commande("enregistrer_borne", CODE, "--agence", "Poto-Poto").splitlines()
    (trouvee,) = [ligne.split()[-1] for ligne in lignes if re.search(r"[A-Za-z0-9_-]{43}$", ligne)]
    return trouvee


def munir(page: Page, cle: str) -> Page:
    """The first screen of a kiosk whose key is in the page's storage."""
    page.evaluate("cle => localStorage.setItem('nsia-borne-cle', cle)", cle)
    page.reload()
    page.locator(".attente-commencer").wait_for()
    return page


@contextmanager
def back_office(serveur: Plateforme, navigateur: Browser) -> Iterator[Page]:
    page = contexte(navigateur, "ordinateur").new_page()
    email, mot_de_passe = serveur.administratrice
    page.goto(f"{serveur.url}/admin/")
    page.locator("[name=username]").fill(email)
    page.locator("[name=password]").fill(mot_de_passe)
    page.locator("[type=submit]").click()
    yield page
    page.context.close()


def donner_un_code(serveur: Plateforme, navigateur: Browser) -> str:
    with back_office(serveur, navigateur) as page:
        page.goto(f"{serveur.url}/admin/borne_auth/borne/")
        page.get_by_role("link", name=CODE).click()
        page.get_by_role("link", name="Code de maintenance").click()
        page.locator("[name=motif]").fill("nouvelle clé, avec M. Okemba")
        page.get_by_role("button", name="Code de maintenance").click()
        return page.locator(".revelation code").inner_text().replace(" ", "")


def la_porte(page: Page) -> None:
    """Five seconds on the logo."""
    logo = page.locator(".marque-grande")
    logo.dispatch_event("pointerdown")
    page.clock.run_for(5_100)
    titre(page, "Maintenance")


def test_five_seconds_on_the_logo_open_nothing(page: Page, cle: str) -> None:
    borne = munir(page, cle)
    la_porte(borne)

    expect(borne.get_by_label("Code de maintenance")).to_be_focused()
    assert bouton(borne, "Effacer la clé").count() == 0
    assert borne.get_by_label(CLE).count() == 0
    taper(borne, "12345678")
    borne.locator(".clavier [data-touche='ok']").click()
    expect(borne.locator(".messages")).to_contain_text("Ce code n'ouvre pas cette borne.")
    expect(borne.get_by_label("Code de maintenance")).to_have_value("")


def test_a_code_of_the_back_office_opens_and_erasing_asks_again(
    page: Page, serveur: Plateforme, navigateur: Browser, cle: str
) -> None:
    borne = munir(page, cle)
    code = donner_un_code(serveur, navigateur)
    la_porte(borne)
    taper(borne, code)
    bouton(borne, "Ouvrir la maintenance").click()
    expect(borne.get_by_text(f"{CODE}, Poto-Poto")).to_be_visible()

    bouton(borne, "Effacer la clé").click()
    titre(borne, "Effacer la clé de cette borne ?")
    bouton(borne, "Effacer la clé").click()
    expect(borne.get_by_text(f"Cette borne est {CODE}.")).to_be_visible()
    bouton(borne, "Garder la clé").click()
    titre(borne, "Maintenance")
    assert borne.evaluate("localStorage.getItem('nsia-borne-cle')") == cle
    bouton(borne, "Effacer la clé").click()
    taper(borne, CODE)
    bouton(borne, "Effacer la clé").click()
    titre(borne, "Votre assurance, à portée de main")
    assert borne.evaluate("({...localStorage})") == {}


def test_a_code_opens_once(page: Page, serveur: Plateforme, navigateur: Browser, cle: str) -> None:
    borne = munir(page, cle)
    code = donner_un_code(serveur, navigateur)
    for attendu in (f"{CODE}, Poto-Poto", "Ce code n'ouvre pas cette borne."):
        la_porte(borne)
        taper(borne, code)
        bouton(borne, "Ouvrir la maintenance").click()
        expect(borne.get_by_text(attendu)).to_be_visible()
        terminer(borne)


def test_without_a_network_it_stays_shut_and_says_so(page: Page, cle: str) -> None:
    borne = munir(page, cle)
    borne.context.set_offline(True)
    la_porte(borne)

    expect(borne.get_by_text("Sans réseau, la maintenance ne s'ouvre pas ici.")).to_be_visible()
    assert borne.locator("input").count() == 0
    borne.context.set_offline(False)
    bouton(borne, "Réessayer").click()
    expect(borne.get_by_label("Code de maintenance")).to_be_visible()


def test_a_new_machine_takes_its_key_at_once(page: Page, cle: str) -> None:
    la_porte(page)
    page.get_by_label(CLE).fill(cle)
    bouton(page, "Vérifier et enregistrer").click()

    expect(page.locator(".messages")).to_have_text(f"Borne {CODE}, Poto-Poto : reconnue.")
    assert page.evaluate("localStorage.getItem('nsia-borne-cle')") == cle
    assert bouton(page, "Effacer la clé").count() == 0


def test_a_machine_whose_key_is_refused_takes_another(page: Page, cle: str) -> None:
    la_porte(munir(page, "ancienne"))
    expect(page.locator(".messages")).to_have_text("Cette borne n'est pas reconnue. Prévenez un agent.")
    page.get_by_label(CLE).fill(cle)
    bouton(page, "Vérifier et enregistrer").click()

    expect(page.locator(".messages")).to_have_text(f"Borne {CODE}, Poto-Poto : reconnue.")
    assert page.evaluate("localStorage.getItem('nsia-borne-cle')") == cle
