// The on-screen keyboard, docked at the bottom: a kiosk has no other. A physical keyboard works as well, and a phone keeps its own.

import { h, icone } from "./dom.js";
import { t } from "./textes.js";

const LETTRES = ["azertyuiop", "qsdfghjklm", "wxcvbn"];
const DISPOSITIONS = {
  police: [[..."1234567890"], [..."AZERTYUIOP"], [..."QSDFGHJKLM"], ["-", ..."WXCVBN", "effacer", "ok"]],
  telephone: [[..."123"], [..."456"], [..."789"], ["effacer", "0", "ok"]],
  nombre: [[..."123"], [..."456"], [..."789"], ["effacer", "0", "ok"]],
  date: [[..."123"], [..."456"], [..."789"], ["effacer", "0", "ok"]],
  texte: [[...LETTRES[0]], [...LETTRES[1]], ["maj", ...LETTRES[2], "effacer"], ["accents", "-", "'", "espace", "ok"]],
  accents: [[..."éèêëàâäîïô"], [..."öùûüçœæÉÈÇ"], ["maj", ..."1234567890", "effacer"], ["lettres", "-", "'", "espace", "ok"]],
  cle: [
    [..."1234567890"],
    [...LETTRES[0]],
    [...LETTRES[1]],
    ["maj", ...LETTRES[2], "-", "_", "effacer", "ok"],
  ],
};

/** Phones keep their own keyboard: ours is for touch screens and laptops. */
const aSonClavier = () => matchMedia("(max-width: 640px)").matches;

export function creerClavier(panneau) {
  let entree = null;
  let disposition = "";
  let majuscules = false;

  function taper(caractere) {
    const { selectionStart: debut, selectionEnd: fin, maxLength } = entree;
    if (maxLength > 0 && entree.value.length - (fin - debut) >= maxLength) return;
    entree.setRangeText(caractere, debut, fin, "end");
    signaler();
  }

  function effacer() {
    const { selectionStart: debut, selectionEnd: fin } = entree;
    if (debut === fin && debut > 0) entree.setRangeText("", debut - 1, fin, "end");
    else entree.setRangeText("", debut, fin, "end");
    signaler();
  }

  function signaler() {
    entree.dispatchEvent(new Event("input", { bubbles: true }));
    const suite = commenceUnMot();
    if (disposition === "texte" && suite !== majuscules) {
      majuscules = suite;
      dessiner();
    }
  }

  const commenceUnMot = () => entree.dataset.clavier === "texte" && /(^|[\s-])$/.test(entree.value.slice(0, entree.selectionStart));

  /** The next empty-handed field of the form, or the form's own action after the last. */
  function valider() {
    const champs = [...(entree.form?.querySelectorAll("input[data-clavier]") ?? [])];
    const suivant = champs[champs.indexOf(entree) + 1];
    if (suivant) suivant.focus();
    else if (entree.form) entree.form.requestSubmit();
    else entree.blur();
  }

  const ACTIONS = {
    effacer: { icone: "effacer", nom: () => t("clavier.effacer"), faire: effacer },
    maj: { icone: "majuscule", nom: () => t("clavier.majuscule"), faire: () => ((majuscules = !majuscules), dessiner()) },
    accents: { texte: "éà1", nom: () => t("clavier.accents"), faire: () => ((disposition = "accents"), dessiner()) },
    lettres: { texte: "abc", nom: () => t("clavier.lettres"), faire: () => ((disposition = "texte"), dessiner()) },
    espace: { texte: "", nom: () => t("clavier.espace"), faire: () => taper(" ") },
    ok: { texte: "OK", nom: () => t("clavier.ok"), faire: valider },
  };

  function touche(code) {
    const action = ACTIONS[code];
    const caractere = majuscules && !action ? code.toLocaleUpperCase("fr") : code;
    return h(
      "button",
      {
        type: "button",
        tabindex: "-1",
        class: `touche touche-${action ? code : "signe"}`,
        "data-touche": code,
        "aria-label": action?.nom() ?? null,
        "aria-pressed": code === "maj" ? String(majuscules) : null,
        onclick: () => (action ? action.faire() : taper(caractere)),
      },
      action ? (action.icone ? icone(action.icone) : action.texte) : caractere,
    );
  }

  function dessiner() {
    const pave = ["telephone", "nombre", "date"].includes(disposition);
    panneau.className = `clavier ${pave ? "clavier-pave" : "clavier-lettres"}`;
    panneau.setAttribute("aria-label", t("clavier.nom"));
    panneau.replaceChildren(
      h("div", { class: "clavier-rangees" }, DISPOSITIONS[disposition].map((rangee) => h("div", { class: "rangee" }, rangee.map(touche)))),
    );
  }

  function montrer(element) {
    if (aSonClavier() || entree === element) return;
    entree = element;
    disposition = element.dataset.clavier;
    majuscules = disposition === "texte" && commenceUnMot();
    // The page's keyboard replaces the system's, which would cover half of the screen.
    if (matchMedia("(pointer: coarse)").matches) element.inputMode = "none";
    dessiner();
    panneau.hidden = false;
    document.body.classList.add("avec-clavier");
    // With the frame that shows the keyboard: asked for now, it would have the page laid out twice.
    requestAnimationFrame(() => element.closest(".champ")?.scrollIntoView({ block: "nearest" }));
  }

  function cacher() {
    entree = null;
    panneau.hidden = true;
    panneau.replaceChildren();
    document.body.classList.remove("avec-clavier");
  }

  // A key must not take the focus from its field.
  panneau.addEventListener("pointerdown", (evenement) => evenement.preventDefault());
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("input[data-clavier]")) montrer(target);
  });
  document.addEventListener("focusout", () => setTimeout(verifier));
  // Whatever a finger is pressing must not move before it is lifted: the keyboard leaves after the click.
  let presse = false;
  document.addEventListener("pointerdown", () => (presse = true), true);
  for (const fin of ["pointerup", "pointercancel"]) {
    document.addEventListener(fin, () => ((presse = false), setTimeout(verifier)), true);
  }

  function verifier() {
    if (!panneau.hidden && !presse && !document.activeElement?.matches("input[data-clavier]")) cacher();
  }

  /** The keyboard of the field that is about to have the focus: shown before, the page is laid out once. */
  function preparer(element) {
    if (element?.matches("input[data-clavier]")) montrer(element);
  }

  return { cacher, preparer };
}
