// What a product covers, in words.

import { somme } from "./composants.js";
import { h, icone } from "./dom.js";
import { xaf } from "./format.js";
import { langue, libelle, t } from "./textes.js";

const pourcent = (taux) => `${Number(taux).toLocaleString(langue() === "en" ? "en-GB" : "fr-FR")}\u00a0%`;

/** « de 18 à 65 ans »; empty without limits. */
export const anneesDAge = (minimum, maximum) => (minimum === null && maximum === null ? "" : t("garantie.ages", minimum, maximum));

/** What NSIA has not confirmed is marked, and said once below. */
export function listeDeGaranties(garanties) {
  const indicatives = garanties.some((g) => g.a_confirmer);
  return h(
    "div",
    { class: "bloc-garanties" },
    h("div", { class: "garanties" }, garanties.map(carteDeGarantie)),
    indicatives ? h("p", { class: "note note-icone" }, icone("info"), t("garantie.a_confirmer")) : null,
  );
}

function carteDeGarantie(g) {
  const precisions = [
    g.plafond ? t("garantie.plafond", xaf(g.plafond)) : null,
    g.franchise ? t("garantie.franchise", xaf(g.franchise)) : null,
    g.taux && g.type === "remboursement" ? t("garantie.taux", pourcent(g.taux)) : null,
    g.delai_carence_jours ? t("garantie.carence", g.delai_carence_jours) : null,
    anneesDAge(g.age_min, g.age_max),
  ].filter(Boolean);
  return h(
    "article",
    { class: "garantie" },
    h(
      "div",
      { class: "garantie-haut" },
      h("p", { class: "garantie-genre" }, libelle("garanties", g.type)),
      h("p", { class: "garantie-montant" }, g.montant ? somme(g.montant) : g.taux ? pourcent(g.taux) : g.plafond ? somme(g.plafond) : "", g.a_confirmer ? h("span", { class: "garantie-renvoi" }, "*") : null),
    ),
    h("p", { class: "garantie-libelle" }, g.libelle),
    precisions.length ? h("p", { class: "garantie-precisions" }, precisions.join(" · ")) : null,
  );
}
