// Home: what needs doing first, then what she has.

import { avis, bouton, etatDePaiement, etatDuContrat, somme, tuile } from "../composants.js";
import { h, icone } from "../dom.js";
import { jourLong, moment, xaf } from "../format.js";
import { avecSommes, avisDeSituation } from "../phrases.js";
import { libelle, t } from "../textes.js";

const OUVERTS = ["initie", "en_cours", "en_verification"];

export async function accueil(contexte) {
  const { api, aller, personne, signal, dessinerEntete } = contexte;
  const moi = personne();
  const tableau = await api.lire(`clients/${moi.police}/dashboard/`, { signal });
  const { client, contrats, alertes, derniers_paiements: paiements } = tableau;
  moi.client = client;
  dessinerEntete();
  const parPolice = Object.fromEntries(contrats.map((contrat) => [contrat.police, contrat]));
  const ouverts = paiements.filter(({ statut }) => OUVERTS.includes(statut));

  const bascule = bouton({
    texte: t(moi.sommesCachees ? "accueil.montrer" : "accueil.cacher"),
    icone: moi.sommesCachees ? "oeil-barre" : "oeil",
    genre: "sur-bleu",
    "aria-pressed": String(moi.sommesCachees),
    action() {
      moi.sommesCachees = document.body.classList.toggle("sommes-cachees");
      bascule.setAttribute("aria-pressed", String(moi.sommesCachees));
      bascule.firstElementChild.replaceWith(icone(moi.sommesCachees ? "oeil-barre" : "oeil"));
      bascule.lastElementChild.textContent = t(moi.sommesCachees ? "accueil.montrer" : "accueil.cacher");
    },
  });
  document.body.classList.toggle("sommes-cachees", moi.sommesCachees);

  return h(
    "div",
    { class: "page page-accueil" },
    h(
      "div",
      { class: "page-principale accueil-etat" },
      h(
        "section",
        { class: "solde" },
        h("div", { class: "solde-haut" }, h("h1", { tabindex: "-1" }, t("accueil.bonjour", client.prenom)), bascule),
        h("p", { class: "solde-nom" }, t("accueil.solde")),
        h("p", { class: "solde-montant" }, somme(tableau.solde_global)),
        h("p", { class: "solde-texte" }, t("accueil.solde_texte", contrats.length, jourLong(tableau.date))),
      ),
      moi.demande ? demandeEnSuspens(contexte) : null,
      ouverts.map((paiement) =>
        avis(
          "info",
          t("accueil.en_cours", xaf(paiement.montant), parPolice[paiement.police]?.nom_produit ?? ""),
          bouton({ texte: t("accueil.suivre"), apres: "suite", genre: "bleu", action: () => aller("suivi", { numero: paiement.numero_transaction }) }),
        ),
      ),
      alertes.map((alerte) => alerteAvecRemede(contexte, alerte, parPolice[alerte.police])),
    ),
    h(
      "div",
      { class: "page-cote accueil-cote" },
      h(
        "section",
        { class: "section accueil-faire" },
        h("h2", {}, t("accueil.faire")),
        h(
          "div",
          { class: "tuiles tuiles-serrees" },
          tuile({ icone: "payer", titre: t("accueil.payer"), classe: "tuile-or", action: () => aller("payer") }),
          tuile({ icone: "document", titre: t("accueil.releve"), action: () => aller("releve") }),
          tuile({ icone: "etoile", titre: t("accueil.decouvrir"), action: () => aller("produits") }),
        ),
      ),
      paiements.length
        ? h(
            "section",
            { class: "section accueil-derniers" },
            h("h2", {}, t("accueil.derniers")),
            h(
              "ul",
              { class: "liste" },
              paiements.map((paiement) =>
                h(
                  "li",
                  {},
                  h("span", { class: "liste-corps" }, h("b", {}, parPolice[paiement.police]?.nom_produit ?? paiement.police), h("small", {}, moment(paiement.date_demande))),
                  h("span", { class: "liste-fin" }, somme(paiement.montant), etatDePaiement(paiement.statut)),
                ),
              ),
            ),
          )
        : null,
    ),
    h(
      "section",
      { class: "section accueil-contrats" },
      h("h2", {}, t("accueil.contrats")),
      h("div", { class: "contrats" }, contrats.map((contrat) => carteDeContrat(contexte, contrat))),
    ),
  );
}

/** A demand that left without an answer before she came back here: the same one can be sent again. */
function demandeEnSuspens({ aller, personne }) {
  const { demande } = personne();
  return avis(
    "attention",
    t("accueil.suspens", xaf(demande.total)),
    bouton({ texte: t("accueil.reprendre"), apres: "suite", genre: "bleu", action: () => aller("suivi", { demande }) }),
  );
}

function alerteAvecRemede({ aller }, alerte, contrat) {
  const remedes = {
    paiement: () =>
      bouton({ texte: avecSommes(t("accueil.payer_montant", xaf(alerte.montant))), icone: "payer", genre: "or", action: () => aller("payer", { police: alerte.police }) }),
    renouvellement: () =>
      bouton({ texte: t("accueil.renouveler"), icone: "renouveler", genre: "or", action: () => aller("renouveler", { police: alerte.police }) }),
    assistance: () => bouton({ texte: t("aide.bouton"), icone: "aide", genre: "bleu", action: () => aller("aide") }),
  };
  return avisDeSituation(alerte, contrat?.nom_produit ?? "", remedes[alerte.type]());
}

function carteDeContrat({ aller }, contrat) {
  const { categorie, nom_produit: nom, police, etat_du_contrat: etat } = contrat;
  const enOrdre = ["contrat_en_ordre", "expiration_proche"].includes(contrat.situation.code);
  const prochaine =
    enOrdre && contrat.prochaine_echeance_date
      ? t("contrat.prochaine", xaf(contrat.prochaine_echeance_montant), jourLong(contrat.prochaine_echeance_date))
      : t(`contrat.bref.${contrat.situation.code}`, xaf(contrat.montant_en_retard));
  const element = h(
    "button",
    { type: "button", class: `carte carte-contrat carte-${categorie}`, onclick: () => aller("contrat", { police }) },
    h("span", { class: "carte-haut" }, h("span", { class: `pastille pastille-${categorie}` }, icone(categorie)), etatDuContrat(etat)),
    h("span", { class: "carte-nom" }, nom),
    h("span", { class: "carte-police" }, police),
    h("span", { class: "carte-solde" }, somme(contrat.solde), h("small", {}, libelle("contrat.solde", categorie))),
    h("span", { class: "carte-pied" }, h("span", {}, avecSommes(prochaine)), icone("suite")),
  );
  return element;
}
