"""Who gets in: by the keyboard of the screen, by a physical one, and who does not."""

import json
import time

from playwright.sync_api import Page, Route, expect

from .gestes import JEAN_BAPTISTE, PIERRE, SYLVIE, bouton, saisir, se_connecter, taper, titre, vers_connexion
from .plateforme import Plateforme


def test_the_keyboard_of_the_screen_opens_a_session(page: Page) -> None:
    vers_connexion(page)
    expect(page.get_by_label("Numéro de police")).to_be_focused()
    taper(page, "CG-2026-VIE-002X")
    page.locator(".clavier [data-touche='effacer']").click()
    page.locator(".clavier [data-touche='ok']").click()
    taper(page, "068124350")
    expect(page.get_by_label("Numéro de police")).to_have_value("CG-2026-VIE-002")
    expect(page.get_by_label("Téléphone")).to_have_value("06 812 43 50")
    page.locator(".clavier [data-touche='ok']").click()

    titre(page, f"Bonjour, {SYLVIE.prenom}")
    expect(page.locator(".clavier")).to_be_hidden()


def test_a_physical_keyboard_does_the_same(page: Page) -> None:
    vers_connexion(page)
    page.keyboard.type("cg-2026-vie-001")
    page.keyboard.press("Tab")
    page.keyboard.type("+242 06 123 45 67")
    page.keyboard.press("Enter")

    titre(page, f"Bonjour, {JEAN_BAPTISTE.prenom}")
    assert page.locator(".carte-contrat .carte-police").all_inner_texts() == ["CG-2026-VIE-001", "CG-2026-EPG-001"]


def test_a_wrong_pair_is_told_without_saying_which_half(page: Page) -> None:
    vers_connexion(page)
    saisir(page, JEAN_BAPTISTE.police, SYLVIE.telephone)

    expect(page.locator(".messages")).to_have_text(
        "Le numéro de police et le téléphone ne correspondent pas. Vérifiez-les, ou demandez de l'aide à un agent."
    )
    page.get_by_label("Téléphone").fill(JEAN_BAPTISTE.telephone)
    expect(page.locator(".messages")).to_be_empty()
    bouton(page, "Voir mes contrats").click()
    titre(page, f"Bonjour, {JEAN_BAPTISTE.prenom}")


def test_what_is_missing_is_said_before_anything_is_sent(page: Page) -> None:
    envois: list[str] = []
    page.on("request", lambda requete: envois.append(requete.url) if "/auth/" in requete.url else None)
    vers_connexion(page)
    bouton(page, "Voir mes contrats").click()
    expect(page.get_by_role("alert").filter(has_text="Écrivez votre numéro de police.")).to_be_visible()
    saisir(page, JEAN_BAPTISTE.police, "06 123")
    expect(page.get_by_text("Écrivez les 9 chiffres du numéro, par exemple 06 123 45 67.")).to_be_visible()

    assert envois == []


def bloquer(page: Page, *, attente: int, detail: str = "Trop d'essais. Réessayez dans 3 secondes.") -> list[str]:
    """The next login is told to wait; gives the polices of all that are sent."""
    entetes = {"Retry-After": str(attente), "Content-Type": "application/problem+json"}
    corps = json.dumps({"code": "trop_d_essais", "detail": detail})
    envois: list[str] = []

    def repondre(route: Route) -> None:
        envois.append(route.request.post_data_json["police"])
        if len(envois) == 1:
            route.fulfill(status=429, headers=entetes, body=corps)
        else:
            route.continue_()

    page.route("**/auth/login/", repondre)
    return envois


def test_too_many_guesses_have_to_wait(page: Page) -> None:
    bloquer(page, attente=3)
    vers_connexion(page)
    saisir(page, JEAN_BAPTISTE.police, JEAN_BAPTISTE.telephone)

    expect(bouton(page, "Patientez 3 s")).to_be_disabled()
    page.clock.run_for(3_100)
    bouton(page, "Voir mes contrats").click()
    titre(page, f"Bonjour, {JEAN_BAPTISTE.prenom}")


def test_the_wait_is_of_what_was_typed_and_the_next_client_goes_in(page: Page) -> None:
    detail = "Trop d'essais. Réessayez demain, dans 22 heures. Un agent peut vous aider tout de suite."
    envois = bloquer(page, attente=22 * 3600, detail=detail)
    vers_connexion(page)
    saisir(page, JEAN_BAPTISTE.police, JEAN_BAPTISTE.telephone)
    expect(page.locator(".messages")).to_have_text(detail)
    expect(bouton(page, "Patientez 22 heures")).to_be_disabled()
    # The key OK obeys what the button says.
    page.get_by_label("Téléphone").focus()
    page.locator(".clavier [data-touche='ok']").click()
    expect(page.locator(".messages")).to_have_text(detail)
    assert envois == [JEAN_BAPTISTE.police]

    page.get_by_label("Numéro de police").fill(SYLVIE.police)
    expect(page.locator(".messages")).to_be_empty()
    expect(bouton(page, "Voir mes contrats")).to_be_enabled()
    page.get_by_label("Numéro de police").fill(JEAN_BAPTISTE.police)
    expect(bouton(page, "Patientez 22 heures")).to_be_disabled()
    saisir_et_valider(page, SYLVIE.police, SYLVIE.telephone)
    titre(page, f"Bonjour, {SYLVIE.prenom}")
    assert envois == [JEAN_BAPTISTE.police, SYLVIE.police]


def saisir_et_valider(page: Page, police: str, telephone: str) -> None:
    page.get_by_label("Numéro de police").fill(police)
    page.get_by_label("Téléphone").fill(telephone)
    page.locator(".clavier [data-touche='ok']").click()


def test_a_police_may_be_typed_without_dashes_and_with_the_letter_o(page: Page) -> None:
    vers_connexion(page)
    taper(page, "CG2O26VIEOO2")
    page.locator(".clavier [data-touche='ok']").click()
    taper(page, SYLVIE.telephone)
    page.locator(".clavier [data-touche='ok']").click()

    titre(page, f"Bonjour, {SYLVIE.prenom}")


def test_a_forgotten_police_comes_by_sms(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.sms(PIERRE.mobile))
    vers_connexion(page)
    bouton(page, "Recevoir ma police par SMS").click()
    expect(page.get_by_text("Écrivez les 9 chiffres du numéro, par exemple 06 123 45 67.")).to_be_visible()
    dit = []
    for telephone in (PIERRE.telephone, "069990001"):
        page.get_by_label("Téléphone").fill(telephone)
        expect(page.locator(".messages")).to_be_empty()
        bouton(page, "Recevoir ma police par SMS").click()
        expect(page.locator(".messages")).to_contain_text("C'est demandé.")
        dit.append(page.locator(".messages").inner_text())

    assert dit[0] == dit[1]
    fin = time.monotonic() + 30
    while len(recus := serveur.sms(PIERRE.mobile)) == avant:
        assert time.monotonic() < fin
    assert f"votre police est {PIERRE.police} (PASS" in recus[0]["texte"]
    assert serveur.sms("242069990001") == []


def test_the_session_outlives_its_access_token(page: Page) -> None:
    se_connecter(page, JEAN_BAPTISTE)
    with page.expect_response("**/auth/refresh/") as renouvele:
        page.clock.fast_forward(181_000)
    assert renouvele.value.status == 200
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS KIMIA")


def test_a_language_lasts_one_visit(page: Page) -> None:
    bouton(page, "English").click()
    titre(page, "Welcome")
    assert page.locator("html").get_attribute("lang") == "en"
    bouton(page, "Finish").click()

    titre(page, "Votre assurance, à portée de main")
    assert page.locator("html").get_attribute("lang") == "fr"
