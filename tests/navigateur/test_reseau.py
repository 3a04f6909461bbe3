"""The network goes and comes back, the server stumbles: it is said, tried again, and nothing is lost."""

from playwright.sync_api import Page, Route, expect

from .gestes import JEAN_BAPTISTE, bouton, payer, preparer_versement, saisir, se_connecter, titre, vers_connexion
from .plateforme import Plateforme

PERDU = "Connexion interrompue. Nous réessayons sans cesse ; rien n'est perdu."


def test_a_screen_waits_for_the_network_and_comes_by_itself(page: Page) -> None:
    se_connecter(page, JEAN_BAPTISTE)
    page.context.set_offline(True)
    page.locator(".carte-contrat").first.click()
    expect(page.locator(".bandeau")).to_have_text(PERDU)
    expect(page.locator(".squelette")).to_be_visible()
    page.context.set_offline(False)

    titre(page, "PASS KIMIA")
    expect(page.locator(".bandeau")).to_be_empty()


def test_a_login_without_network_is_sent_when_it_is_back(page: Page) -> None:
    vers_connexion(page)
    page.context.set_offline(True)
    saisir(page, JEAN_BAPTISTE.police, JEAN_BAPTISTE.telephone)
    expect(page.locator(".bandeau")).to_have_text(PERDU)
    expect(bouton(page, "Voir mes contrats")).to_have_attribute("aria-busy", "true")
    page.context.set_offline(False)

    titre(page, "Bonjour, Jean Baptiste")


def test_a_server_that_stumbles_is_asked_again(page: Page) -> None:
    vus: list[str] = []

    def trebucher(route: Route) -> None:
        vus.append(route.request.url)
        if len(vus) < 3:
            route.fulfill(status=503, content_type="application/problem+json", body='{"code": "service_indisponible"}')
        else:
            route.continue_()

    page.route("**/dashboard/", trebucher)
    se_connecter(page, JEAN_BAPTISTE)
    assert len(vus) == 3


def test_a_demand_left_without_an_answer_can_be_resumed_with_its_key(page: Page, serveur: Plateforme) -> None:
    cles: list[str | None] = []
    page.on(
        "request",
        lambda requete: (
            cles.append(requete.headers.get("idempotency-key")) if requete.url.endswith("/paiements/") else None
        ),
    )
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    page.route("**/api/v1/paiements/", lambda route: route.abort())
    payer(page).click()
    titre(page, "Nous cherchons le réseau")
    bouton(page, "Accueil").click()
    titre(page, "Bonjour, Jean Baptiste")
    page.unroute("**/api/v1/paiements/")
    bouton(page, "Reprendre cette demande").click()
    titre(page, "Tapez votre code PIN")
    serveur.repondre(JEAN_BAPTISTE.mobile, "approuver")
    titre(page, "Paiement confirmé")

    assert len(cles) >= 2
    assert len(set(cles)) == 1
    bouton(page, "Accueil").click()
    titre(page, "Bonjour, Jean Baptiste")
    expect(bouton(page, "Reprendre cette demande")).to_have_count(0)


def test_following_survives_a_cut(page: Page, serveur: Plateforme) -> None:
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    page.context.set_offline(True)
    titre(page, "Nous cherchons le réseau")
    serveur.repondre(JEAN_BAPTISTE.mobile, "approuver")
    page.context.set_offline(False)

    titre(page, "Paiement confirmé")


def test_what_is_not_there_is_told_with_a_way_out(page: Page) -> None:
    se_connecter(page, JEAN_BAPTISTE)
    page.route(
        "**/api/v1/contrats/*/",
        lambda route: route.fulfill(
            status=404,
            content_type="application/problem+json",
            body='{"code": "introuvable", "detail": "Ce contrat n\'existe pas."}',
        ),
        times=1,
    )
    page.locator(".carte-contrat").first.click()
    titre(page, "Cela n'a pas marché")
    expect(page.locator(".avis")).to_have_text("Ce contrat n'existe pas.")
    bouton(page, "Réessayer").click()

    titre(page, "PASS KIMIA")
