"""Who gets in: by the keyboard of the screen, by a physical one, and who does not."""

from playwright.sync_api import Page, expect

from .gestes import JEAN_BAPTISTE, SYLVIE, bouton, saisir, se_connecter, taper, titre, vers_connexion


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


def test_too_many_guesses_have_to_wait(page: Page) -> None:
    attente = {"status": 429, "headers": {"Retry-After": "3", "Content-Type": "application/problem+json"}}
    corps = '{"code": "trop_d_essais", "detail": "Trop d\'essais en peu de temps."}'
    page.route("**/auth/login/", lambda route: route.fulfill(**attente, body=corps), times=1)  # type: ignore[arg-type]
    vers_connexion(page)
    saisir(page, JEAN_BAPTISTE.police, JEAN_BAPTISTE.telephone)

    expect(bouton(page, "Patientez 3 s")).to_be_disabled()
    page.clock.run_for(3_100)
    bouton(page, "Voir mes contrats").click()
    titre(page, f"Bonjour, {JEAN_BAPTISTE.prenom}")


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
