// From the demand to the receipt. It asks our server every two seconds; the operator is the worker's business.

import { Panne, Refus } from "../api.js";
import { avis, bouton, carte, fiche } from "../composants.js";
import { attendre, h, icone, remplir } from "../dom.js";
import { phrase } from "../erreurs.js";
import { grouperTelephone, moment, xaf } from "../format.js";
import { imprimer } from "../impression.js";
import { avecLeursCodes, paiementsReunis, recuImprimable } from "../papiers.js";
import { dit, langue, libelle, t } from "../textes.js";
import { allerAuCode } from "./code.js";

const ETAPES = ["initie", "en_cours", "succes"];
const PAYEUR_REFUSE = new Set(["operateur_indisponible", "payeur_deja_sollicite", "telephone_invalide"]);
// An operator usually rings the phone within seconds; after this the page says that it takes longer.
const LENT_MS = 20_000;

/** `params.demande`: to be sent with its key, or `params.numero` (and `params.suivi` for a prospect): to be followed. */
export async function suivi(contexte) {
  const { params, signal } = contexte;
  const scene = h("div", { class: "suivi", "aria-live": "polite" });
  // The screen is there before the answer: what follows draws in it until she leaves.
  conduire(contexte, scene).catch((erreur) => {
    if (!signal.aborted) montrerRefus(contexte, scene, erreur);
  });
  if (!scene.firstChild) dessinerAttente(contexte, scene, { statut: "initie", total: params.demande?.total });
  return h("div", { class: "colonne colonne-etroite" }, scene);
}

async function conduire(contexte, scene) {
  const { api, config, params, personne, signal, rester } = contexte;
  const { demande } = params;
  if (!params.numero) {
    personne().demande = demande;
    dessinerAttente(contexte, scene, { statut: "initie", total: demande.total });
    let reponse;
    try {
      reponse = await api.envoyer(demande, { signal, surReprise: () => dessinerAttente(contexte, scene, { statut: "hors_ligne", total: demande.total }) });
    } catch (erreur) {
      // Refused: nothing happened, and nothing is waiting. Left without an answer: it stays, to be sent again with its key.
      if (erreur instanceof Refus) personne().demande = null;
      throw erreur;
    }
    personne().demande = null;
    if (reponse.demande) return demanderLeCode(contexte, reponse);
    Object.assign(params, suiteDe(reponse));
  }
  const entetes = params.suivi ? { "X-Suivi": params.suivi } : {};
  const debut = performance.now();
  let dessine = "";
  for (;;) {
    let paiement = null;
    try {
      paiement = await api.lireUneFois(`paiements/${params.numero}/`, { signal, entetes });
    } catch (erreur) {
      if (!(erreur instanceof Panne)) throw erreur;
    }
    if (paiement?.termine) {
      rester();
      return paiement.statut === "succes" ? montrerRecu(contexte, scene, paiement) : montrerEchec(contexte, scene, paiement);
    }
    const lent = paiement?.statut === "initie" && performance.now() - debut > LENT_MS;
    const etat = paiement ? (lent ? "lent" : paiement.statut) : "hors_ligne";
    if (etat !== dessine) {
      dessine = etat;
      dessinerAttente(contexte, scene, { statut: etat, total: paiement?.total ?? demande?.total, paiement });
    }
    await attendre(config.suiviMs, signal);
  }
}

/** What it takes to follow a payment, and what the follow-up without a session does not say. */
const suiteDe = (reponse) => ({ numero: reponse.numero_transaction, suivi: reponse.suivi, souscription: reponse.numero_souscription });

/** The phone that subscribes is a client's: its code comes first. Nothing has been asked of the phone that pays. */
function demanderLeCode(contexte, attente) {
  const { api, aller, params } = contexte;
  const { demande } = params;
  const surReprise = () => {};
  return allerAuCode(
    contexte,
    attente,
    {
      quoi: () => t("souscrire.quoi", demande.lignes[0].libelle),
      demander: (signal) => api.envoyer({ ...demande, cle: crypto.randomUUID() }, { signal, surReprise }),
      confirmer: (ident, code, signal) => api.envoyer({ chemin: "souscriptions/confirmer/", corps: { demande: ident, code }, cle: crypto.randomUUID() }, { signal, surReprise }),
      reussir: (reponse) => aller("suivi", { demande, ...suiteDe(reponse) }, { remplacer: true }),
      retours: 1,
    },
    { remplacer: true },
  );
}

function dessinerAttente({ accueil, api, partir }, scene, { statut, total, paiement }) {
  const rang = { initie: 0, hors_ligne: 0, lent: 0, en_cours: 1, en_verification: 1 }[statut];
  const message = langue() === "fr" && paiement && !["lent", "hors_ligne"].includes(statut) ? paiement.message : t(`suivi.${statut}`);
  remplir(
    scene,
    h("div", { class: `ecran-telephone ecran-telephone-${statut}`, "aria-hidden": "true" }, h("span", { class: "onde" }), h("span", { class: "onde onde-2" }), icone(statut === "hors_ligne" ? "hors-ligne" : "telephone")),
    h("h1", { tabindex: "-1" }, t(`suivi.titre_${statut}`)),
    total ? h("p", { class: "suivi-somme" }, xaf(total)) : null,
    h("p", { class: "suivi-message" }, message),
    h(
      "ol",
      { class: "etapes" },
      ETAPES.map((etape, i) =>
        h("li", { class: i < rang ? "etape etape-faite" : i === rang ? "etape etape-courante" : "etape" }, h("span", { class: "etape-point" }, i < rang ? icone("coche") : String(i + 1)), h("span", {}, t(`suivi.etape_${etape}`))),
      ),
    ),
    paiement?.numero_payeur ? h("p", { class: "note" }, t("suivi.numero", paiement.numero_payeur)) : null,
    h("p", { class: "note" }, t(api.ouverte() ? "suivi.partir" : "suivi.partir_prospect")),
    h(
      "div",
      { class: "actions" },
      api.ouverte()
        ? bouton({ texte: t("commun.accueil"), icone: "accueil", action: accueil })
        : bouton({ texte: t("session.terminer"), icone: "terminer", action: () => partir() }),
    ),
  );
}

async function montrerRecu(contexte, scene, paiement) {
  const { accueil, api, aller, partir, params } = contexte;
  const sansSession = !api.ouverte();
  // Without a session the server tells the payment alone: what it is for is what was asked here.
  if (sansSession) Object.assign(paiement, { type_paiement: "souscription_initiale", nom_produit: params.demande?.lignes[0].libelle, numero_souscription: params.souscription });
  const reunis = await paiementsReunis(contexte, paiement);
  const imprimable = async () => imprimer("recu", recuImprimable(paiement, await avecLeursCodes(contexte, reunis)));
  const nouvelle = paiement.type_paiement === "souscription_initiale";
  scene.classList.add("suivi-recu");
  remplir(
    scene,
    h(
      "div",
      { class: "recu-tete" },
      h("div", { class: "reussite", "aria-hidden": "true" }, icone("coche")),
      h("h1", { tabindex: "-1" }, t(nouvelle ? "recu.bienvenue" : "recu.confirme")),
      h("p", { class: "recu-somme" }, xaf(paiement.total)),
      nouvelle
        ? h(
            "div",
            { class: "police-neuve" },
            sansSession
              ? [h("p", {}, t("recu.police_par_sms")), h("p", { class: "note" }, t("recu.gardez_le_sms"))]
              : paiement.police ? [h("p", {}, t("recu.votre_police")), h("p", { class: "police-numero" }, paiement.police), h("p", { class: "note" }, t("recu.notez_police"))] : h("p", {}, t("recu.police_a_venir")),
          )
        : null,
    ),
    carte(
      { class: "recu" },
      fiche([
        [t("recu.numero"), reunis.length > 1 ? null : paiement.numero_recu],
        [t("recu.date"), moment(paiement.date_confirmation)],
        [t("recu.produit"), reunis.length > 1 ? null : paiement.nom_produit],
        [t("recu.police"), nouvelle || reunis.length > 1 ? null : paiement.police],
        ...(reunis.length > 1 ? reunis.map((un) => [`${un.nom_produit} ${un.police}`, xaf(un.montant)]) : []),
        [t("recu.type"), libelle("types", paiement.type_paiement)],
        [t("recu.mode"), paiement.mode_paiement],
        [t("recu.payeur"), paiement.numero_payeur],
        [t("recu.transaction"), paiement.numero_transaction],
      ]),
    ),
    h(
      "div",
      { class: "actions" },
      bouton({ texte: t("recu.imprimer"), icone: "imprimer", genre: "or", action: imprimable }),
      api.ouverte()
        ? bouton({ texte: t("commun.accueil"), icone: "accueil", action: accueil })
        : bouton({ texte: t("recu.voir_contrat"), apres: "suite", genre: "bleu", action: () => aller("connexion", { telephone: grouperTelephone(params.demande?.telephone ?? "") }, { racine: true }) }),
      bouton({ texte: t("session.terminer"), icone: "terminer", action: () => partir({ texte: t("session.fermee") }) }),
    ),
  );
  scene.querySelector("h1").focus();
}

function montrerEchec(contexte, scene, paiement) {
  const { aller, accueil, api, params, partir } = contexte;
  const { demande } = params;
  const expire = paiement.statut === "expire";
  remplir(
    scene,
    h("div", { class: "echec", "aria-hidden": "true" }, icone(expire ? "horloge" : "croix")),
    h("h1", { tabindex: "-1" }, t(expire ? "suivi.titre_expire" : paiement.statut === "rembourse" ? "suivi.titre_rembourse" : "suivi.titre_echec")),
    h("p", { class: "suivi-somme" }, xaf(paiement.total)),
    avis(expire ? "info" : "attention", raison(paiement)),
    h(
      "div",
      { class: "actions" },
      demande ? bouton({ texte: t("commun.reessayer"), icone: "renouveler", genre: "or", action: () => aller("payeur", { demande, payeur: demande.payeur }, { remplacer: true }) }) : null,
      api.ouverte()
        ? bouton({ texte: t("commun.accueil"), icone: "accueil", action: accueil })
        : bouton({ texte: t("session.terminer"), icone: "terminer", action: () => partir() }),
    ),
  );
  scene.querySelector("h1").focus();
}

/** The server's sentence in French; in another language ours for the same code, when that language has it. */
function raison({ message, motif, statut }) {
  if (langue() === "fr") return message;
  return dit(motif ? `motifs.${motif}` : `suivi.${statut}`) ?? message;
}

/** The demand was refused before anything was sent to the phone. */
function montrerRefus(contexte, scene, erreur) {
  const { aller, accueil, api, params, partir } = contexte;
  const { demande } = params;
  if (!(erreur instanceof Refus)) console.error(erreur);
  if (demande && erreur instanceof Refus && (PAYEUR_REFUSE.has(erreur.code) || erreur.champs.telephone)) {
    return aller("payeur", { demande, payeur: demande.payeur, refus: { code: erreur.code, champs: erreur.champs, phrase: phrase(erreur) } }, { remplacer: true });
  }
  remplir(
    scene,
    h("div", { class: "echec", "aria-hidden": "true" }, icone("alerte")),
    h("h1", { tabindex: "-1" }, t(erreur.code === "paiement_deja_en_cours" ? "suivi.titre_deja" : "suivi.titre_refus")),
    avis("attention", phrase(erreur)),
    h(
      "div",
      { class: "actions" },
      demande?.modifier ? bouton({ texte: t("souscrire.modifier"), icone: "modifier", genre: "or", action: () => aller("souscrire", demande.modifier, { remplacer: true }) }) : null,
      api.ouverte()
        ? bouton({ texte: t("commun.accueil"), icone: "accueil", genre: demande?.modifier ? "clair" : "or", action: accueil })
        : bouton({ texte: t("session.terminer"), icone: "terminer", action: () => partir() }),
    ),
  );
  scene.querySelector("h1").focus();
}
