// A free amount, typed on its own keypad within its bounds.

import { bouton } from "./composants.js";
import { h, icone } from "./dom.js";
import { nombre, xaf } from "./format.js";
import { t } from "./textes.js";

/** Asks for an amount from `minimum` to `maximum`; null when she changes her mind. */
export function demanderMontant({ dialoguer, fermerDialogue }, { titre, minimum, maximum }) {
  return new Promise((resolve) => {
    const dialogue = document.getElementById("dialogue");
    let reponse = null;
    const erreur = h("p", { class: "champ-erreur", role: "alert" });
    const entree = h("input", {
      class: "saisie saisie-montant",
      inputmode: matchMedia("(max-width: 640px)").matches ? "numeric" : "none",
      autocomplete: "off",
      maxlength: "9",
      "aria-label": titre,
      "aria-describedby": "montant-bornes",
      oninput() {
        const chiffres = entree.value.replace(/\D/g, "").replace(/^0+/, "").slice(0, 7);
        entree.value = chiffres && nombre(Number(chiffres));
        erreur.textContent = "";
      },
    });
    const valeur = () => Number(entree.value.replace(/\D/g, ""));

    function valider() {
      if (valeur() < minimum || valeur() > maximum) {
        erreur.textContent = t("montant.hors_limites", xaf(minimum), xaf(maximum));
        return entree.focus();
      }
      reponse = valeur();
      fermerDialogue();
    }

    function ecrire(texte) {
      entree.value = texte;
      entree.dispatchEvent(new Event("input"));
      entree.focus();
    }

    const touche = (signe) =>
      h(
        "button",
        {
          type: "button",
          tabindex: "-1",
          class: `touche ${signe === "effacer" ? "touche-effacer" : "touche-signe"}`,
          "data-touche": signe,
          "aria-label": signe === "effacer" ? t("clavier.effacer") : null,
          onclick: () => ecrire(signe === "effacer" ? entree.value.slice(0, -1) : entree.value + signe),
        },
        signe === "effacer" ? icone("effacer") : signe,
      );

    dialogue.addEventListener("close", () => resolve(reponse), { once: true });
    dialoguer(
      "montant",
      h("h2", { id: "dialogue-titre" }, titre),
      h(
        "form",
        {
          novalidate: true,
          autocomplete: "off",
          onsubmit(evenement) {
            evenement.preventDefault();
            valider();
          },
        },
        h("div", { class: "montant-saisi" }, entree, h("span", {}, "FCFA")),
        h("p", { class: "note", id: "montant-bornes" }, t("montant.bornes", xaf(minimum), xaf(maximum))),
        erreur,
        h("div", { class: "pave" }, [..."123456789", "00", "0", "effacer"].map(touche)),
        h(
          "div",
          { class: "actions" },
          bouton({ texte: t("commun.annuler"), action: fermerDialogue }),
          bouton({ texte: t("commun.valider"), genre: "or", type: "submit" }),
        ),
      ),
    );
    entree.focus();
  });
}
