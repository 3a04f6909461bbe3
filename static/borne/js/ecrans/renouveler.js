import { champsDIdentite, naissanceValide } from "../beneficiaire.js";
import { avis, bouton, carte, choix, etatDuContrat, fiche, pied, section, somme, titre } from "../composants.js";
import { h, icone } from "../dom.js";
import { jourLong, xaf } from "../format.js";
import { demanderMontant } from "../montant.js";
import { langue, libelle, t } from "../textes.js";

export async function renouveler(contexte) {
  const { api, aller, params, retour, signal } = contexte;
  const [c, offre] = await Promise.all([
    api.lire(`contrats/${params.police}/`, { signal }),
    api.lire(`contrats/${params.police}/paiement/`, { signal }),
  ]);
  const bornes = offre.renouvellement;
  if (!bornes) {
    return h(
      "div",
      { class: "colonne" },
      titre(t("renouveler.titre", c.nom_produit), c.police),
      avis("info", langue() === "fr" ? offre.raison_renouvellement : t("renouveler.impossible")),
      h("div", { class: "actions" }, bouton({ texte: t("commun.retour"), icone: "retour", action: retour })),
    );
  }
  params.choisi ??= { code: "minimum", montant: bornes.minimum };
  const total = h("span", { class: "pied-total" });
  const zone = h("div", {});

  function prendre(code, montant) {
    params.choisi = { code, montant };
    total.textContent = xaf(montant);
  }

  function dessiner() {
    prendre(params.choisi.code, params.choisi.montant);
    zone.replaceChildren(
      choix({
        nom: "montant",
        legende: t("renouveler.montant"),
        valeur: params.choisi.code,
        options: [
          { valeur: "minimum", libelle: t(bornes.maximum > bornes.minimum ? "renouveler.minimum" : "renouveler.maximum"), detail: xaf(bornes.minimum) },
          ...(bornes.maximum > bornes.minimum ? [{ valeur: "maximum", libelle: t("renouveler.maximum"), detail: xaf(bornes.maximum) }] : []),
          ...(bornes.maximum > bornes.minimum
            ? [{ valeur: "libre", libelle: t("montant.autre"), detail: params.choisi.code === "libre" ? xaf(params.choisi.montant) : t("montant.entre", xaf(bornes.minimum), xaf(bornes.maximum)) }]
            : []),
        ],
        async surChange(code) {
          if (code !== "libre") return prendre(code, bornes[code]);
          const montant = await demanderMontant(contexte, { titre: t("montant.titre", c.nom_produit), ...bornes });
          if (montant !== null) prendre("libre", montant);
          dessiner();
        },
      }),
    );
  }

  dessiner();
  // The guarantees of the next period have limits of age, and NSIA does not know hers.
  const champ = offre.date_naissance_requise
    ? champsDIdentite((params.qui ??= {}), { naissance: { facultatif: false, aide: t("souscrire.naissance_texte") } }).naissance
    : null;
  return h(
    "div",
    { class: "colonne" },
    titre(t("renouveler.titre", c.nom_produit), c.police),
    h(
      "div",
      { class: "deux deux-inverses" },
      h("div", {}, zone, champ?.noeud),
      section(
        t("renouveler.contrat"),
        carte(
          {},
          fiche([
            [t("renouveler.etat"), etatDuContrat(c.etat_du_contrat)],
            [t("renouveler.fin"), c.dernier_jour_couvert ? jourLong(c.dernier_jour_couvert) : ""],
            [t("contrat.prime"), somme(c.prime)],
            [t("contrat.rythme"), libelle("periodicites", c.periodicite)],
          ]),
        ),
        h("p", { class: "note note-icone" }, icone("info"), h("span", {}, t("renouveler.texte"))),
      ),
    ),
    pied(
      h("div", { class: "pied-texte" }, h("span", {}, t("commun.total")), total),
      bouton({
        texte: t("commun.continuer"),
        apres: "suite",
        genre: "or",
        action() {
          const date = champ && naissanceValide(champ, true);
          if (date === undefined) return undefined;
          return aller("payeur", {
            demande: {
              genre: "renouvellement",
              lignes: [{ libelle: t("renouveler.titre", c.nom_produit), detail: c.police, montant: params.choisi.montant }],
              total: params.choisi.montant,
              chemin: `souscriptions/${c.numero_souscription}/renouveler/`,
              corps: { montant: params.choisi.montant, ...(date ? { date_naissance: date } : {}) },
            },
          });
        },
      }),
    ),
  );
}
