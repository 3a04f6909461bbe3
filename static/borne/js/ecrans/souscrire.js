// Subscribe in three steps: who, for whom, agreed. Then she pays like anyone else.

import { bouton, carte, champ, choix, fiche, formulaire, pied, section, titre } from "../composants.js";
import { h, icone } from "../dom.js";
import { chiffresDuTelephone, dateSaisie, grouperDate, grouperTelephone, xaf } from "../format.js";
import { carteDeDevis } from "./produit.js";
import { libelle, t } from "../textes.js";

const RELATIONS = ["conjoint", "enfant", "parent", "fratrie", "autre"];

/** `params`: {brouillon, etape} within a subscription, {produit, offre} to begin one. */
export async function souscrire(contexte) {
  const { params } = contexte;
  params.brouillon ??= { produit: params.produit, offre: params.offre, client: {}, beneficiaires: [], accord: false };
  const etapes = contexte.api.ouverte() ? [beneficiaires, accord] : [identite, beneficiaires, accord];
  params.etape ??= 0;
  const rang = Math.min(params.etape, etapes.length - 1);
  return etapes[rang](contexte, params.brouillon, {
    pas: h("p", { class: "pas" }, t("souscrire.pas", rang + 1, etapes.length), h("span", { class: "jauge", "aria-hidden": "true", variables: { "--part": `${(100 * (rang + 1)) / etapes.length}%` } })),
    suite: () => contexte.aller("souscrire", { brouillon: params.brouillon, etape: rang + 1 }),
  });
}

const exiger = (un, message) => {
  un.dire(message);
  un.entree.focus();
};

/** The ISO date of an optional field, or undefined after having said what is wrong. */
function naissanceValide(un) {
  if (!un.valeur()) return null;
  const iso = dateSaisie(un.valeur());
  if (iso && iso < new Date().toISOString().slice(0, 10)) return iso;
  exiger(un, t("souscrire.date_fausse"));
  return undefined;
}

function champsDIdentite(qui) {
  return {
    prenom: champ({ libelle: t("souscrire.prenom"), valeur: qui.prenom, longueur: 80 }),
    nom: champ({ libelle: t("souscrire.nom"), valeur: qui.nom, longueur: 80 }),
    naissance: champ({ libelle: t("souscrire.naissance"), aide: t("souscrire.naissance_aide"), clavier: "date", facultatif: true, valeur: qui.naissance, mise: grouperDate, longueur: 10 }),
  };
}

async function identite(_contexte, brouillon, { pas, suite }) {
  const { client } = brouillon;
  const { prenom, nom, naissance } = champsDIdentite(client);
  const telephone = champ({ libelle: t("souscrire.telephone"), aide: t("souscrire.telephone_aide"), clavier: "telephone", valeur: grouperTelephone(client.telephone ?? ""), mise: grouperTelephone, longueur: 20 });
  const adresse = champ({ libelle: t("souscrire.adresse"), facultatif: true, valeur: client.adresse, longueur: 200 });
  prenom.entree.dataset.premier = "";

  function continuer() {
    Object.assign(client, { prenom: prenom.valeur(), nom: nom.valeur(), telephone: chiffresDuTelephone(telephone.valeur()), naissance: naissance.valeur(), adresse: adresse.valeur() });
    if (!client.prenom) return exiger(prenom, t("souscrire.prenom_absent"));
    if (!client.nom) return exiger(nom, t("souscrire.nom_absent"));
    if (client.telephone.length !== 9) return exiger(telephone, t("commun.telephone_court"));
    client.date = naissanceValide(naissance);
    if (client.date === undefined) return undefined;
    return suite();
  }

  return h(
    "div",
    { class: "colonne" },
    pas,
    titre(t("souscrire.identite"), t("souscrire.identite_texte")),
    formulaire(continuer, h("div", { class: "champs" }, prenom.noeud, nom.noeud, telephone.noeud, naissance.noeud, adresse.noeud)),
    pied(h("div", { class: "pied-texte" }, h("span", {}, brouillon.produit.nom_pass), h("span", { class: "pied-total" }, xaf(brouillon.offre.montant))), bouton({ texte: t("commun.continuer"), apres: "suite", genre: "or", action: continuer })),
  );
}

async function beneficiaires(_contexte, brouillon, { pas, suite }) {
  const { produit } = brouillon;
  const zone = h("div", {});

  function dessiner() {
    const liste = brouillon.beneficiaires;
    zone.replaceChildren(
      liste.length
        ? h(
            "ul",
            { class: "liste liste-grande" },
            liste.map((b, i) =>
              h(
                "li",
                {},
                h("span", { class: "rang" }, String(i + 1)),
                h("span", { class: "liste-corps" }, h("b", {}, `${b.prenom} ${b.nom}`), h("small", {}, [libelle("relations", b.relation), b.telephone && grouperTelephone(b.telephone)].filter(Boolean).join(" · "))),
                bouton({ texte: t("souscrire.retirer"), icone: "corbeille", "aria-label": t("souscrire.retirer_nom", `${b.prenom} ${b.nom}`), action: () => (liste.splice(i, 1), dessiner()) }),
              ),
            ),
          )
        : h("p", { class: "note" }, t("souscrire.aucun_beneficiaire")),
      liste.length < produit.nombre_beneficiaires_max
        ? bouton({ texte: t("souscrire.ajouter"), icone: "plus", genre: "bleu", action: ajouter })
        : h("p", { class: "note" }, t("souscrire.complet", produit.nombre_beneficiaires_max)),
    );
  }

  function ajouter() {
    const { prenom, nom, naissance } = champsDIdentite({});
    const telephone = champ({ libelle: t("souscrire.telephone"), clavier: "telephone", facultatif: true, mise: grouperTelephone, longueur: 20 });
    let relation = "conjoint";

    function garder() {
      if (!prenom.valeur()) return exiger(prenom, t("souscrire.prenom_absent"));
      if (!nom.valeur()) return exiger(nom, t("souscrire.nom_absent"));
      const chiffres = chiffresDuTelephone(telephone.valeur());
      if (chiffres && chiffres.length !== 9) return exiger(telephone, t("commun.telephone_court"));
      const date = naissanceValide(naissance);
      if (date === undefined) return undefined;
      brouillon.beneficiaires.push({ prenom: prenom.valeur(), nom: nom.valeur(), relation, telephone: chiffres, date });
      return dessiner();
    }

    zone.replaceChildren(
      carte(
        {},
        formulaire(
          garder,
          h("div", { class: "champs" }, prenom.noeud, nom.noeud, telephone.noeud, naissance.noeud),
          choix({ nom: "relation", legende: t("souscrire.relation"), classe: "choix-pastilles", valeur: relation, options: RELATIONS.map((code) => ({ valeur: code, libelle: libelle("relations", code) })), surChange: (code) => (relation = code) }),
          h("div", { class: "actions" }, bouton({ texte: t("commun.annuler"), action: dessiner }), bouton({ texte: t("souscrire.garder"), icone: "coche", genre: "bleu", action: garder })),
        ),
      ),
    );
    prenom.entree.focus();
  }

  dessiner();
  return h(
    "div",
    { class: "colonne" },
    pas,
    titre(t("souscrire.beneficiaires"), t("souscrire.beneficiaires_texte", produit.nombre_beneficiaires_max)),
    zone,
    pied(h("div", { class: "pied-texte" }, h("span", {}, produit.nom_pass), h("span", { class: "pied-total" }, xaf(brouillon.offre.montant))), bouton({ texte: t("commun.continuer"), apres: "suite", genre: "or", action: suite })),
  );
}

async function accord({ api, aller, personne, signal }, brouillon, { pas }) {
  const { produit, offre, client } = brouillon;
  const conditions = await api.lire("souscriptions/conditions/", { signal });
  const moi = personne().client;
  const continuer = bouton({ texte: t("commun.continuer"), apres: "suite", genre: "or", action: payer });
  continuer.disabled = !brouillon.accord;
  const premiere = offre.devis.echeances[0].montant;

  function payer() {
    const corps = {
      produit: produit.code_pass,
      montant: offre.montant,
      periodicite: offre.periodicite,
      beneficiaires: brouillon.beneficiaires.map(({ date, telephone, ...b }) => ({ ...b, ...(telephone ? { telephone } : {}), ...(date ? { date_naissance: date } : {}) })),
      conditions_acceptees: true,
      version_conditions: conditions.version,
    };
    if (!api.ouverte()) {
      corps.client = { nom: client.nom, prenom: client.prenom, telephone: client.telephone, adresse: client.adresse ?? "", ...(client.date ? { date_naissance: client.date } : {}) };
    }
    return aller("payeur", {
      demande: {
        genre: "souscription",
        lignes: [{ libelle: produit.nom_pass, detail: t("produit.premier"), montant: premiere }],
        total: premiere,
        chemin: "souscriptions/",
        corps,
        telephone: api.ouverte() ? null : client.telephone,
        modifier: { brouillon, etape: 0 },
        avertissements: offre.devis.avertissements,
      },
    });
  }

  return h(
    "div",
    { class: "colonne" },
    pas,
    titre(t("souscrire.accord")),
    h(
      "div",
      { class: "deux" },
      section(
        produit.nom_pass,
        carteDeDevis(offre.devis),
        carte(
          {},
          fiche([
            [t("souscrire.souscripteur"), moi ? `${moi.prenom} ${moi.nom}` : `${client.prenom} ${client.nom}`],
            [t("souscrire.telephone"), moi ? moi.telephone : grouperTelephone(client.telephone)],
            [t("souscrire.beneficiaires"), brouillon.beneficiaires.map((b) => `${b.prenom} ${b.nom}`).join(", ") || t("souscrire.aucun")],
          ]),
        ),
      ),
      section(
        t("souscrire.conditions"),
        h("ul", { class: "conditions" }, conditions.texte.map((phrase) => h("li", { lang: "fr" }, phrase))),
        h(
          "label",
          { class: "option option-accord" },
          h("input", {
            type: "checkbox",
            checked: brouillon.accord,
            onchange(evenement) {
              brouillon.accord = evenement.target.checked;
              continuer.disabled = !brouillon.accord;
            },
          }),
          h("span", { class: "option-corps" }, h("span", { class: "option-libelle" }, t("souscrire.jaccepte"))),
          h("span", { class: "option-coche" }, icone("coche")),
        ),
      ),
    ),
    pied(h("div", { class: "pied-texte" }, h("span", {}, t("produit.premier")), h("span", { class: "pied-total" }, xaf(premiere))), continuer),
  );
}
