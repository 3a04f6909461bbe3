"""The work of a day in the back office, in a browser, role by role; each page of it open to everyone, by day and by night."""

import csv
import io

import openpyxl
from playwright.sync_api import Browser

from .journee import Journee, aspects
from .plateforme import Plateforme
from .test_accessibilite import AXE, EXAMEN, REGLES

# SimpleBar, inside Unfold, gives all its regions one name.
SANS = {**REGLES, "rules": {"landmark-unique": {"enabled": False}}}
# What is wider than its place: the page, or a value that would be written over its neighbour.
DEBORDE = """() => {
    const e = document.documentElement, large = (un) => un.scrollWidth > un.clientWidth + 1;
    const droite = (un) => un.getBoundingClientRect().right, ligne = (un) => un.closest(".field-line") ?? un;
    const sortent = (un) => large(un) || droite(un) > droite(ligne(un)) + 1;
    const valeurs = [...document.querySelectorAll(".readonly, #result_list td, #result_list th")];
    return [...(large(e) ? [`page ${e.scrollWidth}`] : []), ...valeurs.filter(sortent).map((un) => un.innerText)];
}"""

# Pictures are drawn, which axe does not read: their words and bars have the colours of the page as it is, by day or by night.
GRAPHIQUES = """() => {
    const page = getComputedStyle(document.documentElement), sombre = document.documentElement.classList.contains("dark");
    const texte = page.getPropertyValue(sombre ? "--color-base-300" : "--color-base-700").trim();
    return [...document.querySelectorAll("canvas.chart")].flatMap((toile) => {
        const dessin = Chart.getChart(toile), { options } = dessin, lues = JSON.parse(toile.dataset.value).datasets;
        const mots = [options.scales.x.ticks.color, options.scales.y.ticks.color, options.plugins.legend.labels.color];
        const barres = lues.map(({ backgroundColor }, rang) => [
            dessin.getDatasetMeta(rang).data[0].options.backgroundColor,
            page.getPropertyValue(backgroundColor.slice(4, -1)).trim()
        ]);
        return [...mots.map((un) => [un, texte]), ...barres].filter(([vue, voulue]) => vue !== voulue);
    });
}"""


def test_a_day_role_by_role(serveur: Plateforme, navigateur: Browser) -> None:
    jour = Journee(serveur, navigateur)
    fautes, vues = [], []
    for nom, page in jour.etapes():
        page.evaluate(AXE)
        vues.append(nom)
        for aspect in aspects(page):
            fautes += [f"{nom}, {aspect} : {faute}" for faute in page.evaluate(EXAMEN, SANS)]
            fautes += [f"{nom}, {aspect} : trop large, {faute}" for faute in page.evaluate(DEBORDE)]
            fautes += [f"{nom}, {aspect} : dessin, {faute}" for faute in page.evaluate(GRAPHIQUES)]

    assert "\n".join([*jour.fautes, *fautes]) == ""
    assert len(vues) == len(set(vues)) > 40
    titres, *clients = csv.reader(io.StringIO(jour.exports["clients.csv"].decode("utf-8-sig")), delimiter=";")
    assert (titres[0], len(clients)) == ("Client", 7)  # of her agency
    feuille = openpyxl.load_workbook(io.BytesIO(jour.exports["consultations.xlsx"])).active
    lues = list(feuille.iter_rows(values_only=True))
    assert [ligne for ligne in lues if "Mireille LOEMBA" in str(ligne) and "Export" in str(ligne)] != []
