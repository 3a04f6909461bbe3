// Police and phone: all that opens a session.

import { Panne, Refus } from "../api.js";
import { bouton, champ, formulaire, titre, uneSeuleFois, avis } from "../composants.js";
import { attendre, h } from "../dom.js";
import { chiffresDuTelephone, grouperTelephone } from "../format.js";
import { avisDeRefus } from "../phrases.js";
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
  const parSms = bouton({ texte: t("connexion.par_sms"), icone: "sms", classe: "bouton-large", action: recevoirLaPolice });
  if (!params.police) police.entree.dataset.premier = "";
  // The last pair that was told to wait: it waits, and not the screen. Whoever comes next types another and goes in.
  let bloquee = null;

  const paire = () => `${police.valeur()} ${chiffresDuTelephone(telephone.valeur())}`;

  /** Whether what is typed may be tried now: the button says it, and the key « OK » obeys it too. */
  function peutEntrer() {
    const reste = bloquee?.paire === paire() ? Math.ceil((bloquee.fin - performance.now()) / 1000) : 0;
    entrer.disabled = reste > 0;
    entrer.querySelector("span").textContent = reste > 0 ? t("connexion.patienter", reste) : t("connexion.entrer");
    return reste <= 0;
  }

  function regarder() {
    Object.assign(params, { police: police.valeur(), telephone: telephone.valeur() });
    message.replaceChildren(...(peutEntrer() ? [] : [avisDeRefus(bloquee.refus)]));
  }

  function telephoneComplet() {
    if (chiffresDuTelephone(telephone.valeur()).length === 9) return true;
    telephone.dire(t("commun.telephone_court"));
    telephone.entree.focus();
    return false;
  }

  async function ouvrir() {
    if (!peutEntrer()) return regarder();
    if (!police.valeur()) return police.dire(t("connexion.police_absente")), police.entree.focus();
    if (!telephoneComplet()) return undefined;
    const essayee = paire();
    try {
      const reponse = await essayer();
      await (reponse.demande ? demanderLeCode(reponse) : entrerAvec(reponse));
    } catch (erreur) {
      if (signal.aborted) return undefined;
      if (!(erreur instanceof Refus)) throw erreur;
      if (erreur.champs.police) police.dire(erreur.champs.police[0]);
      else message.replaceChildren(avisDeRefus(erreur));
      if (erreur.attente) attendreAvec(essayee, erreur);
    }
    return undefined;
  }

  /** The same answer whoever has this phone; whoever owns it reads the rest there. */
  async function recevoirLaPolice() {
    if (!telephoneComplet()) return;
    try {
      await api.demanderPolice(chiffresDuTelephone(telephone.valeur()), signal);
      message.replaceChildren(avis("info", t("connexion.sms_parti")));
    } catch (erreur) {
      if (signal.aborted) return;
      if (!(erreur instanceof Refus)) throw erreur;
      message.replaceChildren(avisDeRefus(erreur));
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

  async function attendreAvec(laquelle, refus) {
    const mienne = (bloquee = { paire: laquelle, refus, fin: performance.now() + refus.attente * 1000 });
    while (mienne === bloquee && !signal.aborted) {
      const libre = performance.now() >= mienne.fin;
      if (libre) bloquee = null;
      if (libre && laquelle === paire()) regarder();
      else peutEntrer();
      await attendre(1_000, signal).catch(() => {});
    }
  }

  return h(
    "div",
    { class: "colonne colonne-etroite" },
    titre(t("connexion.titre"), t("connexion.texte")),
    formulaire(() => uneSeuleFois(entrer, ouvrir), police.noeud, telephone.noeud, message, h("div", { class: "actions actions-connexion" }, entrer, parSms)),
  );
}
