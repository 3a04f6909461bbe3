// Who receives: the client changes them herself, and a code sent to her phone confirms each change.

import { Refus } from "../api.js";
import { assureDesPersonnes, formulaireDeBeneficiaire, pourLApi } from "../beneficiaire.js";
import { avis, bouton, etiquette, pied, titre } from "../composants.js";
import { h, icone, remplir } from "../dom.js";
import { jourCourt } from "../format.js";
import { avisDeRefus } from "../phrases.js";
import { libelle, t } from "../textes.js";
import { demanderCode } from "./code.js";

const nomDe = ({ prenom, nom }) => `${prenom} ${nom}`;

/** `params`: {numero, categorie}, and `fait`: the sentence of what was just done here. */
export async function beneficiaires(contexte) {
  const { api, aller, params, signal, dialoguer, fermerDialogue } = contexte;
  const chemin = `souscriptions/${params.numero}/beneficiaires/`;
  const { nom_produit: produit, beneficiaires: liste, ...contrat } = await api.lire(chemin, { signal });
  const message = h("div", { class: "messages", role: "alert" });
  const fiche = (connu) => aller("beneficiaire", { chemin, produit, categorie: params.categorie, dateRequise: contrat.date_naissance_requise && assureDesPersonnes(params.categorie), connu, surFait: (fait) => (params.fait = fait) });

  async function changer(changement) {
    message.replaceChildren();
    try {
      await demanderCode(contexte, { ...changement, retours: 1 });
    } catch (erreur) {
      if (!(erreur instanceof Refus)) throw erreur;
      fermerDialogue();
      remplir(message, avisDeRefus(erreur));
      message.scrollIntoView({ block: "nearest" });
    }
  }

  const monter = (b, autre) =>
    changer({
      methode: "PATCH",
      chemin: `${chemin}${b.id}/`,
      corps: { ordre_priorite: autre.ordre_priorite },
      quoi: () => t("beneficiaires.quoi_monter", nomDe(b), nomDe(autre)),
      surFait: () => (params.fait = () => t("beneficiaires.monte", nomDe(b), nomDe(autre))),
    });

  const retirer = (b) =>
    changer({
      methode: "DELETE",
      chemin: `${chemin}${b.id}/`,
      quoi: () => t("beneficiaires.quoi_retirer", nomDe(b), produit),
      surFait: () => (params.fait = () => t("beneficiaires.retire", nomDe(b))),
    });

  function proposerDeRetirer(b) {
    dialoguer(
      "retrait",
      h("h2", { id: "dialogue-titre" }, t("beneficiaires.retirer_titre", nomDe(b))),
      h("p", {}, t("beneficiaires.retirer_texte", produit)),
      h(
        "div",
        { class: "actions" },
        bouton({ texte: t("beneficiaires.laisser"), action: fermerDialogue, autofocus: true }),
        bouton({ texte: t("souscrire.retirer"), icone: "corbeille", genre: "bleu", action: () => retirer(b) }),
      ),
    );
  }

  function ligne(b, i) {
    const precedent = liste[i - 1];
    return h(
      "li",
      { class: "beneficiaire" },
      h("span", { class: "rang" }, String(b.ordre_priorite)),
      h(
        "span",
        { class: "liste-corps" },
        h("b", {}, nomDe(b)),
        h("small", {}, [libelle("relations", b.relation), b.telephone, b.date_naissance && jourCourt(b.date_naissance)].filter(Boolean).join(" · ")),
      ),
      assureDesPersonnes(params.categorie) ? etiquette(b.role === "assure" ? "info" : "gris", libelle("roles", b.role)) : null,
      contrat.modifiable
        ? h(
            "span",
            { class: "beneficiaire-actions" },
            precedent ? bouton({ texte: t("beneficiaires.monter"), icone: "majuscule", classe: "beneficiaire-monter", "aria-label": t("beneficiaires.monter_nom", nomDe(b), nomDe(precedent)), action: () => monter(b, precedent) }) : null,
            bouton({ texte: t("beneficiaires.changer"), icone: "modifier", classe: "repliable", "aria-label": t("beneficiaires.changer_nom", nomDe(b)), action: () => fiche(b) }),
            bouton({ texte: t("souscrire.retirer"), icone: "corbeille", classe: "repliable", "aria-label": t("souscrire.retirer_nom", nomDe(b)), action: () => proposerDeRetirer(b) }),
          )
        : null,
    );
  }

  return h(
    "div",
    { class: "colonne" },
    titre(t("beneficiaires.titre"), t("beneficiaires.texte", produit)),
    params.fait ? h("div", { role: "status" }, avis("bien", params.fait())) : null,
    contrat.modifiable ? null : avis("info", t("beneficiaires.termine")),
    message,
    liste.length ? h("ul", { class: "liste" }, liste.map(ligne)) : h("p", { class: "note" }, t("contrat.aucun_beneficiaire")),
    contrat.modifiable ? h("p", { class: "note note-icone" }, icone("cadenas"), h("span", {}, t("beneficiaires.code"))) : null,
    contrat.modifiable
      ? pied(
          h("div", { class: "pied-texte" }, h("span", {}, produit), h("span", { class: "pied-total" }, t("beneficiaires.compte", liste.length, contrat.maximum))),
          contrat.places_libres ? bouton({ texte: t("souscrire.ajouter"), icone: "plus", genre: "or", action: () => fiche(null) }) : h("p", { class: "note" }, t("souscrire.complet", contrat.maximum)),
        )
      : null,
  );
}

/** One person, new or `params.connu`; `params.surFait(phrase)` once her code confirmed it. */
export async function beneficiaire(contexte) {
  const { params, retour } = contexte;
  const { chemin, produit, categorie, dateRequise, connu, surFait } = params;
  params.qui ??= connu
    ? { ...connu, telephone: "", naissance: connu.date_naissance ? jourCourt(connu.date_naissance) : "" }
    : { relation: "conjoint", role: assureDesPersonnes(categorie) ? "assure" : "beneficiaire" };
  const { qui } = params;

  function garder() {
    const corps = connu ? changements(connu, qui) : { ...pourLApi(qui), relation: qui.relation, role: qui.role };
    // Nothing changes: there is nothing to confirm.
    if (!Object.keys(corps).length) return retour();
    const nom = nomDe(qui);
    return demanderCode(contexte, {
      methode: connu ? "PATCH" : "POST",
      chemin: connu ? `${chemin}${connu.id}/` : chemin,
      corps,
      quoi: () => (connu ? t("beneficiaires.quoi_changer", nom) : t("beneficiaires.quoi_ajouter", nom, produit)),
      surFait: () => surFait(() => t(connu ? "beneficiaires.change" : "beneficiaires.ajoute", nom)),
      retours: 2,
    });
  }

  const carte = formulaireDeBeneficiaire({
    qui,
    categorie,
    dateRequise,
    telephone: connu?.telephone ? { aide: t("beneficiaires.telephone_connu", connu.telephone) } : {},
    garder,
    annuler: () => retour(),
  });
  carte.querySelector("input").dataset.premier = "";
  return h("div", { class: "colonne" }, titre(connu ? nomDe(connu) : t("beneficiaires.nouveau"), produit), carte);
}

/** What differs from what is known. Of her phone only a mask is known: left empty, it stays. */
function changements(connu, qui) {
  const saisi = { ...pourLApi(qui), relation: qui.relation, role: qui.role, date_naissance: qui.date };
  return Object.fromEntries(Object.entries(saisi).filter(([nom, valeur]) => valeur !== connu[nom]));
}
