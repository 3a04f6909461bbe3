"""A day in an agency and at the head office, role by role, as people click it: each page of it, in the order of the work.

Mireille cashes, assigns polices and asks for a cancellation; Prosper decides it and reads its trail; Clarisse and Bienvenu read
what is theirs to read; the administrator keeps settings, catalogue and accounts.
"""

import re
import time
from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django_otp.oath import hotp
from playwright.sync_api import Browser, Page, expect

from .navigateur import FORMATS, Ecoute, contexte
from .plateforme import Plateforme

DOMAINE = "nsia-pass.test"
Etape = tuple[str, Page]
"""What the page is, and the page as the person sees it."""


def aspects(page: Page) -> Iterator[str]:
    """The page at a desk and on a tablet, by day and by night; as it was at the end."""
    for format in ("ordinateur", "tablette"):
        largeur, hauteur = FORMATS[format]
        page.set_viewport_size({"width": largeur, "height": hauteur})
        for aspect, sombre in (("clair", False), ("sombre", True)):
            page.evaluate("sombre => document.documentElement.classList.toggle('dark', sombre)", sombre)
            yield f"{format}-{aspect}"
    largeur, hauteur = FORMATS["ordinateur"]
    page.set_viewport_size({"width": largeur, "height": hauteur})
    page.evaluate("() => document.documentElement.classList.remove('dark')")


@dataclass
class Journee:
    """What happens, and what each leaves for the next."""

    serveur: Plateforme
    navigateur: Browser
    fautes: list[str] = field(default_factory=list)
    exports: dict[str, bytes] = field(default_factory=dict)
    paiement: str = ""

    def etapes(self) -> Iterator[Etape]:
        yield from self.agente()
        yield from self.gestionnaire()
        yield from self.conseillere()
        yield from self.auditeur()
        yield from self.administratrice()

    @contextmanager
    def personne(self) -> Iterator[Page]:
        """Somebody's browser; what breaks in it is a fault of the day."""
        page = contexte(self.navigateur, "ordinateur").new_page()
        ecoute = Ecoute(page, self.serveur.url.removeprefix("http://"))
        yield page
        page.context.close()
        self.fautes += ecoute.fautes

    def agente(self) -> Iterator[Etape]:
        with self.personne() as page:
            yield from self.entrer_avec_un_telephone(page, "mireille.loemba")
            expect(page.get_by_text("Bonjour Mireille")).to_be_visible()
            yield "accueil", page

            # Two know how she is called, none how she is spelt.
            page.get_by_role("searchbox").fill("silvie mabyala")
            page.get_by_role("searchbox").press("Enter")
            expect(page.get_by_role("heading", name="Échéances à payer")).to_be_visible()
            yield "client", page
            page.get_by_role("link", name="Souscriptions", exact=True).last.click()
            page.get_by_role("link", name="PASS-KIMIA-2026").first.click()
            expect(page.get_by_role("link", name="Encaisser")).to_be_visible()
            yield "souscription", page

            page.get_by_role("link", name="Encaisser").click()
            page.get_by_label("Montant reçu").fill("300")
            page.get_by_label("Mode de paiement").select_option("Chèque")
            page.get_by_role("button", name="Encaisser").click()
            page.get_by_role("button", name="Confirmer").click()
            expect(page.get_by_text("Indiquez le numéro du chèque")).to_be_visible()
            yield "encaissement-refuse", page
            page.get_by_label("Mode de paiement").select_option("Espèces")
            page.get_by_role("button", name="Encaisser").click()
            expect(page.get_by_role("button", name="Corriger")).to_be_visible()
            yield "encaissement-relu", page
            page.get_by_role("button", name="Confirmer").click()
            expect(page.get_by_role("link", name="reçu REC-")).to_be_visible()
            yield "encaisse", page

            self.menu(page, "Souscriptions")
            yield "souscriptions", page
            page.get_by_role("link", name="Attribuer les polices en attente").click()
            expect(page.get_by_role("heading", name="Attribuer des polices")).to_be_visible()
            yield "polices", page
            page.get_by_role("button", name="Attribuer 1 police").click()
            expect(page.get_by_text("1 police attribuée").first).to_be_visible()
            yield "polices-attribuees", page

            self.menu(page, "Paiements")
            yield "paiements", page
            lien = page.get_by_role("link", name="PAY-").first
            self.paiement = lien.inner_text()
            lien.click()
            yield "paiement", page
            page.get_by_role("link", name="Proposer l'annulation").click()
            page.get_by_label("Motif").fill("Encaissé deux fois, le carnet en témoigne")
            yield "proposition-ecrite", page
            page.get_by_role("button", name="Proposer").click()
            expect(page.get_by_text("attend la décision").first).to_be_visible()

            self.menu(page, "Clients")
            with page.expect_download() as telechargement:
                page.get_by_role("link", name="CSV").click()
            self.exports["clients.csv"] = telechargement.value.path().read_bytes()

            self.menu(page, "Imports de fichiers")
            yield "imports", page
            page.get_by_role("link", name="Ajouter : import de fichier").first.click()
            page.get_by_label("Ce que contient le fichier").select_option("Encaissements d'agence")
            self.deposer(page, "CG-2026-VIE-9999")
            expect(page.get_by_text("Aucun contrat que vous pouvez encaisser ne porte ce numéro.")).to_be_visible()
            yield "import-refuse", page
            page.get_by_label("Ce que contient le fichier").select_option("Encaissements d'agence")
            self.deposer(page, "CG-2026-VIE-001")
            expect(page.get_by_text("Le fichier est juste.")).to_be_visible()
            yield "import-lu", page
            page.get_by_role("button", name="Faire ce que dit le fichier").click()
            yield "import-relu", page
            page.get_by_role("button", name="Confirmer").click()
            expect(page.get_by_text("Fait", exact=True)).to_be_visible()
            yield "import-fait", page

    def gestionnaire(self) -> Iterator[Etape]:
        with self.personne() as page:
            yield from self.entrer_avec_un_telephone(page, "prosper.nkounkou")
            yield "accueil-gestionnaire", page
            page.get_by_role("link", name="Propositions qui attendent votre décision").click()
            yield "propositions", page
            page.locator("#result_list a").first.click()
            expect(page.get_by_role("link", name="Approuver")).to_be_visible()
            yield "proposition", page
            page.get_by_role("link", name="Approuver").click()
            yield "approbation", page
            page.get_by_role("button", name="Approuver").click()
            expect(page.get_by_text("approuvée", exact=False).first).to_be_visible()
            yield "proposition-approuvee", page

            page.goto(f"{self.serveur.url}/admin/trouver/?q={self.paiement}")
            page.get_by_role("link", name="Historique").click()
            expect(page.get_by_text("Prosper NKOUNKOU").first).to_be_visible()
            yield "journal", page
            page.locator("#result_list a").first.click()
            expect(page.locator(".audit-differences")).to_be_visible()
            yield "journal-ligne", page

    def conseillere(self) -> Iterator[Etape]:
        with self.personne() as page:
            self.entrer(page, f"clarisse.mboungou@{DOMAINE}")
            yield "accueil-conseillere", page
            page.get_by_role("searchbox").fill("mabiala")
            page.get_by_role("searchbox").press("Enter")
            expect(page.get_by_text("Rien ne correspond")).to_be_visible()
            yield "rien", page
            self.menu(page, "Clients")
            expect(page.locator("#result_list tbody tr")).to_have_count(2)
            expect(page.get_by_text("Exporter cette liste")).to_have_count(0)
            yield "clients-conseillere", page

    def auditeur(self) -> Iterator[Etape]:
        with self.personne() as page:
            self.entrer(page, f"bienvenu.okombi@{DOMAINE}")
            self.menu(page, "Consultations")
            expect(page.get_by_text("Mireille LOEMBA").first).to_be_visible()
            yield "consultations", page
            with page.expect_download() as telechargement:
                page.get_by_role("link", name="XLSX").click()
            self.exports["consultations.xlsx"] = telechargement.value.path().read_bytes()
            page.locator("#result_list tbody th a").first.click()
            expect(page.get_by_text("Adresse de la page")).to_be_visible()
            yield "consultation", page
            self.menu(page, "Connexions du personnel")
            yield "connexions", page
            self.menu(page, "Rapprochements")
            yield "rapprochements", page
            page.goto(f"{self.serveur.url}/admin/trouver/?q={self.paiement}")
            expect(page.get_by_role("link", name="Proposer")).to_have_count(0)
            yield "paiement-auditeur", page
            page.goto(f"{self.serveur.url}/admin/trouver/?q=b")
            yield "trouver", page

    def administratrice(self) -> Iterator[Etape]:
        with self.personne() as page:
            self.entrer(page, self.serveur.administratrice[0])
            yield "accueil-administratrice", page
            self.menu(page, "Réglages")
            yield "reglages", page
            page.locator("#result_list a").first.click()
            yield "reglage", page
            page.get_by_role("link", name="Changer").click()
            yield "reglage-change", page
            self.menu(page, "Produits PASS")
            page.locator("#result_list a").first.click()
            expect(page.get_by_role("link", name="Essayer un devis")).to_be_visible()
            yield "produit", page
            page.get_by_role("link", name="Essayer un devis").click()
            yield "devis", page
            self.menu(page, "Bornes")
            yield "bornes", page
            page.locator("#result_list a").first.click()
            yield "borne", page
            page.get_by_role("link", name="Désactiver").click()
            expect(page.get_by_text("Plus personne ne pourra y consulter")).to_be_visible()
            yield "borne-a-desactiver", page
            self.menu(page, "Agents")
            yield "agents", page
            page.get_by_role("row", name="mireille.loemba").get_by_role("link").first.click()
            page.get_by_role("link", name="Réinitialiser le second facteur").click()
            page.get_by_label("Motif").fill("Téléphone perdu, reconnue de vive voix")
            yield "facteur-reinitialise", page
            page.get_by_role("button", name="Réinitialiser").click()
            expect(page.get_by_text("est réinitialisé").first).to_be_visible()

    def deposer(self, page: Page, police: str) -> None:
        """A line of cash for a contract of the agency, of which the counter took another sum today, and one for `police`."""
        jour = time.strftime("%d/%m/%Y")
        lignes = ["contrat;montant;mode;date", f"CG-2026-VIE-002;350;espèces;{jour}", f"{police};500;espèces;{jour}"]
        fichier = {"name": "caisse.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lignes).encode()}
        page.locator("input[type=file]").set_input_files(files=[fichier])
        page.get_by_role("button", name="Lire le fichier").click()

    def menu(self, page: Page, nom: str) -> None:
        page.locator("#nav-sidebar").get_by_role("link", name=re.compile(rf"\b{nom}$")).click()
        page.wait_for_load_state()

    def entrer(self, page: Page, email: str) -> None:
        page.goto(f"{self.serveur.url}/admin/")
        page.get_by_label("Adresse e-mail").fill(email)
        page.get_by_label("Mot de passe").fill(self.serveur.administratrice[1])
        page.get_by_role("button", name="Connexion").click()
        page.wait_for_load_state()

    def entrer_avec_un_telephone(self, page: Page, nom: str) -> Iterator[Etape]:
        """Enrols a telephone, leaves, and comes back with a code; the next one, that which enrolled being used up."""
        self.entrer(page, f"{nom}@{DOMAINE}")
        page.goto(f"{self.serveur.url}/admin/second-facteur/")
        cle = b32decode(page.locator("#cle").inner_text().replace(" ", ""))
        pas = int(time.time()) // 30
        yield f"facteur-{nom}", page
        page.get_by_label("Code affiché par l'application").fill(f"{hotp(cle, pas):06d}")
        page.get_by_role("button", name="Activer le second facteur").click()
        expect(page.locator(".facteur-codes li")).to_have_count(10)
        yield f"codes-{nom}", page
        page.context.clear_cookies()
        self.entrer(page, f"{nom}@{DOMAINE}")
        yield f"code-{nom}", page
        page.get_by_label("Code").fill(f"{hotp(cle, pas + 1):06d}")
        page.get_by_role("button", name="Vérifier").click()
        expect(page.get_by_text("Bonjour")).to_be_visible()
