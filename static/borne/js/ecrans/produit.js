// One product: what it covers, and what it would cost her.

import { assureDesPersonnes } from "../beneficiaire.js";
import { avis, bouton, carte, choix, pied, section, somme, titre } from "../composants.js";
import { h, icone } from "../dom.js";
import { phrase } from "../erreurs.js";
import { jourLong, xaf } from "../format.js";
import { anneesDAge, listeDeGaranties } from "../garanties.js";
import { demanderMontant } from "../montant.js";
import { libelle, t } from "../textes.js";

// Primes worth a button, a year; those that the product allows are shown.
const PRIMES = [1_200, 3_600, 6_000, 12_000, 24_000];

export async function produit(contexte) {
  const { api, aller, params, signal } = contexte;
  const p = await api.lire(`produits/${params.code}/`, { signal });
  const primes = PRIMES.filter((prime) => prime >= p.prix_minimum && prime <= p.prix_maximum);
  params.offre ??= { montant: primes[1] ?? primes[0] ?? p.prix_minimum, periodicite: p.periodicites.includes("mensuelle") ? "mensuelle" : p.periodicites[0] };
  const { offre } = params;
  const zoneMontant = h("div", { class: "montants", role: "group", "aria-label": t("produit.prime") });
  const zoneDevis = h("div", { class: "devis", role: "status" });
  const premier = h("span", { class: "pied-total" });
  const suite = bouton({ texte: t("produit.souscrire"), apres: "suite", genre: "or", action: () => aller("souscrire", { produit: p, offre: { ...offre } }) });

  function dessinerMontants() {
    const connu = primes.includes(offre.montant);
    const option = (texte, choisi, action, classe = "") =>
      h("button", { type: "button", class: `montant ${choisi ? "montant-choisi" : ""} ${classe}`, "aria-pressed": String(choisi), onclick: action }, texte);
    zoneMontant.replaceChildren(
      ...primes.map((prime) => option(h("span", { class: "montant-valeur" }, xaf(prime)), prime === offre.montant, () => changer({ montant: prime }))),
      option([h("span", { class: "montant-libelle" }, t("montant.autre")), connu ? icone("modifier") : h("span", { class: "montant-valeur" }, xaf(offre.montant))], !connu, async () => {
        const montant = await demanderMontant(contexte, { titre: t("produit.prime"), minimum: p.prix_minimum, maximum: p.prix_maximum });
        if (montant !== null) changer({ montant });
      }, "montant-autre"),
    );
  }

  function changer(valeurs) {
    Object.assign(offre, valeurs);
    dessinerMontants();
    return chiffrer();
  }

  let demande = 0;
  async function chiffrer() {
    const mienne = (demande += 1);
    suite.disabled = true;
    try {
      const devis = await api.calculer(`produits/${p.code_pass}/devis/`, corpsDeDevis(offre), { signal, porteur: true });
      if (mienne !== demande) return;
      offre.devis = devis;
      suite.disabled = false;
      premier.textContent = xaf(devis.echeances[0].montant);
      zoneDevis.replaceChildren(carteDeDevis(devis), ...devis.avertissements.map((texte) => avis("info", texte)));
    } catch (erreur) {
      if (signal.aborted || mienne !== demande) return;
      premier.textContent = "—";
      zoneDevis.replaceChildren(avis("attention", phrase(erreur)));
    }
  }

  dessinerMontants();
  chiffrer();
  return h(
    "div",
    { class: "page page-produit" },
    h(
      "div",
      { class: "page-principale" },
      h("section", { class: `couverture couverture-${p.categorie}` }, h("span", { class: "pastille pastille-claire" }, icone(p.categorie)), titre(p.nom_pass), h("p", { class: "couverture-texte" }, p.description)),
      ages(p),
      section(t("produit.garanties"), listeDeGaranties(p.garanties)),
    ),
    h(
      "div",
      { class: "page-cote" },
      section(t("produit.prime"), h("p", { class: "note" }, t("produit.prime_texte", xaf(p.prix_minimum), xaf(p.prix_maximum))), zoneMontant),
      choix({
        nom: "periodicite",
        legende: t("produit.periodicite"),
        classe: "choix-pastilles",
        valeur: offre.periodicite,
        options: p.periodicites.map((code) => ({ valeur: code, libelle: libelle("periodicites", code) })),
        surChange: (periodicite) => changer({ periodicite }),
      }),
      zoneDevis,
    ),
    pied(h("div", { class: "pied-texte" }, h("span", {}, t("produit.premier")), premier), suite),
  );
}

/** Who may subscribe, and be insured beside, in words. */
function ages(p) {
  if (!p.date_naissance_requise) return null;
  const phrases = [t("produit.ages", anneesDAge(p.age_min, p.age_max))];
  if (assureDesPersonnes(p.categorie)) phrases.push(t("produit.ages_assures", anneesDAge(p.age_min_assure, p.age_max_assure)));
  return h("p", { class: "note note-icone" }, icone("info"), h("span", {}, phrases.join(" ")));
}

const corpsDeDevis = ({ montant, periodicite }) => ({ montant, periodicite });

/** Raises the server's refusal when the guarantees do not cover whoever was born on these days. */
export const verifierAges = ({ api, signal }, { produit, offre }, naissances) =>
  api.calculer(`produits/${produit.code_pass}/devis/`, { ...corpsDeDevis(offre), ...naissances }, { signal, porteur: true });

export function carteDeDevis(devis) {
  const [premiere, deuxieme] = devis.echeances;
  return carte(
    { class: "carte-devis" },
    h("p", { class: "devis-montant" }, somme(premiere.montant), h("small", {}, libelle("rythmes", devis.periodicite))),
    h("p", {}, t("produit.devis", devis.nombre_echeances, xaf(devis.prime))),
    h("p", { class: "note" }, t("produit.devis_dates", jourLong(premiere.date_echeance), deuxieme ? jourLong(deuxieme.date_echeance) : "")),
  );
}
