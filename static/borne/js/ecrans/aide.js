import { section, titre, tuile } from "../composants.js";
import { h, icone } from "../dom.js";
import { t } from "../textes.js";

const SUJETS = [
  ["document", "police"],
  ["telephone", "payer"],
  ["cadenas", "pin"],
  ["horloge", "debit"],
  ["personnes", "beneficiaires"],
  ["oeil-barre", "prive"],
];

export async function aide({ api, aller, config }) {
  return h(
    "div",
    { class: "colonne colonne-large" },
    titre(t("aide.titre"), t("aide.texte")),
    h(
      "div",
      { class: "sujets" },
      SUJETS.map(([image, nom]) => h("article", { class: "carte sujet" }, h("span", { class: "pastille" }, icone(image)), h("div", {}, h("h2", {}, t(`aide.${nom}`)), h("p", {}, t(`aide.${nom}_texte`))))),
    ),
    api.ouverte() ? tuile({ icone: "telephone", titre: t("mobile.titre"), texte: t("mobile.texte"), action: () => aller("mobile") }) : null,
    section(
      t("aide.encore"),
      h(
        "div",
        { class: "contacts" },
        h("p", { class: "carte contact" }, icone("personne"), h("span", {}, t("aide.agent"))),
        config.telephoneAide ? h("p", { class: "carte contact" }, icone("telephone"), h("span", {}, t("aide.appeler"), " ", h("b", {}, config.telephoneAide))) : null,
        h("p", { class: "carte contact" }, icone("sms"), h("span", {}, t("aide.ussd"), " ", h("b", {}, "*128*6*6*1#"))),
      ),
    ),
  );
}
