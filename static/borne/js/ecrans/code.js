// The code that confirms a change. It left for the phone that NSIA knows; before it comes back here, nothing changes.

import { Refus } from "../api.js";
import { exiger } from "../beneficiaire.js";
import { avis, bouton, champ, formulaire, uneSeuleFois } from "../composants.js";
import { attendre, h, icone, remplir } from "../dom.js";
import { phrase } from "../erreurs.js";
import { avisDeRefus } from "../phrases.js";
import { t } from "../textes.js";

const CHIFFRES = 6;
// Nothing was wrong with the change: another code, and it can still be made.
const A_RENOUVELER = new Set(["code_epuise", "code_expire"]);

/**
 * Asks for `changement` and goes to its code. Raises Refus: nothing has left.
 *
 * {methode, chemin, corps}: what is asked; `quoi()`: what it is, as an infinitive; `surFait()`: it is done;
 * `retours`: how many screens back its result is seen.
 */
export async function demanderCode(contexte, changement) {
  const { api, retour } = contexte;
  return allerAuCode(contexte, await api.changer(changement, { signal: contexte.signal }), {
    ...changement,
    demander: (signal) => api.changer(changement, { signal }),
    confirmer: (demande, code, signal) => api.changer({ methode: "POST", chemin: `confirmations/${demande}/`, corps: { code } }, { signal }),
    reussir: () => (changement.surFait(), retour(changement.retours)),
  });
}

/**
 * Goes to the code that `demande` waits for.
 *
 * `demander(signal)`: the same again, for another code; `confirmer(demande, code, signal)`: what the server says of the code;
 * `reussir(reponse)`: goes on with it. Both requests may find that no code is needed any more: then they give no `demande`.
 */
export function allerAuCode({ aller }, demande, changement, options) {
  return aller("code", { changement, demande, restants: demande.essais_restants }, options);
}

/** `params`: {changement, demande, restants}, as `allerAuCode` gives them. */
export async function code(contexte) {
  const { api, annoncer, params, retour, signal } = contexte;
  const { changement } = params;
  const zone = h("div", { class: "colonne colonne-centree" });
  const message = h("div", { class: "messages", role: "alert" });
  const validite = h("p", { class: "note" });
  const cases = Array.from({ length: CHIFFRES }, () => h("span", { "aria-hidden": "true" }));
  const saisie = champ({
    libelle: t("code.champ"),
    clavier: "nombre",
    longueur: CHIFFRES,
    mise: (texte) => texte.replace(/\D/g, "").slice(0, CHIFFRES),
    surSaisie: montrerChiffres,
  });
  const boites = h("div", { class: "code-cases" }, cases);
  saisie.entree.replaceWith(boites);
  boites.append(saisie.entree);
  saisie.entree.classList.add("code-saisie");
  saisie.entree.dataset.premier = "";
  const confirmer = bouton({ texte: t("code.confirmer"), icone: "coche", genre: "or", action: envoyer });
  const renvoyer = bouton({ texte: t("code.renvoyer"), icone: "sms", action: redemander });

  function montrerChiffres() {
    const { value } = saisie.entree;
    for (const [i, une] of cases.entries()) {
      une.textContent = value[i] ?? "";
      une.classList.toggle("code-suivante", i === value.length);
    }
  }

  function vider() {
    saisie.entree.value = "";
    montrerChiffres();
  }

  async function envoyer() {
    if (saisie.valeur().length < CHIFFRES) return exiger(saisie, t("code.court"));
    let reponse;
    try {
      reponse = await changement.confirmer(params.demande.demande, saisie.valeur(), signal);
    } catch (erreur) {
      if (signal.aborted) return undefined;
      if (!(erreur instanceof Refus)) throw erreur;
      vider();
      if (erreur.code === "code_incorrect") {
        params.restants = Math.max(1, params.restants - 1);
        regarder();
        return exiger(saisie, t("code.incorrect", params.restants));
      }
      return arreter(erreur);
    }
    return changement.reussir(reponse);
  }

  /** The same change again: another code once the last one has had its time to arrive. */
  async function redemander() {
    message.replaceChildren();
    try {
      const demande = await changement.demander(signal);
      if (!demande.demande) return changement.reussir(demande);
      const nouvelle = demande.demande !== params.demande.demande;
      Object.assign(params, { demande, restants: demande.essais_restants, refus: null });
      saisie.entree.value = "";
      saisie.dire("");
      dessiner();
      saisie.entree.focus();
      if (nouvelle) annoncer(t("code.reparti", demande.telephone));
    } catch (erreur) {
      if (signal.aborted) return undefined;
      if (!(erreur instanceof Refus)) throw erreur;
      remplir(message, avisDeRefus(erreur));
    }
    return undefined;
  }

  async function renoncer() {
    await retour(changement.retours);
    annoncer(t("code.rien_change"));
  }

  function arreter(erreur) {
    params.refus = erreur;
    dessiner();
    zone.querySelector("h1").focus();
  }

  /** What is left, by the server's clock. */
  function regarder() {
    const reste = Math.ceil((Date.parse(params.demande.expire_le) - api.heure()) / 1000);
    const attente = Math.ceil((Date.parse(params.demande.renvoi_possible_le) - api.heure()) / 1000);
    validite.textContent = t("code.validite", Math.max(0, reste), params.restants);
    renvoyer.disabled = attente > 0;
    renvoyer.lastElementChild.textContent = attente > 0 ? t("code.renvoyer_dans", attente) : t("code.renvoyer");
    return reste;
  }

  async function compter() {
    for (;;) {
      const fini = regarder() <= 0 && !params.refus && confirmer.getAttribute("aria-busy") !== "true";
      if (fini) arreter(new Refus(422, { code: "code_expire" }));
      await attendre(1_000, signal);
    }
  }

  function dessiner() {
    const { refus } = params;
    const quoi = h("p", { class: "suivi-message code-quoi" }, changement.quoi());
    const annuler = bouton({ texte: t("commun.annuler"), action: renoncer });
    if (refus) {
      remplir(
        zone,
        h(
          "div",
          { class: "suivi" },
          h("div", { class: "echec", "aria-hidden": "true" }, icone("alerte")),
          h("h1", { tabindex: "-1" }, t("code.titre_fini")),
          quoi,
          avis("attention", phrase(refus)),
          message,
          h(
            "div",
            { class: "actions" },
            A_RENOUVELER.has(refus.code)
              ? [bouton({ texte: t("code.autre"), icone: "sms", genre: "or", action: redemander }), annuler]
              : bouton({ texte: t("commun.retour"), icone: "retour", genre: "or", action: () => retour(changement.retours) }),
          ),
        ),
      );
      return;
    }
    remplir(
      zone,
      h(
        "div",
        { class: "deux" },
        h(
          "div",
          { class: "suivi code-tete" },
          h("div", { class: "ecran-telephone ecran-telephone-en_cours", "aria-hidden": "true" }, icone("sms")),
          h("h1", { tabindex: "-1" }, t("code.titre")),
          quoi,
          h("p", { class: "suivi-message" }, t("code.parti"), " ", h("b", {}, params.demande.telephone)),
        ),
        h(
          "div",
          { class: "code" },
          formulaire(() => uneSeuleFois(confirmer, envoyer), saisie.noeud, message, h("div", { class: "actions" }, confirmer)),
          validite,
          h("div", { class: "actions" }, renvoyer, annuler),
          h("p", { class: "note note-icone" }, icone("cadenas"), h("span", {}, t("code.secret"))),
        ),
      ),
    );
    montrerChiffres();
    regarder();
  }

  dessiner();
  compter().catch((erreur) => {
    if (!signal.aborted) throw erreur;
  });
  return zone;
}
