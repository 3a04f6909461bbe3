"""Money: approved, refused, expired, pressed twice, interrupted; each time the operator's side is counted too."""

import json
import re

from playwright.sync_api import Page, Request, Route, expect

from .gestes import (
    JEAN_BAPTISTE,
    PIERRE,
    RODRIGUE,
    SYLVIE,
    avec_un_autre_numero,
    bouton,
    payer,
    preparer_paiement,
    preparer_versement,
    se_connecter,
    titre,
)
from .plateforme import Plateforme

DEMANDE = re.compile(r"/api/v1/paiements/$")


def test_an_approved_payment_gives_its_receipt_and_is_in_the_balance(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.demandes(SYLVIE.mobile))
    se_connecter(page, SYLVIE)
    alerte = page.locator(".avis", has_text="PASS KIMIA")
    expect(alerte).to_contain_text(re.compile(r"en retard depuis \d+ jours"))
    alerte.get_by_role("button", name=re.compile("^Payer")).click()
    titre(page, "Que voulez-vous payer ?")
    choisi = page.locator(".montant-choisi")
    expect(choisi).to_contain_text("Ce qui est en retard")
    bouton(page, "Continuer").click()
    titre(page, "Quel téléphone paie ?")
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    serveur.repondre(SYLVIE.mobile, "approuver")
    titre(page, "Paiement confirmé")

    expect(page.locator(".recu")).to_contain_text(re.compile(r"REC-\d{4}-\d{6}"))
    expect(page.locator(".recu")).to_contain_text("+242\u00a006\u00a0•••\u00a0••\u00a050")
    bouton(page, "Accueil").click()
    titre(page, "Bonjour, Sylvie")
    expect(page.locator(".avis", has_text="en retard")).to_have_count(0)
    assert len(serveur.demandes(SYLVIE.mobile)) == avant + 1


def test_a_refused_payment_says_why_and_can_be_tried_again(page: Page, serveur: Plateforme) -> None:
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    serveur.repondre(JEAN_BAPTISTE.mobile, "refuser")
    titre(page, "Le paiement n'est pas passé")
    expect(page.locator(".avis")).to_contain_text("Rien n'a été débité.")
    premiere = serveur.demandes(JEAN_BAPTISTE.mobile)[0]["reference"]

    bouton(page, "Réessayer").click()
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    serveur.imposer(JEAN_BAPTISTE.mobile, "NOT_ENOUGH_FUNDS")
    serveur.repondre(JEAN_BAPTISTE.mobile, "approuver")
    titre(page, "Le paiement n'est pas passé")
    serveur.imposer(JEAN_BAPTISTE.mobile, "")
    expect(page.locator(".avis")).to_contain_text("solde Mobile Money ne suffit pas")
    assert serveur.demandes(JEAN_BAPTISTE.mobile)[0]["reference"] != premiere


def test_the_reason_is_told_in_the_language_of_the_screen(page: Page, serveur: Plateforme) -> None:
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    bouton(page, "Langue").click()
    page.locator(".tuile-langue").nth(1).click()
    titre(page, "Type your PIN")
    serveur.imposer(JEAN_BAPTISTE.mobile, "NOT_ENOUGH_FUNDS")
    serveur.repondre(JEAN_BAPTISTE.mobile, "approuver")
    titre(page, "The payment did not go through")
    serveur.imposer(JEAN_BAPTISTE.mobile, "")

    expect(page.locator(".avis")).to_contain_text("Your Mobile Money balance is too low")
    bouton(page, "Language").click()
    page.locator(".tuile-langue").first.click()
    titre(page, "Le paiement n'est pas passé")
    expect(page.locator(".avis")).to_contain_text("solde Mobile Money ne suffit pas")


def test_a_pin_that_never_comes_is_told_without_alarm(page: Page, serveur: Plateforme) -> None:
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    serveur.repondre(JEAN_BAPTISTE.mobile, "expirer")

    titre(page, "Le paiement n'est pas passé")
    expect(page.locator(".avis")).to_contain_text("Le code PIN n'a pas été saisi à temps.")
    expect(bouton(page, "Réessayer")).to_be_visible()


def test_pressing_twice_pays_once(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.demandes(JEAN_BAPTISTE.mobile))
    envois: list[Request] = []
    page.on("request", lambda requete: envois.append(requete) if DEMANDE.search(requete.url) else None)
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    payer(page).dblclick()
    titre(page, "Tapez votre code PIN")
    serveur.repondre(JEAN_BAPTISTE.mobile, "approuver")
    titre(page, "Paiement confirmé")

    assert len(envois) == 1
    assert len(serveur.demandes(JEAN_BAPTISTE.mobile)) == avant + 1


def test_one_pin_pays_two_contracts(page: Page, serveur: Plateforme) -> None:
    se_connecter(page, JEAN_BAPTISTE)
    page.locator(".tuile", has_text="Payer").click()
    titre(page, "Que voulez-vous payer ?")
    page.locator(".carte-payer").first.locator("[data-code='echeances_1']").click()
    page.locator(".carte-payer").nth(1).get_by_role("button", name="Autre montant").click()
    fenetre = page.get_by_role("dialog")
    fenetre.locator("[data-touche='9']").click()
    fenetre.get_by_role("button", name="Valider").click()
    expect(fenetre.get_by_role("alert")).to_contain_text("Choisissez un montant entre 100 FCFA et 500 000 FCFA.")
    for signe in ("0", "00"):
        fenetre.locator(f"[data-touche='{signe}']").click()
    fenetre.get_by_role("button", name="Valider").click()
    expect(page.locator(".pied-total")).to_have_text("9 500 FCFA")
    bouton(page, "Continuer").click()
    titre(page, "Quel téléphone paie ?")
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    demande = serveur.demandes(JEAN_BAPTISTE.mobile)[0]
    assert demande["montant"] == "9500"
    serveur.repondre(JEAN_BAPTISTE.mobile, "approuver")
    titre(page, "Paiement confirmé")

    expect(page.locator(".recu-somme")).to_have_text("9 500 FCFA")
    expect(page.locator(".recu")).to_contain_text("PASS KIMIA CG-2026-VIE-001")
    expect(page.locator(".recu")).to_contain_text("PASS BATELA CG-2026-EPG-001")


def test_a_payment_is_found_again_after_a_reload_and_is_not_paid_twice(page: Page, serveur: Plateforme) -> None:
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    avant = len(serveur.demandes(JEAN_BAPTISTE.mobile))

    page.reload()
    se_connecter(page, JEAN_BAPTISTE)
    expect(page.locator(".avis", has_text="Paiement en cours")).to_contain_text("pour PASS BATELA")
    preparer_versement(page)
    payer(page).click()
    titre(page, "Un paiement est déjà en cours")
    bouton(page, "Accueil").click()
    bouton(page, "Suivre ce paiement").click()
    titre(page, "Tapez votre code PIN")
    serveur.repondre(JEAN_BAPTISTE.mobile, "approuver")
    titre(page, "Paiement confirmé")
    assert len(serveur.demandes(JEAN_BAPTISTE.mobile)) == avant


def test_an_answer_that_was_lost_is_asked_for_with_the_same_key(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.demandes(JEAN_BAPTISTE.mobile))
    cles: list[str | None] = []

    def perdre_la_reponse(route: Route) -> None:
        cles.append(route.request.headers.get("idempotency-key"))
        if len(cles) == 1:
            assert route.fetch().status == 202
            route.abort()
        elif len(cles) == 2:
            route.fulfill(status=502, body="<html>")
        else:
            route.continue_()

    page.route(DEMANDE, perdre_la_reponse)
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    payer(page).click()
    titre(page, "Nous cherchons le réseau")
    titre(page, "Tapez votre code PIN")
    serveur.repondre(JEAN_BAPTISTE.mobile, "approuver")
    titre(page, "Paiement confirmé")

    assert len(cles) == 3
    assert len(set(cles)) == 1
    assert cles[0]
    assert len(serveur.demandes(JEAN_BAPTISTE.mobile)) == avant + 1


def test_an_operator_that_is_down_delays_a_payment_and_loses_none(page: Page, serveur: Plateforme) -> None:
    serveur.defauts(erreur_avant="1")
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    payer(page).click()
    titre(page, "Nous vérifions")
    expect(page.locator(".suivi-message")).to_contain_text("Ne payez pas une seconde fois")
    serveur.defauts()
    titre(page, "Tapez votre code PIN")
    serveur.repondre(JEAN_BAPTISTE.mobile, "refuser")
    titre(page, "Le paiement n'est pas passé")


def test_a_demand_that_stays_here_is_told_without_alarm(page: Page, serveur: Plateforme) -> None:
    def pas_encore_parti(route: Route) -> None:
        reponse = route.fetch()
        route.fulfill(response=reponse, json=reponse.json() | {"statut": "initie", "termine": False})

    page.route("**/paiements/PAY-*/", pas_encore_parti)
    se_connecter(page, JEAN_BAPTISTE)
    preparer_versement(page)
    payer(page).click()
    titre(page, "Votre demande part")
    # The screen is there before the answer; it is late once the demand is known and does not leave.
    expect(page.get_by_text("Téléphone +242")).to_be_visible()
    page.clock.run_for(21_000)
    titre(page, "L'opérateur tarde à répondre")
    page.unroute("**/paiements/PAY-*/")
    titre(page, "Tapez votre code PIN")
    serveur.repondre(JEAN_BAPTISTE.mobile, "refuser")
    titre(page, "Le paiement n'est pas passé")


def test_a_phone_of_an_operator_that_is_not_open_is_told_at_once(page: Page) -> None:
    se_connecter(page, RODRIGUE)
    preparer_paiement(page, code="en_retard")
    payer(page).click()
    expect(page.locator(".messages")).to_contain_text("Airtel Money ne permet pas encore de payer ici.")
    page.get_by_label("Numéro qui paie").fill("055123456")
    expect(page.get_by_label("Airtel Money")).to_be_disabled()
    expect(page.locator(".messages")).to_contain_text("Airtel Money ne permet pas encore de payer ici.")
    page.get_by_label("Numéro qui paie").fill("011234567")
    expect(page.get_by_label("MTN Mobile Money")).to_be_enabled()
    expect(page.locator(".messages")).to_be_empty()
    page.get_by_label("Numéro qui paie").fill("055123456")
    payer(page).click()
    expect(page.locator(".messages")).to_contain_text("Airtel Money ne permet pas encore de payer ici.")


def test_a_suspended_contract_is_paid_by_a_relative_and_takes_effect_again(page: Page, serveur: Plateforme) -> None:
    se_connecter(page, RODRIGUE)
    expect(page.locator(".carte-contrat .etiquette")).to_have_text("Suspendu")
    preparer_paiement(page, code="en_retard")
    avec_un_autre_numero(page, "066 00 11 22")
    with page.expect_request(DEMANDE) as demande:
        payer(page).click()
    corps = json.loads(demande.value.post_data or "")
    assert (corps["telephone"], corps["operateur"]) == ("066001122", "mtn_money")
    titre(page, "Tapez votre code PIN")
    serveur.repondre("242066001122", "approuver")
    titre(page, "Paiement confirmé")
    bouton(page, "Accueil").click()

    titre(page, "Bonjour, Rodrigue")
    expect(page.locator(".carte-contrat .etiquette")).to_have_text("Actif")


def test_an_expired_contract_is_renewed(page: Page, serveur: Plateforme) -> None:
    se_connecter(page, PIERRE)
    page.locator(".avis", has_text="a pris fin").get_by_role("button", name="Renouveler").click()
    titre(page, "Renouveler PASS KIMIA")
    bouton(page, "Continuer").click()
    titre(page, "Quel téléphone paie ?")
    avec_un_autre_numero(page, "066001133")
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    serveur.repondre("242066001133", "approuver")
    titre(page, "Paiement confirmé")
    expect(page.locator(".recu")).to_contain_text("Renouvellement")
    bouton(page, "Accueil").click()

    titre(page, "Bonjour, Pierre")
    expect(page.locator(".carte-contrat .etiquette")).to_have_text("Actif")
    expect(page.locator(".avis")).to_have_count(0)
