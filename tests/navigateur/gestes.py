"""What a person does at the kiosk, in the words of its buttons."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class Personne:
    """Of the demonstration portfolio (fixtures/portefeuille_demo.json). `mobile`: as the operator knows the phone."""

    prenom: str
    nom: str
    police: str
    telephone: str

    @property
    def mobile(self) -> str:
        return f"242{self.telephone}"


# Two contracts in order; one late; one expired, with another operator; one suspended; one that insures two children.
JEAN_BAPTISTE = Personne("Jean Baptiste", "KONGO", "CG-2026-VIE-001", "061234567")
SYLVIE = Personne("Sylvie", "MABIALA", "CG-2026-VIE-002", "068124350")
PIERRE = Personne("Pierre", "NGOUABI", "CG-2025-VIE-001", "042345678")
RODRIGUE = Personne("Rodrigue", "BOUANGA", "CG-2026-SAN-003", "056680217")
MARIE_CLAIRE = Personne("Marie Claire", "MOUKOKO", "CG-2026-SAN-001", "059876543")


def bouton(page: Page, nom: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("button", name=nom)


def terminer(page: Page) -> None:
    """The button of the header, on every screen at the same place."""
    page.locator("#entete").get_by_role("button", name="Terminer").click()


def titre(page: Page, texte: str) -> None:
    """Waits for the screen of that title."""
    expect(page.get_by_role("heading", level=1, name=texte)).to_be_visible(timeout=20_000)


def vers_connexion(page: Page) -> None:
    page.locator(".attente-commencer").click()
    bouton(page, "J'ai un contrat").click()
    titre(page, "Identifiez-vous")


def saisir(page: Page, police: str, telephone: str) -> None:
    page.get_by_label("Numéro de police").fill(police)
    page.get_by_label("Téléphone").fill(telephone)
    bouton(page, "Voir mes contrats").click()


def se_connecter(page: Page, personne: Personne) -> None:
    vers_connexion(page)
    saisir(page, personne.police, personne.telephone)
    titre(page, f"Bonjour, {personne.prenom}")


def taper(page: Page, texte: str) -> None:
    """On the keyboard of the screen."""
    for signe in texte:
        page.locator(f".clavier [data-touche='{signe}']").click()


def cocher(page: Page, nom: str) -> None:
    """The native box is under its label, of which a finger touches any part."""
    page.get_by_label(nom).check(force=True)


def preparer_paiement(page: Page, *, code: str) -> None:
    """From the first screen after login to the last one before the demand leaves. `code`: an amount of the first contract."""
    page.locator(".tuile", has_text="Payer").click()
    titre(page, "Que voulez-vous payer ?")
    montant = page.locator(".carte-payer").first.locator(f"[data-code='{code}']")
    if montant.get_attribute("aria-pressed") == "false":
        montant.click()
    bouton(page, "Continuer").click()
    titre(page, "Quel téléphone paie ?")


def preparer_versement(page: Page, montant: str = "100") -> None:
    """As `preparer_paiement`, on the savings of Jean Baptiste: they take money whatever was paid before."""
    page.locator(".tuile", has_text="Payer").click()
    titre(page, "Que voulez-vous payer ?")
    page.locator(".carte-payer", has_text="PASS BATELA").get_by_role("button", name="Autre montant").click()
    page.get_by_role("dialog").get_by_role("textbox").fill(montant)
    bouton(page, "Valider").click()
    bouton(page, "Continuer").click()
    titre(page, "Quel téléphone paie ?")


def payer(page: Page) -> Locator:
    """The button of the bar at the bottom that sends the demand."""
    return page.locator(".pied").get_by_role("button", name=re.compile("^Payer"))


def avec_un_autre_numero(page: Page, telephone: str) -> None:
    cocher(page, "Un autre numéro")
    page.get_by_label("Numéro qui paie").fill(telephone)
    expect(page.get_by_label("MTN Mobile Money")).to_be_checked()


def confirmer(page: Page, code: str) -> None:
    page.get_by_label("Code à six chiffres").fill(code)
    bouton(page, "Confirmer").click()


def un_autre_code(code: str) -> str:
    """One that the server did not send."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
