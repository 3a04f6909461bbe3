// What every screen is made of.

import { h, icone } from "./dom.js";
import { t, libelle } from "./textes.js";
import { xaf } from "./format.js";

/** A button that cannot be pressed twice while its action runs. `genre`: or, bleu, clair, nu, danger. */
export function bouton({ texte, icone: nom, apres, genre = "clair", action, classe = "", ...attributs }) {
  const element = h(
    "button",
    { type: "button", class: `bouton bouton-${genre} ${classe}`.trim(), ...attributs },
    nom ? icone(nom) : null,
    h("span", {}, texte),
    apres ? icone(apres) : null,
  );
  if (action) element.addEventListener("click", () => uneSeuleFois(element, action));
  return element;
}

export async function uneSeuleFois(element, action) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await action();
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/** A card that is one big button. */
export function tuile({ icone: nom, titre, texte, action, classe = "", fin = true }) {
  const element = h(
    "button",
    { type: "button", class: `tuile ${classe}`.trim() },
    nom ? h("span", { class: "pastille" }, icone(nom)) : null,
    h("span", { class: "tuile-corps" }, h("span", { class: "tuile-titre" }, titre), texte ? h("span", { class: "tuile-texte" }, texte) : null),
    fin ? icone("suite", "tuile-fin") : null,
  );
  element.addEventListener("click", () => uneSeuleFois(element, action));
  return element;
}

export function titre(texte, sous) {
  return h("div", { class: "titre" }, h("h1", { tabindex: "-1" }, texte), sous ? h("p", { class: "sous-titre" }, sous) : null);
}

export function section(texte, ...contenu) {
  return h("section", { class: "section" }, texte ? h("h2", {}, texte) : null, contenu);
}

export const carte = (attributs, ...contenu) =>
  h("div", { ...attributs, class: `carte ${attributs?.class ?? ""}`.trim() }, contenu);

/** A message that stays: `genre` info, attention, urgent, bien. */
export function avis(genre, texte, ...suite) {
  const nom = { info: "info", attention: "alerte", urgent: "alerte", bien: "coche" }[genre];
  return h("div", { class: `avis avis-${genre}` }, icone(nom), h("div", { class: "avis-corps" }, h("p", {}, texte), suite));
}

const TEINTES = { Actif: "bien", Suspendu: "urgent", Expiré: "attention", Résilié: "gris", "En attente": "info" };
const TEINTES_COTISATION = { payee: "bien", partielle: "attention", en_retard: "urgent", a_venir: "gris" };
const TEINTES_PAIEMENT = { succes: "bien", echec: "urgent", expire: "gris", rembourse: "gris", initie: "info", en_cours: "info", en_verification: "info" };

export const etiquette = (teinte, texte) => h("span", { class: `etiquette etiquette-${teinte}` }, texte);
export const etatDuContrat = (etat) => etiquette(TEINTES[etat] ?? "gris", libelle("etats", etat));
export const etatDeCotisation = (statut) => etiquette(TEINTES_COTISATION[statut] ?? "gris", libelle("cotisations", statut));
export const etatDePaiement = (statut) => etiquette(TEINTES_PAIEMENT[statut] ?? "gris", libelle("paiements", statut));

/** Terms and their values. Empty values are left out. */
export function fiche(lignes) {
  return h(
    "dl",
    { class: "fiche" },
    lignes.filter(([, valeur]) => valeur !== null && valeur !== undefined && valeur !== "").map(([nom, valeur]) => h("div", {}, h("dt", {}, nom), h("dd", {}, valeur))),
  );
}

/** One choice among several: `options` of {valeur, libelle, detail, aside, inerte}. */
export function choix({ nom, legende, options, valeur, surChange, classe = "", visible = true }) {
  return h(
    "fieldset",
    { class: `choix ${classe}`.trim() },
    h("legend", { class: visible ? "" : "hors-ecran" }, legende),
    h(
      "div",
      { class: "choix-liste" },
      options.map((option) =>
        h(
          "label",
          { class: "option" },
          h("input", {
            type: "radio",
            name: nom,
            value: option.valeur,
            checked: option.valeur === valeur,
            disabled: option.inerte,
            onchange: () => surChange(option.valeur),
          }),
          h(
            "span",
            { class: "option-corps" },
            h("span", { class: "option-libelle" }, option.libelle),
            option.detail ? h("span", { class: "option-detail" }, option.detail) : null,
          ),
          h("span", { class: "option-coche" }, icone("coche")),
        ),
      ),
    ),
  );
}

let rang = 0;

/** A field with its label, help and error. `clavier`: which on-screen keyboard (clavier.js). */
export function champ({ libelle: texte, aide, valeur = "", clavier = "texte", mise, facultatif, longueur, grand, surSaisie }) {
  const id = `champ-${(rang += 1)}`;
  const erreur = h("p", { class: "champ-erreur", id: `${id}-erreur`, role: "alert" });
  const entree = h("input", {
    id,
    type: "text",
    value: valeur,
    class: `saisie ${grand ? "saisie-grande" : ""}`.trim(),
    "data-clavier": clavier,
    autocomplete: "off",
    autocapitalize: clavier === "police" ? "characters" : clavier === "texte" ? "words" : "off",
    spellcheck: "false",
    inputmode: { telephone: "tel", nombre: "numeric", date: "numeric" }[clavier] ?? "text",
    maxlength: longueur,
    "aria-describedby": `${id}-aide ${id}-erreur`,
    oninput() {
      if (mise) {
        const fin = entree.selectionStart === entree.value.length;
        const suivant = mise(entree.value);
        if (suivant !== entree.value && fin) entree.value = suivant;
      }
      dire("");
      surSaisie?.(entree.value);
    },
  });
  function dire(message) {
    erreur.textContent = message;
    if (message) entree.setAttribute("aria-invalid", "true");
    else entree.removeAttribute("aria-invalid");
  }
  const noeud = h(
    "div",
    { class: "champ" },
    h("label", { for: id }, texte, facultatif ? h("span", { class: "facultatif" }, t("commun.facultatif")) : null),
    entree,
    h("p", { class: "champ-aide", id: `${id}-aide` }, aide ?? ""),
    erreur,
  );
  return { noeud, entree, dire, valeur: () => entree.value.trim() };
}

/** A form whose Enter key and last key « OK » do `action`; nothing is ever submitted to an address. */
export function formulaire(action, ...contenu) {
  return h(
    "form",
    {
      class: "formulaire",
      novalidate: true,
      autocomplete: "off",
      onsubmit(evenement) {
        evenement.preventDefault();
        action();
      },
      // A form of several fields without a button of its own ignores Enter.
      onkeydown(evenement) {
        if (evenement.key !== "Enter" || !evenement.target.matches("input[data-clavier]")) return;
        evenement.preventDefault();
        evenement.currentTarget.requestSubmit();
      },
    },
    contenu,
  );
}

/** The bar of actions at the bottom, above it what it is about. */
export function pied(...contenu) {
  return h("div", { class: "pied" }, contenu);
}

export function squelette() {
  return h(
    "div",
    { class: "squelette", "aria-busy": "true" },
    h("p", { class: "hors-ecran" }, t("commun.chargement")),
    h("div", { class: "os os-titre" }),
    h("div", { class: "os os-grand" }),
    h("div", { class: "os" }),
    h("div", { class: "os" }),
  );
}

/** An amount that the eye of the header can hide. */
export const somme = (montant, classe = "") => h("span", { class: `somme ${classe}`.trim() }, xaf(montant));
