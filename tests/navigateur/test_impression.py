"""Paper: what the printer receives, and how large it is."""

import re

import pytest
from playwright.sync_api import Page, expect

from .gestes import JEAN_BAPTISTE, MARIE_CLAIRE, bouton, se_connecter, titre

POINTS_PAR_MM = 72 / 25.4
SANS_IMPRIMANTE = "window.imprimes = 0; window.print = () => { window.imprimes += 1; }; null"


def feuilles(page: Page) -> list[tuple[int, int]]:
    """Width and height of each page that the printer would give, in millimetres."""
    document = page.pdf(prefer_css_page_size=True, print_background=False)
    boites = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", document)
    return [
        (round(float(largeur) / POINTS_PAR_MM), round(float(hauteur) / POINTS_PAR_MM)) for largeur, hauteur in boites
    ]


def qr_dessine(page: Page) -> list[str]:
    """What the printed QR code holds, read back from its drawing."""
    dessin = page.locator(".papier .qr")
    cote = int((dessin.get_attribute("viewBox") or "").split()[-1])
    barres = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", dessin.locator("path").get_attribute("d") or "")
    noirs = {(int(x) + i, int(y)) for x, y, longueur in barres for i in range(int(longueur))}
    return ["".join("01"[(x, y) in noirs] for x in range(4, cote - 4)) for y in range(4, cote - 4)]


def ouvrir_documents(page: Page) -> None:
    page.evaluate(SANS_IMPRIMANTE)
    se_connecter(page, JEAN_BAPTISTE)
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS KIMIA")
    page.get_by_role("tab", name="Documents").click()


def test_a_receipt_is_one_slip_of_80_mm(page: Page) -> None:
    ouvrir_documents(page)
    with page.expect_response("**/recus/**format=json") as recu:
        bouton(page, re.compile("^Imprimer le reçu du")).first.click()
    expect(page.locator(".papier-recu")).to_contain_text(re.compile(r"PAY-\d{8}-\w{6}"))
    expect(page.locator(".papier-recu")).to_contain_text(re.compile(r"Code de vérification[0-9A-Z]{4}-"))
    expect(page.locator(".papier-recu")).to_contain_text("/verifier")
    assert qr_dessine(page) == recu.value.json()["qr"]

    assert page.evaluate("window.imprimes") == 1
    ((largeur, hauteur),) = feuilles(page)
    assert largeur == 80
    assert 80 <= hauteur <= 180


def test_a_statement_is_a4_with_every_line(page: Page) -> None:
    ouvrir_documents(page)
    bouton(page, "Imprimer le relevé").click()
    papier = page.locator(".papier-a4")
    expect(papier).to_contain_text("Jean Baptiste KONGO")

    assert page.evaluate("window.imprimes") == 1
    assert papier.locator("table").first.locator("tbody tr").count() == 12
    assert set(feuilles(page)) == {(210, 297)}


def test_an_attestation_is_one_a4_page_that_names_the_insured(page: Page) -> None:
    page.evaluate(SANS_IMPRIMANTE)
    se_connecter(page, MARIE_CLAIRE)
    page.locator(".carte-contrat").first.click()
    titre(page, "PASS SALISA")
    page.get_by_role("tab", name="Documents").click()
    with page.expect_response("**/attestation/**") as attestation:
        bouton(page, "Imprimer l'attestation").click()
    papier = page.locator(".papier-a4")
    for texte in ("NSIA Congo atteste que", "Marie Claire MOUKOKO", MARIE_CLAIRE.police, "Exaucée MOUKOKO"):
        expect(papier).to_contain_text(texte)
    expect(papier).to_contain_text(re.compile(r"Code de vérification\s*[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"))

    assert qr_dessine(page) == attestation.value.json()["qr"]
    assert page.evaluate("window.imprimes") == 1
    assert feuilles(page) == [(210, 297)]


def test_an_attestation_that_is_refused_says_why(page: Page) -> None:
    refus = '{"code": "attestation_refusee", "detail": "PASS KIMIA : 100 FCFA sont en retard."}'
    page.route(
        "**/attestation/**",
        lambda route: route.fulfill(status=422, content_type="application/problem+json", body=refus),
    )
    ouvrir_documents(page)
    bouton(page, "Imprimer l'attestation").click()

    expect(page.locator(".panneau .avis")).to_have_text("PASS KIMIA : 100 FCFA sont en retard.")
    assert page.evaluate("window.imprimes") == 0


@pytest.mark.parametrize("format", ["portrait", "paysage"])
def test_only_the_paper_is_printed(page: Page) -> None:
    ouvrir_documents(page)
    bouton(page, "Imprimer le relevé").click()
    page.emulate_media(media="print")
    expect(page.locator(".papier")).to_be_visible()
    expect(page.locator("#cadre")).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".papier")).to_be_empty()
