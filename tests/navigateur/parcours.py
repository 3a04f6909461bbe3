"""A visit to every screen: what is photographed, measured and examined."""

import re
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from .gestes import (
    JEAN_BAPTISTE,
    PIERRE,
    RODRIGUE,
    bouton,
    cocher,
    confirmer,
    payer,
    saisir,
    se_connecter,
    terminer,
    titre,
    un_autre_code,
    vers_connexion,
)
from .plateforme import Plateforme


def visite(page: Page, serveur: Plateforme, *, prospecte: str) -> Iterator[str]:
    """Gives the name of each screen once it is shown. `prospecte`: a phone that nobody has used yet; she will have a contract."""
    yield "attente"
    bouton(page, "Français").click()
    titre(page, "Bienvenue")
    yield "bienvenue"
    bouton(page, "Langue").click()
    titre(page, "Choisissez votre langue")
    yield "langue"
    page.locator(".tuile-langue").nth(1).click()
    titre(page, "Welcome")
    yield "bienvenue-en"
    bouton(page, "Language").click()
    page.locator(".tuile-langue").first.click()
    page.get_by_role("button", name="Aide", exact=True).click()
    titre(page, "Aide")
    yield "aide"
    terminer(page)
    yield from _connexion(page, prospecte)
    yield from _contrats(page)
    yield from _beneficiaires(page, serveur)
    yield from _paiements(page, serveur)
    yield from _alertes(page)
    yield from _souscription(page, serveur, prospecte)
    yield from _maintenance(page)


def _connexion(page: Page, inconnue: str) -> Iterator[str]:
    vers_connexion(page)
    yield "connexion"
    # A pair of nobody: guesses at a police are counted.
    saisir(page, f"CG-2026-{inconnue}", inconnue)
    expect(page.locator(".messages .avis")).to_be_visible()
    yield "connexion-refusee"
    terminer(page)


def _contrats(page: Page) -> Iterator[str]:
    se_connecter(page, JEAN_BAPTISTE)
    yield "accueil"
    bouton(page, "Cacher les montants").click()
    yield "accueil-cache"
    bouton(page, "Montrer les montants").click()
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS KIMIA")
    yield "contrat-echeances"
    for onglet in ("Garanties", "Bénéficiaires", "Documents"):
        page.get_by_role("tab", name=onglet).click()
        yield f"contrat-{onglet.lower().replace('é', 'e')}"
    bouton(page, "Voir le relevé").click()
    titre(page, "Relevé de cotisations")
    expect(page.locator(".totaux")).to_be_visible()
    yield "releve"
    bouton(page, "Retour").click()
    bouton(page, "Retour").click()
    titre(page, "Bonjour, Jean Baptiste")


def _beneficiaires(page: Page, serveur: Plateforme) -> Iterator[str]:
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS KIMIA")
    page.get_by_role("tab", name="Bénéficiaires").click()
    bouton(page, "Modifier les bénéficiaires").click()
    titre(page, "Vos bénéficiaires")
    yield "beneficiaires"
    bouton(page, "Retirer Christ-Vie KONGO").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "beneficiaires-retirer"
    bouton(page, "Ne rien changer").click()
    bouton(page, "Modifier Léontine MALONGA").click()
    titre(page, "Léontine MALONGA")
    yield "beneficiaire"
    bouton(page, "Annuler").click()
    avant = len(serveur.codes(JEAN_BAPTISTE.mobile))
    bouton(page, re.compile("^Monter")).first.click()
    titre(page, "Tapez le code reçu par SMS")
    yield "code"
    faux = un_autre_code(serveur.code(JEAN_BAPTISTE.mobile, apres=avant))
    confirmer(page, faux)
    expect(page.get_by_text("Ce code n'est pas le bon.")).to_be_visible()
    yield "code-faux"
    confirmer(page, faux)
    expect(page.get_by_text("il vous reste un essai")).to_be_visible()
    confirmer(page, faux)
    bouton(page, "Recevoir un autre code").wait_for()
    yield "code-epuise"
    bouton(page, "Recevoir un autre code").click()
    confirmer(page, serveur.code(JEAN_BAPTISTE.mobile, apres=avant + 1))
    titre(page, "Vos bénéficiaires")
    yield "beneficiaires-fait"
    bouton(page, "Retour").click()
    bouton(page, "Retour").click()
    titre(page, "Bonjour, Jean Baptiste")
    page.get_by_role("button", name="Aide", exact=True).click()
    titre(page, "Aide")
    yield "aide-connectee"
    page.locator(".tuile", has_text="Mon numéro Mobile Money").click()
    titre(page, "Mon numéro Mobile Money")
    yield "mobile"
    bouton(page, "Retour").click()
    bouton(page, "Retour").click()
    titre(page, "Bonjour, Jean Baptiste")


def _paiements(page: Page, serveur: Plateforme) -> Iterator[str]:
    page.locator(".tuile", has_text="Payer").click()
    titre(page, "Que voulez-vous payer ?")
    yield "payer"
    epargne = page.locator(".carte-payer", has_text="PASS BATELA")
    epargne.get_by_role("button", name="Autre montant").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("100")
    yield "montant"
    bouton(page, "Valider").click()
    bouton(page, "Continuer").click()
    titre(page, "Quel téléphone paie ?")
    yield "payeur"
    cocher(page, "Un autre numéro")
    page.get_by_label("Numéro qui paie").fill("055123456")
    expect(page.get_by_role("group", name="Opérateur")).to_be_visible()
    yield "payeur-autre"
    cocher(page, "Mon téléphone")
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    yield "suivi-pin"
    page.context.set_offline(True)
    titre(page, "Nous cherchons le réseau")
    yield "suivi-hors-ligne"
    page.context.set_offline(False)
    serveur.repondre(JEAN_BAPTISTE.mobile, "refuser")
    titre(page, "Le paiement n'est pas passé")
    yield "suivi-refuse"
    bouton(page, "Réessayer").click()
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    serveur.repondre(JEAN_BAPTISTE.mobile, "approuver")
    titre(page, "Paiement confirmé")
    yield "recu"
    page.clock.fast_forward(241_000)
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "inactivite"
    bouton(page, "Oui, je continue").click()
    terminer(page)


def _alertes(page: Page) -> Iterator[str]:
    se_connecter(page, RODRIGUE)
    yield "accueil-suspendu"
    terminer(page)
    se_connecter(page, PIERRE)
    page.locator(".avis").get_by_role("button", name="Renouveler").click()
    titre(page, "Renouveler PASS KIMIA")
    yield "renouveler"
    terminer(page)


def _souscription(page: Page, serveur: Plateforme, telephone: str) -> Iterator[str]:
    page.locator(".attente-commencer").click()
    bouton(page, "Découvrir les PASS").click()
    titre(page, "Les trois PASS")
    yield "produits"
    page.locator(".carte-produit", has_text="PASS SALISA").click()
    titre(page, "PASS SALISA")
    expect(page.locator(".carte-devis")).to_be_visible()
    yield "produit"
    bouton(page, "Souscrire").click()
    titre(page, "Qui êtes-vous ?")
    yield "souscrire-identite"
    page.get_by_label("Prénom").fill("Grâce")
    page.get_by_label("Nom", exact=True).fill("LOEMBA")
    page.get_by_label("Téléphone").fill(telephone)
    page.get_by_label("Date de naissance").fill("01051940")
    bouton(page, "Continuer").click()
    expect(page.get_by_text("se souscrit de 18 à 65 ans, et cette date de naissance donne")).to_be_visible()
    yield "souscrire-age"
    page.get_by_label("Date de naissance").fill("01051990")
    bouton(page, "Continuer").click()
    titre(page, "Bénéficiaires")
    bouton(page, "Ajouter un bénéficiaire").click()
    yield "souscrire-beneficiaire"
    page.get_by_label("Prénom").fill("Paul")
    page.get_by_label("Nom", exact=True).fill("LOEMBA")
    page.get_by_label("Date de naissance").fill("17052015")
    cocher(page, "Enfant")
    bouton(page, "Enregistrer").click()
    yield "souscrire-beneficiaires"
    bouton(page, "Continuer").click()
    titre(page, "Vérifiez et acceptez")
    cocher(page, "J'ai lu et j'accepte")
    yield "souscrire-accord"
    bouton(page, "Continuer").click()
    titre(page, "Quel téléphone paie ?")
    payer(page).click()
    titre(page, "Tapez votre code PIN")
    yield "souscrire-pin"
    serveur.repondre(f"242{telephone}", "approuver")
    titre(page, "Bienvenue chez NSIA")
    expect(page.locator(".police-neuve")).to_contain_text("arrive sur votre téléphone")
    yield "souscrire-bienvenue"
    terminer(page)


def _maintenance(page: Page) -> Iterator[str]:
    page.locator(".attente-commencer").wait_for()
    page.keyboard.press("Control+Alt+m")
    titre(page, "Maintenance")
    yield "maintenance"
    terminer(page)
