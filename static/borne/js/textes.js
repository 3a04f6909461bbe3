// Every sentence of the page, by language. What a language does not say yet is said in French.

import francais from "../langues/fr.js";

const CHARGEURS = {
  fr: async () => ({ default: francais }),
  en: () => import("../langues/en.js"),
  ln: () => import("../langues/ln.js"),
  mkw: () => import("../langues/mkw.js"),
};

/** Each in its own words; `relire`: written by people who do not speak it, to be read again by speakers. */
export const LANGUES = [
  { code: "fr", nom: "Français", salut: "Bonjour" },
  { code: "en", nom: "English", salut: "Hello" },
  { code: "ln", nom: "Lingála", salut: "Mbóte", relire: true },
  { code: "mkw", nom: "Kituba", salut: "Mbote", relire: true },
];

let courante = "fr";
let catalogue = francais;

export const langue = () => courante;

/** Locale of dates; numbers are written the French way everywhere. */
export const locale = () => (courante === "en" ? "en-GB" : "fr-FR");

export async function choisirLangue(code) {
  catalogue = (await CHARGEURS[code]()).default;
  courante = code;
  document.documentElement.lang = code;
}

function lire(source, chemin) {
  return chemin.split(".").reduce((objet, cle) => objet?.[cle], source);
}

/** The sentence at `chemin`, with its parameters; a missing one is a mistake that tests find. */
export function t(chemin, ...parametres) {
  const texte = lire(catalogue, chemin) ?? lire(francais, chemin);
  if (texte === undefined) throw new Error(`texte absent : ${chemin}`);
  return typeof texte === "function" ? texte(...parametres) : texte;
}

/** As `t`, for a code that the API may add one day: the code itself is better than nothing. */
export function libelle(famille, code) {
  return lire(catalogue, `${famille}.${code}`) ?? lire(francais, `${famille}.${code}`) ?? code;
}
