// Police and phone: all that opens a session.

import { Panne, Refus } from "../api.js";
import { bouton, champ, formulaire, titre, uneSeuleFois, avis } from "../composants.js";
import { attendre, h } from "../dom.js";
import { phrase } from "../erreurs.js";
import { chiffresDuTelephone, grouperTelephone } from "../format.js";
import { t } from "../textes.js";
import { allerAuCode } from "./code.js";

export async function connexion(contexte) {
  const { api, aller, personne, params, signal } = contexte;
  const police = champ({
    libelle: t("connexion.police"),
    aide: t("connexion.police_aide"),
    clavier: "police",
    grand: true,
    longueur: 30,
    valeur: params.police ?? "",
    mise: (texte) => texte.toUpperCase().replace(/[^A-Z0-9-]/g, ""),
    surSaisie: regarder,
  });
  const telephone = champ({
    libelle: t("connexion.telephone"),
    aide: t("connexion.telephone_aide"),
    clavier: "telephone",
    grand: true,
    longueur: 20,
    valeur: params.telephone ?? "",
    mise: grouperTelephone,
    surSaisie: regarder,
  });
  const message = h("div", { class: "messages", role: "alert" });
  const entrer = bouton({ texte: t("connexion.entrer"), apres: "suite", genre: "or", classe: "bouton-large", action: ouvrir });
  if (!params.police) police.entree.dataset.premier = "";

  function regarder() {
    message.replaceChildren();
    Object.assign(params, { police: police.valeur(), telephone: telephone.valeur() });
  }

  async function ouvrir() {
    if (!police.valeur()) return police.dire(t("connexion.police_absente")), police.entree.focus();
    if (chiffresDuTelephone(telephone.valeur()).length !== 9) return telephone.dire(t("commun.telephone_court")), telephone.entree.focus();
    try {
      const reponse = await essayer();
      await (reponse.demande ? demanderLeCode(reponse) : entrerAvec(reponse));
    } catch (erreur) {
      if (signal.aborted) return;
      if (!(erreur instanceof Refus)) throw erreur;
      message.replaceChildren(avis("attention", phrase(erreur)));
      if (erreur.attente) compterA(erreur.attente);
    }
  }

  function entrerAvec({ client, contrat }) {
    Object.assign(personne(), { client, police: contrat.police });
    return aller("accueil", {}, { racine: true });
  }

  /** Nobody has shown this phone for this police yet: a code does, once. */
  function demanderLeCode(demande) {
    const [numero, chiffres] = [police.valeur(), chiffresDuTelephone(telephone.valeur())];
    return allerAuCode(contexte, demande, {
      quoi: () => t("connexion.quoi"),
      demander: (signalDuCode) => api.connecter(numero, chiffres, signalDuCode),
      async confirmer(ident, code, signalDuCode) {
        try {
          return await api.confirmerConnexion(ident, code, signalDuCode);
        } catch (erreur) {
          if (!(erreur instanceof Refus) || erreur.code !== "demande_terminee") throw erreur;
          // The answer was lost: the code has done its work, and the police opens by itself now.
          const reponse = await api.connecter(numero, chiffres, signalDuCode);
          if (reponse.demande) throw erreur;
          return reponse;
        }
      },
      reussir: entrerAvec,
      retours: 1,
    });
  }

  /** A login that got no answer is asked again: at worst a session that nobody uses ends by itself. */
  async function essayer() {
    for (;;) {
      try {
        return await api.connecter(police.valeur(), chiffresDuTelephone(telephone.valeur()), signal);
      } catch (erreur) {
        if (!(erreur instanceof Panne)) throw erreur;
        await attendre(2_000, signal);
      }
    }
  }

  async function compterA(secondes) {
    entrer.disabled = true;
    try {
      for (let reste = Math.min(secondes, 3_600); reste > 0; reste -= 1) {
        entrer.lastElementChild.previousElementSibling.textContent = t("connexion.patienter", reste);
        await attendre(1_000, signal);
      }
    } catch {
      return;
    }
    entrer.disabled = false;
    entrer.lastElementChild.previousElementSibling.textContent = t("connexion.entrer");
  }

  return h(
    "div",
    { class: "colonne colonne-etroite" },
    titre(t("connexion.titre"), t("connexion.texte")),
    formulaire(() => uneSeuleFois(entrer, ouvrir), police.noeud, telephone.noeud, message, entrer),
  );
}
