// The shell: one page, one entry of history, one person at a time. Everything that is hers lives in this module's closures.

import { Refus, creerApi } from "./api.js";
import { creerClavier } from "./clavier.js";
import { bouton, squelette, titre, avis } from "./composants.js";
import { h, icone } from "./dom.js";
import { phrase } from "./erreurs.js";
import { creerInactivite } from "./inactivite.js";
import { entetesDeBorne } from "./machine.js";
import { effacerPapier } from "./impression.js";
import { choisirLangue, t } from "./textes.js";
import { ECRANS } from "./ecrans/index.js";

const reglages = document.body.dataset;
const config = {
  version: reglages.version,
  inactivite: Number(reglages.inactivite),
  avertissement: Number(reglages.avertissement),
  suiviMs: Number(reglages.suivi) * 1000,
  telephoneAide: reglages.aide,
};

const $ = (id) => document.getElementById(id);
const [entete, bandeau, scene, barre, dialogue, annonce] = ["entete", "bandeau", "ecran", "barre", "dialogue", "annonce"].map($);

/** What the page knows of whoever stands before it; replaced whole when she leaves. */
let personne = vide();
let pile = [];
let ecran = null;
let perdu = null;

function vide() {
  return { client: null, police: null, demande: null, sommesCachees: false };
}

const clavier = creerClavier($("clavier"));

const api = creerApi({
  entetesDeBorne: () => entetesDeBorne(config.version),
  surReseau(bon) {
    clearTimeout(perdu);
    perdu = null;
    if (bon) return montrerBandeau(false);
    perdu = setTimeout(() => montrerBandeau(true), 400);
  },
  surFin(erreur) {
    const texte = ["borne_inconnue", "borne_desactivee"].includes(erreur.code) ? phrase(erreur) : t("session.finie");
    partir({ vers: "bienvenue", texte });
  },
});

const inactivite = creerInactivite({
  secondes: config.inactivite,
  avertissement: config.avertissement,
  surAvertissement: avertir,
  surRetour: () => dialogue.dataset.genre === "inactivite" && fermerDialogue(),
  surFin: () => partir(),
});

// Navigation

/** What a screen is given: everything it may do and know. */
function contexte(entree, signal) {
  return {
    api,
    config,
    signal,
    params: entree.params,
    personne: () => personne,
    aller,
    retour,
    accueil,
    partir,
    dialoguer,
    fermerDialogue,
    annoncer,
    dessinerEntete,
    rester: () => inactivite.relancer(),
    peutRevenir: () => pile.length > 1,
  };
}

/** Shows a screen on top of those before it; `remplacer` forgets the one that is left, `racine` all of them. */
function aller(nom, params = {}, { remplacer = false, racine = false } = {}) {
  if (racine) pile = [];
  else if (remplacer) pile.pop();
  pile.push({ nom, params });
  return afficher();
}

/** Back to the screen before, or `pas` screens before. */
function retour(pas = 1) {
  pile.length = Math.max(1, pile.length - pas);
  return afficher();
}

const accueil = () => (api.ouverte() ? aller("accueil", {}, { racine: true }) : aller("bienvenue", {}, { racine: true }));

async function afficher() {
  ecran?.abort(new DOMException("", "AbortError"));
  const mienne = (ecran = new AbortController());
  const entree = pile.at(-1);
  const definition = ECRANS[entree.nom];
  clavier.cacher();
  fermerDialogue();
  // What was announced belongs to the screen that is left.
  annoncer("");
  if (definition.veille) inactivite.arreter();
  else inactivite.relancer();
  document.body.dataset.ecran = entree.nom;
  dessinerEntete();
  const patience = setTimeout(() => mienne === ecran && poser(squelette()), 150);
  let noeud;
  try {
    noeud = await definition.montrer(contexte(entree, mienne.signal));
  } catch (erreur) {
    if (mienne !== ecran) return;
    if (erreur.name === "AbortError") return;
    noeud = echec(erreur);
  } finally {
    clearTimeout(patience);
  }
  if (mienne !== ecran) return;
  poser(noeud);
  document.title = "NSIA PASS";
  const premiere = scene.querySelector("[data-premier]") ?? scene.querySelector("h1");
  clavier.preparer(premiere);
  premiere?.focus({ preventScroll: true });
}

/** The screen, and below it its bar of actions: what scrolls is never under what is pressed. */
function poser(noeud) {
  scene.replaceChildren(noeud);
  barre.replaceChildren(...noeud.querySelectorAll(":scope > .pied"));
  barre.classList.toggle("barre-large", noeud.matches(".page"));
  scene.scrollTop = 0;
}

function echec(erreur) {
  if (!(erreur instanceof Refus)) console.error(erreur);
  return h(
    "div",
    { class: "colonne" },
    titre(t("erreurs.titre")),
    avis("attention", phrase(erreur)),
    h(
      "div",
      { class: "actions" },
      bouton({ texte: t("commun.reessayer"), icone: "renouveler", genre: "bleu", action: afficher }),
      bouton({ texte: t("commun.accueil"), icone: "accueil", action: accueil }),
    ),
  );
}

// Frame

function dessinerEntete() {
  const nom = pile.at(-1).nom;
  const definition = ECRANS[nom];
  entete.hidden = Boolean(definition.plein);
  if (definition.plein) return entete.replaceChildren();
  const connectee = api.ouverte();
  const revenir = pile.length > 1 && !definition.sansRetour;
  entete.replaceChildren(
    h(
      "div",
      { class: "entete-gauche" },
      revenir
        ? bouton({ texte: t("commun.retour"), icone: "retour", genre: "entete", classe: "repliable", action: retour })
        : h("div", { class: "marque" }, h("span", { class: "marque-logo" }), h("span", { class: "marque-nom" }, "NSIA ", h("b", {}, "PASS"))),
    ),
    h(
      "div",
      { class: "entete-droite" },
      revenir && connectee && pile.length > 2
        ? bouton({ texte: t("commun.accueil"), icone: "accueil", genre: "entete", classe: "repliable bouton-accueil", action: accueil })
        : null,
      nom === "langue" ? null : bouton({ texte: t("langue.bouton"), icone: "langue", genre: "entete", classe: "repliable", action: () => aller("langue") }),
      nom === "aide" ? null : bouton({ texte: t("aide.bouton"), icone: "aide", genre: "entete", classe: "repliable", action: () => aller("aide") }),
      bouton({ texte: t("session.terminer"), icone: "terminer", genre: "terminer", action: () => partir({ texte: connectee ? t("session.fermee") : "" }) }),
    ),
  );
}

function montrerBandeau(visible) {
  document.body.classList.toggle("hors-ligne", visible);
  bandeau.replaceChildren(...(visible ? [icone("hors-ligne"), h("span", {}, t("reseau.perdu"))] : []));
}

let minuterieAnnonce = null;
function annoncer(texte) {
  clearTimeout(minuterieAnnonce);
  annonce.textContent = texte;
  annonce.classList.toggle("visible", Boolean(texte));
  if (texte) minuterieAnnonce = setTimeout(() => annoncer(""), 6_000);
}

function dialoguer(genre, ...contenu) {
  dialogue.dataset.genre = genre;
  dialogue.replaceChildren(...contenu);
  if (!dialogue.open) dialogue.showModal();
}

function fermerDialogue() {
  // Before the focus goes back to what was hidden.
  document.body.classList.remove("voile");
  if (dialogue.open) dialogue.close();
  delete dialogue.dataset.genre;
  dialogue.replaceChildren();
}

function avertir(secondes) {
  if (dialogue.dataset.genre === "inactivite") {
    dialogue.querySelector(".compte").textContent = String(secondes);
    return;
  }
  // Whoever stands there may be the next person: nothing is read behind the question before it is answered.
  document.body.classList.add("voile");
  dialoguer(
    "inactivite",
    h("div", { class: "compte", "aria-hidden": "true" }, String(secondes)),
    h("h2", { id: "dialogue-titre", tabindex: "-1" }, t("inactivite.titre")),
    h("p", {}, t("inactivite.texte")),
    h(
      "div",
      { class: "actions" },
      bouton({ texte: t("inactivite.rester"), genre: "or", action: () => inactivite.relancer(), autofocus: true }),
      bouton({ texte: t("session.terminer"), icone: "terminer", action: () => partir() }),
    ),
  );
}

dialogue.setAttribute("aria-labelledby", "dialogue-titre");
dialogue.addEventListener("cancel", () => dialogue.dataset.genre === "inactivite" && inactivite.relancer());
dialogue.addEventListener("click", ({ target }) => target === dialogue && dialogue.dataset.genre === "inactivite" && inactivite.relancer());

// The end

/** Nothing of the person is left: not on the screen, not in memory, not on the server. */
function oublier() {
  ecran?.abort(new DOMException("", "AbortError"));
  ecran = null;
  api.quitter();
  inactivite.arreter();
  fermerDialogue();
  clavier.cacher();
  effacerPapier();
  personne = vide();
  pile = [];
  document.body.classList.remove("sommes-cachees");
  scene.replaceChildren();
  barre.replaceChildren();
  entete.replaceChildren();
  // The browser holds the last text that any expression matched (RegExp.input, $1…): a phone. Now it is an empty one.
  /^/.test("");
}

/** The session is over, on whatever way; the next person finds the first screen, in French unless the visit goes on. */
async function partir({ vers = "attente", texte = "" } = {}) {
  oublier();
  if (vers === "attente") await choisirLangue("fr");
  await aller(vers);
  annoncer(texte);
}

// The browser keeps no list of the addresses that were asked for: they hold polices.
performance.setResourceTimingBufferSize(0);
addEventListener("pagehide", oublier);
addEventListener("pageshow", ({ persisted }) => persisted && partir());
// No address, no query, no state: the one entry of history says nothing and leads nowhere.
history.replaceState(null, "", location.pathname);
// What was left is not a mistake; a refusal met by a button is told.
addEventListener("unhandledrejection", (evenement) => {
  const { reason } = evenement;
  if (reason?.name === "AbortError" || reason instanceof Refus) evenement.preventDefault();
  if (reason instanceof Refus) annoncer(phrase(reason));
});
addEventListener("contextmenu", (evenement) => evenement.preventDefault());

aller("attente");
