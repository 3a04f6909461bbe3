// What goes on paper: a receipt of 80 mm, a statement of A4. Amounts are never hidden there.

import { h } from "./dom.js";
import { jourCourt, jourLong, moment, xaf } from "./format.js";
import { libelle, t } from "./textes.js";

const entete = () => h("div", { class: "papier-entete" }, h("span", { class: "papier-logo" }), h("p", {}, h("b", {}, "NSIA PASS"), h("small", {}, t("papier.maison"))));

const lignes = (paires) =>
  h("dl", { class: "papier-lignes" }, paires.filter(([, valeur]) => valeur).map(([nom, valeur]) => h("div", {}, h("dt", {}, nom), h("dd", {}, valeur))));

/** Those that one PIN paid together, each as its own follow-up tells it. */
export function paiementsReunis({ api, signal }, paiement) {
  if (paiement.paiements.length < 2) return [paiement];
  return Promise.all(paiement.paiements.map((un) => api.lire(`paiements/${un.numero_transaction}/`, { signal })));
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
    ]),
    seul
      ? null
      : h(
          "table",
          { class: "papier-table" },
          h("tbody", {}, reunis.map((un) => h("tr", {}, h("td", {}, un.nom_produit, h("br"), un.police, h("br"), un.numero_recu), h("td", { class: "chiffres" }, xaf(un.montant))))),
        ),
    h("p", { class: "papier-pied" }, t("recu.merci")),
  ];
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
