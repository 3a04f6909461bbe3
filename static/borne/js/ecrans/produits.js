import { titre } from "../composants.js";
import { h, icone } from "../dom.js";
import { xaf } from "../format.js";
import { t } from "../textes.js";

export async function produits({ api, aller, signal }) {
  const { results } = await api.lire("produits/", { signal });
  return h(
    "div",
    { class: "colonne colonne-large" },
    titre(t("produits.titre"), t("produits.texte")),
    h(
      "div",
      { class: "produits" },
      results.map((p) =>
        h(
          "button",
          { type: "button", class: `carte carte-produit carte-produit-${p.categorie}`, onclick: () => aller("produit", { code: p.code_pass }) },
          h("span", { class: "carte-produit-tete" }, icone(p.categorie), h("span", { class: "carte-produit-nom" }, p.nom_pass)),
          h("span", { class: "carte-produit-texte" }, p.description),
          h("span", { class: "carte-produit-pied" }, h("b", {}, t("produits.a_partir", xaf(p.prix_minimum))), h("span", { class: "voir" }, t("produits.voir"), icone("suite"))),
        ),
      ),
    ),
  );
}
