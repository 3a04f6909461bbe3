import { tuile, titre } from "../composants.js";
import { h } from "../dom.js";
import { t } from "../textes.js";

export async function bienvenue({ aller }) {
  return h(
    "div",
    { class: "colonne colonne-centree" },
    titre(t("bienvenue.titre"), t("bienvenue.texte")),
    h(
      "div",
      { class: "tuiles tuiles-grandes" },
      tuile({ icone: "accident", titre: t("bienvenue.contrat"), texte: t("bienvenue.contrat_texte"), classe: "tuile-bleue", action: () => aller("connexion") }),
      tuile({ icone: "etoile", titre: t("bienvenue.decouvrir"), texte: t("bienvenue.decouvrir_texte"), classe: "tuile-or", action: () => aller("produits") }),
      tuile({ icone: "aide", titre: t("bienvenue.aide"), texte: t("bienvenue.aide_texte"), action: () => aller("aide") }),
    ),
  );
}
