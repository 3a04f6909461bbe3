// What goes on paper: a receipt of 80 mm, a statement of A4. Amounts are never hidden there.

import { codeQr, h } from "./dom.js";
import { jourCourt, jourLong, moment, xaf } from "./format.js";
import { phraseDeSituation } from "./phrases.js";
import { libelle, t } from "./textes.js";
import francais from "../langues/fr.js";

const entete = () => h("div", { class: "papier-entete" }, h("span", { class: "papier-logo" }), h("p", {}, h("b", {}, "NSIA PASS"), h("small", {}, t("papier.maison"))));

const lignes = (paires) =>
  h("dl", { class: "papier-lignes" }, paires.filter(([, valeur]) => valeur).map(([nom, valeur]) => h("div", {}, h("dt", {}, nom), h("dd", {}, valeur))));

/** Those that one PIN paid together, each as its own follow-up tells it. */
export function paiementsReunis({ api, signal }, paiement) {
  if (paiement.paiements.length < 2) return [paiement];
  return Promise.all(paiement.paiements.map((un) => api.lire(`paiements/${un.numero_transaction}/`, { signal })));
}

/** Each with the code that proves its receipt; without a session there is none. */
export async function avecLeursCodes({ api, personne, signal }, reunis) {
  if (!api.ouverte()) return reunis;
  const recus = await Promise.all(reunis.map((un) => api.lire(`clients/${personne().police}/recus/${un.numero_transaction}/?format=json`, { signal })));
  return reunis.map((un, i) => ({ ...un, code: recus[i].code, adresse: recus[i].adresse, qr: recus[i].qr }));
}

/** Where a code is checked, as a person types it. */
function guichetDe(adresse) {
  const { host, pathname } = new URL(adresse);
  return `${host}/${pathname.split("/")[1]}`;
}

/** `paiement`: as GET /api/v1/paiements/{numero}/ gives it, confirmed; `reunis`: all that was paid with it. */
export function recuImprimable(paiement, reunis) {
  const seul = reunis.length === 1;
  return [
    entete(),
    h("h2", {}, t("recu.titre")),
    h("p", { class: "papier-somme" }, xaf(paiement.total)),
    lignes([
      [t("recu.numero"), seul ? paiement.numero_recu : null],
      [t("recu.date"), moment(paiement.date_confirmation ?? paiement.date_demande)],
      [t("recu.produit"), seul ? paiement.nom_produit : null],
      [t("recu.police"), seul ? paiement.police : null],
      [t("recu.souscription"), paiement.police ? null : paiement.numero_souscription],
      [t("recu.type"), libelle("types", paiement.type_paiement)],
      [t("recu.mode"), paiement.mode_paiement],
      [t("recu.payeur"), paiement.numero_payeur],
      [t("recu.frais"), paiement.frais ? xaf(paiement.frais) : null],
      [t("recu.transaction"), paiement.numero_transaction],
      [t("papier.code"), seul ? reunis[0].code : null],
    ]),
    seul
      ? null
      : h(
          "table",
          { class: "papier-table" },
          h("tbody", {}, reunis.map((un) => h("tr", {}, h("td", {}, [un.nom_produit, un.police, un.numero_recu, un.code].filter(Boolean).map((texte) => h("div", {}, texte))), h("td", { class: "chiffres" }, xaf(un.montant))))),
        ),
    seul && reunis[0].qr ? h("div", { class: "papier-qr" }, codeQr(reunis[0].qr)) : null,
    h("p", { class: "papier-pied" }, t("recu.merci"), reunis[0].adresse ? h("span", { class: "papier-verifier" }, t("papier.verifier", guichetDe(reunis[0].adresse))) : null),
  ];
}

// An attestation is shown to others: it is in French whatever the language of the screen.
const ATTESTATION = {
  titre: "Attestation d'assurance",
  delivree: (jour) => `Délivrée le ${jour}`,
  atteste: "NSIA Congo atteste que",
  titulaire: (produit) => `est titulaire du contrat ${produit} désigné ci-dessous, en vigueur et à jour de ses cotisations à la date de délivrance.`,
  produit: "Produit",
  police: "Numéro de police",
  debut: "Couvert à partir du",
  fin: "Jusqu'au (inclus)",
  prime: "Prime de la période",
  beneficiaires: "Bénéficiaires désignés",
  garanties: "Garanties",
  assures: "Assurés avec le titulaire",
  vaut: "Ce que vaut cette attestation",
};

/** `attestation`: as GET /api/v1/clients/{police}/attestation/?format=json. */
export function attestationImprimable(attestation) {
  const mots = ATTESTATION;
  const jour = (texte) => jourLong(texte, "fr-FR");
  const liste = (titre, textes) => (textes.length ? h("section", {}, h("h3", {}, titre), h("ul", {}, textes.map((texte) => h("li", {}, texte)))) : null);
  return h(
    "article",
    { class: "papier-attestation", lang: "fr" },
    entete(),
    h("h2", {}, mots.titre),
    h("p", {}, mots.delivree(jour(attestation.emis_le.slice(0, 10)))),
    h("p", { class: "papier-atteste" }, mots.atteste),
    h("p", { class: "papier-nom" }, `${attestation.prenom} ${attestation.nom}`),
    h("p", {}, mots.titulaire(attestation.nom_produit)),
    lignes([
      [mots.produit, attestation.nom_produit],
      [mots.police, attestation.police],
      [mots.debut, jour(attestation.date_debut)],
      [mots.fin, jour(attestation.dernier_jour_couvert)],
      [mots.prime, `${xaf(attestation.prime)}, ${francais.periodicites[attestation.periodicite].toLowerCase()}`],
      [mots.beneficiaires, String(attestation.nombre_beneficiaires)],
    ]),
    h("div", { class: "papier-colonnes" }, liste(mots.garanties, attestation.garanties), liste(mots.assures, attestation.assures)),
    h("h3", {}, mots.vaut),
    h("p", {}, attestation.conditions),
    h(
      "div",
      { class: "papier-code" },
      codeQr(attestation.qr),
      h("p", {}, h("span", {}, francais.papier.code), h("b", {}, attestation.code), h("small", {}, francais.papier.verifier(guichetDe(attestation.adresse)))),
    ),
  );
}

export function releveImprimable({ client, date, contrats, totaux, echeances, paiements }) {
  return [
    entete(),
    h("h2", {}, t("releve.titre")),
    lignes([
      [t("releve.client"), `${client.prenom} ${client.nom}`],
      [t("recu.payeur"), client.telephone],
      [t("releve.arrete"), jourLong(date)],
      [t("releve.contrats"), contrats.map((c) => `${c.nom_produit} ${c.police}`).join(", ")],
    ]),
    contrats.map((c) => h("p", { class: "papier-situation" }, phraseDeSituation(c.situation, c.nom_produit))),
    lignes([
      [t("releve.prevu"), xaf(totaux.montant)],
      [t("releve.paye"), xaf(totaux.montant_paye)],
      [t("releve.reste"), xaf(totaux.reste_a_payer)],
    ]),
    h("h3", {}, t("releve.echeances")),
    tableau(
      [t("releve.quittance"), t("releve.echeance"), t("releve.montant"), t("releve.paye"), t("releve.reste"), t("releve.etat")],
      echeances.map((e) => [e.numero_quittance, jourCourt(e.date_echeance), xaf(e.montant), xaf(e.montant_paye), xaf(e.reste_a_payer), libelle("cotisations", e.statut)]),
      [2, 3, 4],
    ),
    h("h3", {}, t("releve.paiements")),
    tableau(
      [t("recu.date"), t("recu.transaction"), t("recu.police"), t("recu.mode"), t("releve.montant"), t("releve.etat")],
      paiements.map((p) => [moment(p.date_demande), p.numero_transaction, p.police, p.mode_paiement, xaf(p.montant), libelle("paiements", p.statut)]),
      [4],
    ),
    h("p", { class: "papier-pied" }, t("releve.pied")),
  ];
}

function tableau(titres, rangees, chiffres) {
  const classe = (i) => (chiffres.includes(i) ? "chiffres" : null);
  return h(
    "table",
    { class: "papier-table" },
    h("thead", {}, h("tr", {}, titres.map((un, i) => h("th", { class: classe(i), scope: "col" }, un)))),
    h("tbody", {}, rangees.map((rangee) => h("tr", {}, rangee.map((cellule, i) => h("td", { class: classe(i) }, cellule))))),
  );
}
