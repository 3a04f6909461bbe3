// What is paid: contracts and amounts. The buttons are those that the server offers.

import { avis, bouton, pied, titre } from "../composants.js";
import { h, icone } from "../dom.js";
import { xaf } from "../format.js";
import { demanderMontant } from "../montant.js";
import { avecSommes, avisDeSituation, phraseDeSituation } from "../phrases.js";
import { langue, libelle, t } from "../textes.js";

export async function payer(contexte) {
  const { api, aller, params, personne, signal } = contexte;
  const { contrats } = await api.lire(`clients/${personne().police}/dashboard/`, { signal });
  const offres = await Promise.all(contrats.map((c) => api.lire(`contrats/${c.police}/paiement/`, { signal })));
  const parPolice = Object.fromEntries(contrats.map((c) => [c.police, c]));
  const payables = offres.filter(({ libre }) => libre);
  const autres = offres.filter(({ libre }) => !libre);
  // The one she came for is first, with what solves her alert already chosen.
  payables.sort((a, b) => Number(b.police === params.police) - Number(a.police === params.police));
  params.choisis ??= preselection(payables, params.police);

  const total = h("span", { class: "pied-total" });
  const continuer = bouton({ texte: t("commun.continuer"), apres: "suite", genre: "or", action: suite });

  function lignes() {
    return payables
      .filter(({ police }) => params.choisis[police])
      .map((offre) => ({ police: offre.police, libelle: offre.nom_produit, detail: offre.police, montant: params.choisis[offre.police].montant }));
  }

  const somme = () => lignes().reduce((cumul, { montant }) => cumul + montant, 0);

  function regarder() {
    total.textContent = xaf(somme());
    continuer.disabled = somme() === 0;
  }

  function suite() {
    const choisies = lignes();
    const demande = {
      genre: "paiement",
      lignes: choisies,
      total: somme(),
      chemin: "paiements/",
      corps: { contrats: choisies.map(({ police, montant }) => ({ police, montant })) },
    };
    return aller("payeur", { demande });
  }

  regarder();
  return h(
    "div",
    { class: "colonne" },
    titre(t("payer.titre"), payables.length ? t(payables.length > 1 ? "payer.texte_plusieurs" : "payer.texte") : undefined),
    offres.every(({ situation }) => situation.type === "aucun") && !payables.length ? avis("bien", t("payer.rien")) : null,
    payables.length ? h("div", { class: "cartes-payer" }, payables.map((offre) => carteAPayer(contexte, offre, parPolice[offre.police], params.choisis, regarder))) : null,
    autres.map((offre) =>
      avisDeSituation(
        offre.situation,
        offre.nom_produit,
        h("p", { class: "note" }, offre.police),
        offre.renouvellement ? bouton({ texte: t("accueil.renouveler"), icone: "renouveler", action: () => aller("renouveler", { police: offre.police }) }) : null,
      ),
    ),
    payables.length ? pied(h("div", { class: "pied-texte" }, h("span", {}, t("commun.total")), total), continuer) : null,
  );
}

function preselection(payables, police) {
  const offre = payables.find((une) => une.police === police) ?? (payables.length === 1 ? payables[0] : null);
  const premier = offre?.choix[0];
  return premier ? { [offre.police]: { code: premier.code, montant: premier.montant } } : {};
}

function carteAPayer(contexte, offre, contrat, choisis, regarder) {
  const { police, nom_produit: nom, choix, libre } = offre;
  const element = h("section", { class: "carte carte-payer", "aria-label": `${nom} ${police}` });

  function prendre(code, montant) {
    if (choisis[police]?.code === code && code !== "libre") delete choisis[police];
    else choisis[police] = { code, montant };
    dessiner(code);
    regarder();
  }

  async function libreChoix() {
    const montant = await demanderMontant(contexte, { titre: t("montant.titre", nom), ...libre });
    if (montant !== null) prendre("libre", montant);
  }

  function option(code, texte, montant, action) {
    const choisi = choisis[police]?.code === code;
    return h(
      "button",
      { type: "button", class: `montant ${choisi ? "montant-choisi" : ""} ${code === "libre" ? "montant-autre" : ""}`, "aria-pressed": String(choisi), "data-code": code, onclick: action },
      h("span", { class: "montant-libelle" }, texte),
      montant === null ? icone("modifier") : h("span", { class: "montant-valeur" }, xaf(montant)),
    );
  }

  function dessiner(focus) {
    element.replaceChildren(
      h(
        "div",
        { class: "carte-titre" },
        h("span", { class: `pastille pastille-${contrat.categorie}` }, icone(contrat.categorie)),
        h("div", {}, h("h2", {}, nom), h("p", { class: "carte-police" }, police)),
        contrat.montant_en_retard ? h("p", { class: "retard" }, avecSommes(t("contrat.en_retard", xaf(contrat.montant_en_retard)))) : null,
      ),
      offre.situation.niveau === "urgent" ? h("p", { class: "note" }, avecSommes(phraseDeSituation(offre.situation, nom))) : null,
      h(
        "div",
        { class: "montants", role: "group", "aria-label": t("payer.montants", nom) },
        choix.map((un) => option(un.code, langue() === "fr" ? un.libelle : libelle("choix", un.code), un.montant, () => prendre(un.code, un.montant))),
        option("libre", t("montant.autre"), choisis[police]?.code === "libre" ? choisis[police].montant : null, libreChoix),
      ),
    );
    if (focus) element.querySelector(`[data-code="${focus}"]`)?.focus();
  }

  dessiner();
  return element;
}
