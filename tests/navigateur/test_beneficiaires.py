"""A change that takes a code: asked for at the kiosk, confirmed with what the client's phone received."""

import json
import re

from playwright.sync_api import Page, Request, Route, expect

from .gestes import (
    PIERRE,
    RODRIGUE,
    SYLVIE,
    Personne,
    bouton,
    cocher,
    confirmer,
    se_connecter,
    taper,
    terminer,
    titre,
    un_autre_code,
)
from .plateforme import Plateforme
from .test_vie_privee import TRACES

MARIE_CLAIRE = Personne("Marie Claire", "MOUKOKO", "CG-2026-SAN-001", "059876543")
CODE = "Tapez le code reçu par SMS"
LISTE = "Vos bénéficiaires"
CONFIRMATIONS = re.compile(r"/api/v1/confirmations/")
BENEFICIAIRES = re.compile(r"/api/v1/souscriptions/[^/]+/beneficiaires/")


def ouvrir(page: Page, personne: Personne) -> None:
    """From the first screen to the list of her first contract."""
    se_connecter(page, personne)
    page.locator(".carte-contrat").first.click()
    page.get_by_role("tab", name="Bénéficiaires").click()
    bouton(page, "Modifier les bénéficiaires").click()
    titre(page, LISTE)


def noms(page: Page) -> list[str]:
    return page.locator(".beneficiaire b").all_inner_texts()


def changer_le_telephone(page: Page, nom: str, telephone: str) -> None:
    bouton(page, f"Modifier {nom}").click()
    titre(page, nom)
    page.get_by_label("Téléphone").fill(telephone)
    bouton(page, "Enregistrer").click()
    titre(page, CODE)


def refus(statut: int, code: str, detail: str, entetes: dict[str, str] | None = None) -> dict[str, object]:
    corps = json.dumps({"code": code, "detail": detail})
    return {"status": statut, "content_type": "application/problem+json", "body": corps, "headers": entetes or {}}


def test_she_adds_people_up_to_the_limit(page: Page, serveur: Plateforme) -> None:
    ouvrir(page, SYLVIE)
    for prenom in ("Ruth", "Daniel", "Esther", "Samuel", "Judith"):
        avant = len(serveur.codes(SYLVIE.mobile))
        bouton(page, "Ajouter un bénéficiaire").click()
        titre(page, "Nouveau bénéficiaire")
        page.get_by_label("Prénom").fill(prenom)
        page.get_by_label("Nom", exact=True).fill("MABIALA")
        cocher(page, "Enfant")
        bouton(page, "Enregistrer").click()
        titre(page, CODE)
        expect(page.locator(".code-quoi")).to_have_text(f"Ajouter {prenom} MABIALA à PASS KIMIA")
        expect(page.locator(".code-tete")).to_contain_text("Un code est parti au +242\u00a006\u00a0•••\u00a0••\u00a050")
        taper(page, serveur.code(SYLVIE.mobile, apres=avant))
        page.locator(".clavier [data-touche='ok']").click()
        titre(page, LISTE)
        expect(page.locator(".avis-bien")).to_have_text(
            f"C'est fait\u00a0: {prenom} MABIALA fait partie de vos bénéficiaires."
        )

    assert noms(page) == [
        f"{prenom} MABIALA" for prenom in ("Grâce Divine", "Ruth", "Daniel", "Esther", "Samuel", "Judith")
    ]
    expect(page.locator(".pied")).to_contain_text("6 sur 6")
    expect(page.locator(".pied")).to_contain_text("Vous avez inscrit 6 bénéficiaires, le maximum.")
    expect(bouton(page, "Ajouter un bénéficiaire")).to_have_count(0)
    bouton(page, "Retour").click()
    expect(page.locator(".panneau li")).to_have_count(6)


def test_a_wrong_code_changes_nothing_and_the_right_one_what_was_asked(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.codes(MARIE_CLAIRE.mobile))
    ouvrir(page, MARIE_CLAIRE)
    bouton(page, "Modifier Prince Dieuveil MOUKOKO").click()
    titre(page, "Prince Dieuveil MOUKOKO")
    expect(page.get_by_label("Date de naissance")).to_have_value("14/05/2009")
    cocher(page, "Bénéficiaire en cas de décès")
    page.get_by_label("Téléphone").fill("066 40 15 28")
    with page.expect_request(BENEFICIAIRES) as demande:
        bouton(page, "Enregistrer").click()
    assert (demande.value.method, json.loads(demande.value.post_data or "")) == (
        "PATCH",
        {"telephone": "066401528", "role": "beneficiaire"},
    )
    titre(page, CODE)
    code = serveur.code(MARIE_CLAIRE.mobile, apres=avant)
    bouton(page, "Confirmer").click()
    expect(page.get_by_text("Tapez les six chiffres du SMS.")).to_be_visible()
    confirmer(page, un_autre_code(code))
    expect(page.locator(".code .champ-erreur")).to_contain_text("il vous reste 2 essais")
    expect(page.get_by_label("Code à six chiffres")).to_be_focused()
    expect(page.get_by_label("Code à six chiffres")).to_have_value("")
    confirmer(page, code)
    titre(page, LISTE)

    prince = page.locator(".beneficiaire", has_text="Prince Dieuveil")
    expect(prince).to_contain_text("Enfant · +242\u00a006\u00a0•••\u00a0••\u00a028 · 14/05/2009")
    expect(prince.locator(".etiquette")).to_have_text("Bénéficiaire")


def test_somebody_comes_before_another(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.codes(MARIE_CLAIRE.mobile))
    ouvrir(page, MARIE_CLAIRE)
    assert noms(page) == ["Prince Dieuveil MOUKOKO", "Exaucée MOUKOKO"]
    bouton(page, "Monter Exaucée MOUKOKO avant Prince Dieuveil MOUKOKO").click()
    titre(page, CODE)
    confirmer(page, serveur.code(MARIE_CLAIRE.mobile, apres=avant))
    titre(page, LISTE)

    assert noms(page) == ["Exaucée MOUKOKO", "Prince Dieuveil MOUKOKO"]


def test_nobody_is_removed_without_being_asked_and_a_code(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.codes(PIERRE.mobile))
    ouvrir(page, PIERRE)
    bouton(page, "Retirer Parfait NGOUABI").click()
    fenetre = page.get_by_role("dialog", name="Retirer Parfait NGOUABI")
    fenetre.get_by_role("button", name="Ne rien changer").click()
    expect(fenetre).to_be_hidden()
    bouton(page, "Retirer Parfait NGOUABI").click()
    fenetre.get_by_role("button", name="Retirer").click()
    titre(page, CODE)
    assert len(serveur.codes(PIERRE.mobile)) <= avant + 1
    confirmer(page, serveur.code(PIERRE.mobile, apres=avant))
    titre(page, LISTE)

    assert noms(page) == ["Hortense NGOUABI"]
    expect(page.locator(".avis-bien")).to_contain_text("Parfait NGOUABI ne fait plus partie de vos bénéficiaires")


def test_three_wrong_codes_take_another_one(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.codes(RODRIGUE.mobile))
    ouvrir(page, RODRIGUE)
    changer_le_telephone(page, "Clarisse BOUANGA", "066120001")
    premier = serveur.code(RODRIGUE.mobile, apres=avant)
    for reste in ("2 essais", "un essai"):
        confirmer(page, un_autre_code(premier))
        expect(page.locator(".code .champ-erreur")).to_contain_text(f"il vous reste {reste}")
    confirmer(page, un_autre_code(premier))
    expect(page.locator(".suivi .avis")).to_contain_text("mal tapé trop de fois")
    expect(page.get_by_label("Code à six chiffres")).to_have_count(0)
    bouton(page, "Recevoir un autre code").click()
    expect(page.locator(".annonce")).to_contain_text("Un autre code est parti au")
    second = serveur.code(RODRIGUE.mobile, apres=avant + 1)
    expect(page.locator(".code > .note").first).to_contain_text("3 essais")
    confirmer(page, second)
    titre(page, LISTE)

    expect(page.locator(".beneficiaire")).to_contain_text("+242\u00a006\u00a0•••\u00a0••\u00a001")


def test_a_code_sent_again_replaces_the_first(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.codes(RODRIGUE.mobile))
    ouvrir(page, RODRIGUE)
    changer_le_telephone(page, "Clarisse BOUANGA", "066120002")
    premier = serveur.code(RODRIGUE.mobile, apres=avant)
    bouton(page, "Renvoyer le code").click()
    expect(page.locator(".annonce")).to_contain_text("Un autre code est parti au")
    second = serveur.code(RODRIGUE.mobile, apres=avant + 1)
    if premier != second:
        confirmer(page, premier)
        expect(page.locator(".code .champ-erreur")).to_contain_text("il vous reste 2 essais")
    confirmer(page, second)
    titre(page, LISTE)

    expect(page.locator(".beneficiaire")).to_contain_text("+242\u00a006\u00a0•••\u00a0••\u00a002")


def test_a_code_out_of_date_is_told_and_giving_up_changes_nothing(page: Page, serveur: Plateforme) -> None:
    def bientot_perime(route: Route) -> None:
        reponse = route.fetch()
        demande = reponse.json()
        route.fulfill(response=reponse, json=demande | {"expire_le": demande["renvoi_possible_le"]})

    ouvrir(page, RODRIGUE)
    connu = page.locator(".beneficiaire").inner_text()
    page.route(
        BENEFICIAIRES, lambda route: bientot_perime(route) if route.request.method == "PATCH" else route.continue_()
    )
    changer_le_telephone(page, "Clarisse BOUANGA", "066120003")
    expect(page.locator(".suivi .avis")).to_contain_text("Ce code n'est plus valable.")
    expect(bouton(page, "Recevoir un autre code")).to_be_visible()
    bouton(page, "Annuler").click()
    titre(page, LISTE)

    expect(page.locator(".annonce")).to_have_text("Rien n'a changé.")
    assert page.locator(".beneficiaire").inner_text() == connu


def test_the_way_back_from_the_code_keeps_what_was_typed(page: Page) -> None:
    ouvrir(page, PIERRE)
    bouton(page, "Ajouter un bénéficiaire").click()
    page.get_by_label("Prénom").fill("Ruth")
    page.get_by_label("Nom", exact=True).fill("NGOUABI")
    page.get_by_label("Téléphone").fill("071234567")
    bouton(page, "Enregistrer").click()
    expect(page.locator(".inscription .champ-erreur", has_text=re.compile(".+"))).to_have_count(1)
    page.get_by_label("Téléphone").fill("")
    bouton(page, "Enregistrer").click()
    titre(page, CODE)
    bouton(page, "Retour").click()
    titre(page, "Nouveau bénéficiaire")

    expect(page.get_by_label("Prénom")).to_have_value("Ruth")


def test_a_confirmation_whose_answer_was_lost_is_sent_again(page: Page, serveur: Plateforme) -> None:
    envois: list[Request] = []

    def perdre_la_reponse(route: Route) -> None:
        envois.append(route.request)
        if len(envois) == 1:
            assert route.fetch().status == 200
            route.abort()
        else:
            route.continue_()

    avant = len(serveur.codes(RODRIGUE.mobile))
    ouvrir(page, RODRIGUE)
    changer_le_telephone(page, "Clarisse BOUANGA", "066120004")
    page.route(CONFIRMATIONS, perdre_la_reponse)
    confirmer(page, serveur.code(RODRIGUE.mobile, apres=avant))
    titre(page, LISTE)

    assert len(envois) == 2
    expect(page.locator(".beneficiaire")).to_contain_text("+242\u00a006\u00a0•••\u00a0••\u00a004")


def test_what_cannot_be_sent_is_told_once(page: Page) -> None:
    reponses = [
        refus(503, "sms_indisponible", "Les SMS ne peuvent pas partir en ce moment. Adressez-vous à un agent."),
        refus(
            429,
            "trop_d_essais",
            "Trop de codes ont été demandés. Réessayez dans 30 minutes. Un agent peut vous aider tout de suite.",
            {"Retry-After": "1800"},
        ),
    ]
    ouvrir(page, RODRIGUE)
    page.route(
        BENEFICIAIRES,
        lambda route: route.fulfill(**reponses.pop(0)) if route.request.method == "DELETE" else route.continue_(),
    )
    for attendu in ("Adressez-vous à un agent.", "Réessayez dans 30 minutes."):
        bouton(page, "Retirer Clarisse BOUANGA").click()
        page.get_by_role("dialog").get_by_role("button", name="Retirer").click()
        expect(page.locator(".messages")).to_contain_text(attendu)
        expect(page.get_by_role("dialog")).to_be_hidden()

    assert reponses == []


def test_a_demand_that_is_over_leads_back_to_the_list(page: Page) -> None:
    ouvrir(page, RODRIGUE)
    changer_le_telephone(page, "Clarisse BOUANGA", "066120005")
    page.route(
        CONFIRMATIONS,
        lambda route: route.fulfill(**refus(409, "demande_terminee", "Cette demande n'attend plus de code.")),
    )
    confirmer(page, "000000")
    expect(page.locator(".suivi .avis")).to_contain_text("Cette demande n'attend plus de code.")
    page.locator(".suivi").get_by_role("button", name="Retour").click()

    titre(page, LISTE)


def test_the_number_that_receives_money_changes_the_same_way(page: Page, serveur: Plateforme) -> None:
    avant = len(serveur.codes(MARIE_CLAIRE.mobile))
    se_connecter(page, MARIE_CLAIRE)
    page.get_by_role("button", name="Aide", exact=True).click()
    page.locator(".tuile", has_text="Mon numéro Mobile Money").click()
    titre(page, "Mon numéro Mobile Money")
    page.get_by_label("Nouveau numéro").fill("066401529")
    bouton(page, "Changer de numéro").click()
    titre(page, CODE)
    expect(page.locator(".code-quoi")).to_have_text("Recevoir votre argent au 06 640 15 29")
    confirmer(page, serveur.code(MARIE_CLAIRE.mobile, apres=avant))
    titre(page, "Mon numéro Mobile Money")

    expect(page.locator(".avis-bien")).to_contain_text("votre argent arrivera sur ce numéro")
    expect(page.locator(".fiche")).to_contain_text("+242\u00a006\u00a0•••\u00a0••\u00a029")
    expect(page.locator(".fiche")).to_contain_text("MTN Mobile Money")


def test_whoever_leaves_before_the_code_leaves_nothing(page: Page, serveur: Plateforme) -> None:
    ouvrir(page, RODRIGUE)
    changer_le_telephone(page, "Clarisse BOUANGA", "066120006")
    page.get_by_label("Code à six chiffres").fill("12345")
    terminer(page)
    titre(page, "Votre assurance, à portée de main")

    traces = page.evaluate(TRACES)
    assert re.findall("BOUANGA|Clarisse|12345|066.?12", traces.pop("page")) == []
    assert (traces["local"], traces["session"], traces["pas"], traces["etat"]) == ({}, {}, 2, None)
    assert traces["adresse"] == serveur.borne
    ouvrir(page, RODRIGUE)
    expect(page.locator(".avis-bien")).to_have_count(0)
