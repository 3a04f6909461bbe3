import { titre } from "../composants.js";
import { h, icone } from "../dom.js";
import { LANGUES, choisirLangue, langue, t } from "../textes.js";

export async function choixLangue({ retour, accueil, peutRevenir }) {
  return h(
    "div",
    { class: "colonne colonne-centree" },
    titre(t("langue.titre")),
    h(
      "div",
      { class: "tuiles" },
      LANGUES.map(({ code, nom, salut, relire }) =>
        h(
          "button",
          {
            type: "button",
            class: `tuile tuile-langue ${code === langue() ? "tuile-choisie" : ""}`,
            "aria-pressed": String(code === langue()),
            async onclick() {
              await choisirLangue(code);
              await (peutRevenir() ? retour() : accueil());
            },
          },
          h(
            "span",
            { class: "tuile-corps" },
            h("span", { class: "tuile-titre", lang: code }, nom),
            h("span", { class: "tuile-texte" }, h("span", { lang: code }, salut), relire ? ` · ${t("langue.relire")}` : ""),
          ),
          code === langue() ? icone("coche", "tuile-fin") : null,
        ),
      ),
    ),
  );
}
