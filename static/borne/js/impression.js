// Paper: what is printed is built beside the screen, sized to the roll, and gone once printed.

import { h } from "./dom.js";

const papier = document.getElementById("papier");
const feuille = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, feuille];

const PX_PAR_MM = 96 / 25.4;

export function effacerPapier() {
  papier.replaceChildren();
  papier.className = "papier";
}

/** Prints `contenu` on an 80 mm roll, cut where it ends, or on A4 (`genre`: recu, a4). */
export async function imprimer(genre, contenu) {
  papier.className = `papier papier-${genre}`;
  papier.replaceChildren(h("div", { class: "papier-page" }, contenu));
  if (genre === "recu") {
    const hauteur = Math.ceil(papier.firstElementChild.getBoundingClientRect().height / PX_PAR_MM) + 4;
    feuille.replaceSync(`@page { size: 80mm ${Math.max(hauteur, 80)}mm; margin: 0 }`);
  } else {
    feuille.replaceSync("@page { size: A4; margin: 14mm 14mm 16mm }");
  }
  await document.fonts.ready;
  // A shell that owns the printer prints without a dialogue.
  if (globalThis.borne?.imprimer) await globalThis.borne.imprimer(genre);
  else window.print();
}

addEventListener("afterprint", effacerPapier);
