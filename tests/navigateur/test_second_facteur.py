"""A member of staff enrols a telephone, leaves, and comes back with a code."""

import time
from base64 import b32decode

from django_otp.oath import hotp
from playwright.sync_api import Browser, Page, expect

from .navigateur import Ecoute, contexte
from .plateforme import Plateforme

EMAIL, MOT_DE_PASSE = "essai.navigateur@nsia-pass.test", "une phrase de passe"


def test_enrolling_then_signing_in_with_a_code(serveur: Plateforme, navigateur: Browser) -> None:
    une = contexte(navigateur, "ordinateur").new_page()
    ecoute = Ecoute(une, serveur.url.removeprefix("http://"))
    entrer(une, serveur, *serveur.administratrice)
    une.goto(f"{serveur.url}/admin/borne_auth/agent/add/")
    for nom, valeur in {
        "email": EMAIL,
        "matricule": "ESSAI-1",
        "first_name": "Aline",
        "last_name": "MABIALA",
        "password1": MOT_DE_PASSE,
        "password2": MOT_DE_PASSE,
    }.items():
        une.locator(f"[name={nom}]").fill(valeur)
    une.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(une.get_by_text("ajouté").first).to_be_visible()
    une.context.clear_cookies()

    entrer(une, serveur, EMAIL, MOT_DE_PASSE)
    une.goto(f"{serveur.url}/admin/second-facteur/")
    image = une.get_by_alt_text("Code QR")
    assert image.evaluate("image => image.complete && image.naturalWidth") > 0
    cle = b32decode(une.locator("#cle").inner_text().replace(" ", ""))
    pas = int(time.time()) // 30
    une.get_by_label("Code affiché par l'application").fill(f"{hotp(cle, pas):06d}")
    une.get_by_role("button", name="Activer le second facteur").click()
    expect(une.locator(".facteur-codes li")).to_have_count(10)
    secours = une.locator(".facteur-codes code").first.inner_text()
    une.context.clear_cookies()

    entrer(une, serveur, EMAIL, MOT_DE_PASSE)
    expect(une.get_by_role("heading", name="Encore un code")).to_be_visible()
    # The code that enrolled is used up; the next one is accepted a step early.
    une.get_by_label("Code").fill(f"{hotp(cle, pas):06d}")
    une.get_by_role("button", name="Vérifier").click()
    expect(une.get_by_role("alert")).to_contain_text("déjà utilisé")
    une.get_by_label("Code").fill(f"{hotp(cle, pas + 1):06d}")
    une.get_by_role("button", name="Vérifier").click()
    expect(une.get_by_text("Bonjour Aline")).to_be_visible()
    une.context.clear_cookies()

    entrer(une, serveur, EMAIL, MOT_DE_PASSE)
    une.get_by_label("Code").fill(secours.lower())
    une.get_by_role("button", name="Vérifier").click()
    expect(une.get_by_text("Bonjour Aline")).to_be_visible()
    une.context.close()
    assert ecoute.fautes == []


def entrer(page: Page, serveur: Plateforme, email: str, mot_de_passe: str) -> None:
    page.goto(f"{serveur.url}/admin/")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(mot_de_passe)
    page.get_by_role("button", name="Connexion").click()
    page.wait_for_load_state()
