"""On a shared machine: whoever leaves, in whatever way, leaves nothing."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from .gestes import JEAN_BAPTISTE, bouton, payer, preparer_versement, saisir, terminer, titre, vers_connexion
from .plateforme import Plateforme

PERSONNEL = re.compile(r"KONGO|Jean Baptiste|CG-2026|06.?123|FCFA", re.IGNORECASE)
TRACES = """async () => ({
    local: {...localStorage}, session: {...sessionStorage}, temoins: document.cookie,
    adresse: location.href, pas: history.length, etat: history.state,
    bases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
    valeurs: [...document.querySelectorAll("input")].map((champ) => champ.value),
    page: document.documentElement.outerHTML,
})"""


def jeton(page: Page) -> str:
    """Opens a session and gives its access token, as it went over the network."""
    vers_connexion(page)
    with page.expect_response("**/auth/login/") as reponse:
        saisir(page, JEAN_BAPTISTE.police, JEAN_BAPTISTE.telephone)
    acces: str = reponse.value.json()["tokens"]["access"]
    titre(page, "Bonjour, Jean Baptiste")
    return acces


def traces(page: Page) -> dict[str, Any]:
    trouvees: dict[str, Any] = page.evaluate(TRACES)
    assert PERSONNEL.findall(trouvees.pop("page")) == []
    return trouvees


def rien(serveur: Plateforme) -> dict[str, Any]:
    vides: dict[str, Any] = {
        "local": {},
        "session": {},
        "temoins": "",
        "etat": None,
        "bases": 0,
        "caches": 0,
        "valeurs": [],
    }
    # The browser's own first page, and ours.
    return {**vides, "adresse": serveur.borne, "pas": 2}


def est_fermee(page: Page, serveur: Plateforme, acces: str) -> None:
    """The server refuses the token, at the latest when the request that closed the session has arrived."""
    for _ in range(50):
        if serveur.statut(f"/api/v1/clients/{JEAN_BAPTISTE.police}/dashboard/", jeton=acces) == 401:
            return
    raise AssertionError("the session is still open")


def test_terminer_erases_at_once_here_and_there(page: Page, serveur: Plateforme) -> None:
    acces = jeton(page)
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS KIMIA")
    page.get_by_role("tab", name="Documents").click()
    page.evaluate("window.print = () => {}; null")
    bouton(page, "Imprimer le relevé").click()
    expect(page.locator(".papier")).to_contain_text("KONGO")
    with page.expect_response("**/auth/logout/") as fermee:
        terminer(page)
    titre(page, "Votre assurance, à portée de main")

    assert fermee.value.status == 204
    assert traces(page) == rien(serveur)
    assert page.context.cookies() == []
    est_fermee(page, serveur, acces)


def test_nothing_is_kept_while_she_is_here(page: Page, serveur: Plateforme) -> None:
    jeton(page)
    preparer_versement(page)
    payer(page).click()
    titre(page, "Tapez votre code PIN")

    trouvees = page.evaluate(TRACES)
    assert {
        nom: trouvees[nom] for nom in ("local", "session", "temoins", "adresse", "pas", "etat", "bases", "caches")
    } == {nom: valeur for nom, valeur in rien(serveur).items() if nom != "valeurs"}
    serveur.repondre(JEAN_BAPTISTE.mobile, "refuser")
    titre(page, "Le paiement n'est pas passé")


def test_nobody_answers_and_the_session_ends(page: Page, serveur: Plateforme) -> None:
    acces = jeton(page)
    page.clock.fast_forward(239_000)
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.clock.run_for(2_000)
    expect(page.get_by_role("dialog")).to_contain_text("Êtes-vous toujours là ?")
    assert 55 <= int(page.locator(".compte").inner_text()) <= 60
    with page.expect_response("**/auth/logout/") as fermee:
        page.clock.run_for(60_000)
    titre(page, "Votre assurance, à portée de main")

    assert fermee.value.status == 204
    assert traces(page) == rien(serveur)
    est_fermee(page, serveur, acces)


def test_nothing_is_read_behind_the_question(page: Page) -> None:
    """Neither her name nor an amount, nor what a screen reader would say, until she answers."""
    jeton(page)
    montant = page.locator(".solde-montant .somme")
    lu = montant.inner_text()
    page.clock.fast_forward(241_000)
    expect(page.get_by_role("dialog")).to_be_visible()

    assert page.locator("#cadre").inner_text().strip() == ""
    visibles = "uns => uns.filter((un) => un.checkVisibility({ visibilityProperty: true })).length"
    assert page.locator("#cadre *").evaluate_all(visibles) == 0
    assert page.locator("#dialogue").evaluate("un => getComputedStyle(un, '::backdrop').backgroundColor") == (
        "rgb(6, 24, 47)"
    )
    assert PERSONNEL.findall(page.locator("body").aria_snapshot()) == []
    bouton(page, "Oui, je continue").click()
    titre(page, "Bonjour, Jean Baptiste")
    assert montant.inner_text() == lu


def test_whoever_is_still_there_goes_on(page: Page) -> None:
    jeton(page)
    page.clock.fast_forward(241_000)
    bouton(page, "Oui, je continue").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.clock.fast_forward(200_000)
    titre(page, "Bonjour, Jean Baptiste")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_prospect_who_walks_away_leaves_nothing(page: Page, serveur: Plateforme) -> None:
    page.locator(".attente-commencer").click()
    bouton(page, "Découvrir les PASS").click()
    page.locator(".carte-produit", has_text="PASS KIMIA").click()
    bouton(page, "Souscrire").click()
    titre(page, "Qui êtes-vous ?")
    page.get_by_label("Prénom").fill("Jean Baptiste")
    page.get_by_label("Nom", exact=True).fill("KONGO")
    page.clock.run_for(301_000)
    titre(page, "Votre assurance, à portée de main")

    assert traces(page) == rien(serveur)


def test_the_back_button_reopens_nothing(page: Page, serveur: Plateforme) -> None:
    acces = jeton(page)
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS KIMIA")
    page.go_back()
    est_fermee(page, serveur, acces)
    page.go_forward()
    titre(page, "Votre assurance, à portée de main")
    assert traces(page) == rien(serveur)


def test_leaving_the_page_closes_the_session(page: Page, serveur: Plateforme) -> None:
    acces = jeton(page)
    page.goto(f"{serveur.url}/sante/")

    est_fermee(page, serveur, acces)


def test_a_session_closed_elsewhere_is_told_calmly(page: Page) -> None:
    jeton(page)
    refus = '{"code": "session_terminee", "detail": "Votre session est terminée. Identifiez-vous à nouveau."}'
    page.route(
        "**/api/v1/contrats/**",
        lambda route: route.fulfill(status=401, content_type="application/problem+json", body=refus),
    )
    page.locator(".carte-contrat").first.click()

    titre(page, "Bienvenue")
    expect(page.locator(".annonce")).to_contain_text("Votre session est terminée, pour votre sécurité.")
    assert re.findall("KONGO|Jean Baptiste|CG-2026-", page.content()) == []
    bouton(page, "J'ai un contrat").click()
    expect(page.get_by_label("Numéro de police")).to_have_value("")


def test_amounts_can_be_hidden(page: Page) -> None:
    jeton(page)
    montant = page.locator(".solde-montant .somme")
    assert montant.evaluate("un => getComputedStyle(un).fontSize") != "0px"
    bouton(page, "Cacher les montants").click()
    assert page.locator(".scene .somme").evaluate_all("uns => uns.map((un) => getComputedStyle(un).fontSize)") == (
        ["0px"] * page.locator(".scene .somme").count()
    )
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS KIMIA")
    assert page.locator(".couverture-solde .somme").evaluate("un => getComputedStyle(un).fontSize") == "0px"


def test_the_machine_s_key_is_all_that_is_stored(page: Page, serveur: Plateforme) -> None:
    page.keyboard.press("Control+Alt+m")
    titre(page, "Maintenance")
    page.get_by_label("Clé de la borne").fill("fausse")
    bouton(page, "Vérifier et enregistrer").click()
    expect(page.locator(".messages")).to_have_text("Cette borne n'est pas reconnue. Prévenez un agent.")
    assert page.evaluate("({...localStorage})") == {}
    page.get_by_label("Clé de la borne").fill("")
    bouton(page, "Vérifier et enregistrer").click()
    expect(page.locator(".messages")).to_have_text("Aucune clé n'est exigée sur ce serveur.")
    terminer(page)

    page.evaluate("localStorage.setItem('nsia-borne-cle', 'cle-de-la-machine')")
    with page.expect_request("**/bornes/moi/") as requete:
        page.reload()
    assert requete.value.headers["x-borne-cle"] == "cle-de-la-machine"
    expect(page.locator(".attente-etat")).to_have_text("Cette borne n'est pas reconnue. Prévenez un agent.")
