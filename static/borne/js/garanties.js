// What a product covers, in words.

import { etiquette, somme } from "./composants.js";
import { h } from "./dom.js";
import { xaf } from "./format.js";
import { langue, libelle, t } from "./textes.js";

const pourcent = (taux) => `${Number(taux).toLocaleString(langue() === "en" ? "en-GB" : "fr-FR")}\u00a0%`;

export function carteDeGarantie(g) {
  const precisions = [
    g.plafond ? t("garantie.plafond", xaf(g.plafond)) : null,
    g.franchise ? t("garantie.franchise", xaf(g.franchise)) : null,
    g.taux && g.type === "remboursement" ? t("garantie.taux", pourcent(g.taux)) : null,
    g.delai_carence_jours ? t("garantie.carence", g.delai_carence_jours) : null,
    g.age_min !== null && g.age_max !== null ? t("garantie.ages", g.age_min, g.age_max) : null,
  ].filter(Boolean);
  return h(
    "article",
    { class: "garantie" },
    h(
      "div",
      { class: "garantie-haut" },
      h("p", { class: "garantie-genre" }, libelle("garanties", g.type)),
      h("p", { class: "garantie-montant" }, g.montant ? somme(g.montant) : g.taux ? pourcent(g.taux) : g.plafond ? somme(g.plafond) : ""),
    ),
    h("p", { class: "garantie-libelle" }, g.libelle),
    precisions.length ? h("p", { class: "garantie-precisions" }, precisions.join(" · ")) : null,
    g.a_confirmer ? etiquette("attention", t("garantie.a_confirmer")) : null,
  );
}
