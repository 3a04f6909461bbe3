// Sentences that hold amounts, and what the state of a contract asks, in another language than the server's.

import { avis, somme } from "./composants.js";
import { h } from "./dom.js";
import { phrase } from "./erreurs.js";
import { jourCourt, xaf } from "./format.js";
import { langue, t } from "./textes.js";

const MONTANT = /(\d[\d\u202f\u00a0]*[\u202f\u00a0 ]FCFA)/;

/** The sentence with each of its amounts in an element that can be hidden. */
export function avecSommes(texte) {
  return h("span", {}, texte.split(MONTANT).map((bout, i) => (i % 2 ? h("span", { class: "somme" }, bout.replaceAll("\u202f", "\u00a0")) : bout)));
}

/** What the state of a contract asks (`situation` of the API), in one sentence: the server's own in French. */
export function phraseDeSituation({ code, message, montant, date }, produit) {
  return langue() === "fr" ? message : t(`situations.${code}`, produit, montant === null ? "" : xaf(montant), date ? jourCourt(date) : "");
}

/** That sentence with the colour of its weight. */
export const avisDeSituation = (situation, produit, ...suite) =>
  avis(situation.niveau, avecSommes(phraseDeSituation(situation, produit)), ...suite);

/** A refusal, and how long it lasts when the server says so: of what was tried too often, its own sentence says it in French. */
export function avisDeRefus(erreur) {
  const dit = erreur.code === "trop_d_essais" && langue() === "fr";
  return avis("attention", phrase(erreur), erreur.attente && !dit ? h("p", {}, t("commun.patienter", erreur.attente)) : null);
}

/** What is paid, one line a contract, and the total when there are several. */
export function recapitulatif(lignes, total) {
  return h(
    "div",
    { class: "recapitulatif" },
    lignes.map(({ libelle, detail, montant }) =>
      h("div", { class: "recapitulatif-ligne" }, h("span", {}, h("b", {}, libelle), detail ? h("small", {}, detail) : null), somme(montant)),
    ),
    h("div", { class: "recapitulatif-total" }, h("span", {}, t("commun.total")), somme(total)),
  );
}
