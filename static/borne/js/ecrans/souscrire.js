// Subscribe in three steps: who, for whom, agreed. Then she pays like anyone else.

import { assureDesPersonnes, champsDIdentite, exiger, formulaireDeBeneficiaire, lireChamps, naissanceValide, pourLApi } from "../beneficiaire.js";
import { Refus } from "../api.js";
import { bouton, carte, etiquette, fiche, formulaire, pied, section, titre, uneSeuleFois } from "../composants.js";
import { h, icone } from "../dom.js";
import { phrase } from "../erreurs.js";
import { chiffresDuTelephone, xaf } from "../format.js";
import { anneesDAge } from "../garanties.js";
import { carteDeDevis, verifierAges } from "./produit.js";
import { libelle, t } from "../textes.js";

const ROLES = { assure: "souscrire.assures", beneficiaire: "souscrire.beneficiaires" };

/** `params`: {brouillon, etape} within a subscription, {produit, offre} to begin one. */
export async function souscrire(contexte) {
  const { params } = contexte;
  params.brouillon ??= { produit: params.produit, offre: params.offre, client: {}, beneficiaires: [], inscription: null, accord: false };
  // Of a client who is logged in, only the birth date may be missing, and the quote says so.
  const connue = params.brouillon.offre.devis.date_naissance_requise ? [naissance, beneficiaires, accord] : [beneficiaires, accord];
  const etapes = contexte.api.ouverte() ? connue : [identite, beneficiaires, accord];
  params.etape ??= 0;
  const rang = Math.min(params.etape, etapes.length - 1);
  return etapes[rang](contexte, params.brouillon, {
    pas: h("p", { class: "pas" }, t("souscrire.pas", rang + 1, etapes.length), h("span", { class: "jauge", "aria-hidden": "true", variables: { "--part": `${(100 * (rang + 1)) / etapes.length}%` } })),
    suite: () => contexte.aller("souscrire", { brouillon: params.brouillon, etape: rang + 1 }),
  });
}

/** The field of the subscriber's birth date, and how it is judged: the server compares it with the limits of the guarantees. */
function dateDuSouscripteur(contexte, { produit, offre, client }) {
  const requise = produit.date_naissance_requise;
  return {
    description: requise ? { facultatif: false, aide: t("souscrire.naissance_ages", anneesDAge(produit.age_min, produit.age_max)) } : {},
    async convient(entree) {
      client.date = naissanceValide(entree, requise);
      if (!client.date) return client.date === null;
      try {
        await verifierAges(contexte, { produit, offre }, { date_naissance: client.date });
        return true;
      } catch (erreur) {
        if (!(erreur instanceof Refus)) throw erreur;
        exiger(entree, phrase(erreur));
        return false;
      }
    },
  };
}

async function naissance(contexte, brouillon, { pas, suite }) {
  const date = dateDuSouscripteur(contexte, brouillon);
  const { naissance: entree } = champsDIdentite(brouillon.client, { naissance: date.description });
  entree.entree.dataset.premier = "";
  const bon = bouton({ texte: t("commun.continuer"), apres: "suite", genre: "or", action: continuer });

  async function continuer() {
    return (await date.convient(entree)) ? suite() : undefined;
  }

  return h(
    "div",
    { class: "colonne" },
    pas,
    titre(t("souscrire.naissance"), t("souscrire.naissance_texte")),
    formulaire(() => uneSeuleFois(bon, continuer), h("div", { class: "champs" }, entree.noeud)),
    pied(h("div", { class: "pied-texte" }, h("span", {}, brouillon.produit.nom_pass), h("span", { class: "pied-total" }, xaf(brouillon.offre.montant))), bon),
  );
}

async function identite(contexte, brouillon, { pas, suite }) {
  const { client } = brouillon;
  const date = dateDuSouscripteur(contexte, brouillon);
  const champs = champsDIdentite(client, {
    naissance: date.description,
    telephone: { aide: t("souscrire.telephone_aide") },
    adresse: { libelle: t("souscrire.adresse"), facultatif: true, longueur: 200 },
  });
  champs.prenom.entree.dataset.premier = "";

  const bon = bouton({ texte: t("commun.continuer"), apres: "suite", genre: "or", action: continuer });

  async function continuer() {
    Object.assign(client, lireChamps(champs));
    if (!client.prenom) return exiger(champs.prenom, t("souscrire.prenom_absent"));
    if (!client.nom) return exiger(champs.nom, t("souscrire.nom_absent"));
    if (chiffresDuTelephone(client.telephone).length !== 9) return exiger(champs.telephone, t("commun.telephone_court"));
    return (await date.convient(champs.naissance)) ? suite() : undefined;
  }

  return h(
    "div",
    { class: "colonne" },
    pas,
    titre(t("souscrire.identite"), t("souscrire.identite_texte")),
    formulaire(() => uneSeuleFois(bon, continuer), h("div", { class: "champs" }, Object.values(champs).map((un) => un.noeud))),
    pied(h("div", { class: "pied-texte" }, h("span", {}, brouillon.produit.nom_pass), h("span", { class: "pied-total" }, xaf(brouillon.offre.montant))), bon),
  );
}

async function beneficiaires(contexte, brouillon, { pas, suite }) {
  const { produit } = brouillon;
  const zone = h("div", { class: "beneficiaires" });
  const barre = pied(h("div", { class: "pied-texte" }, h("span", {}, produit.nom_pass), h("span", { class: "pied-total" }, xaf(brouillon.offre.montant))), bouton({ texte: t("commun.continuer"), apres: "suite", genre: "or", action: suite }));

  function dessiner() {
    // One thing at a time: while somebody is being written down, the way on is to write her down.
    barre.hidden = Boolean(brouillon.inscription);
    if (brouillon.inscription) return zone.replaceChildren(inscrire());
    const liste = brouillon.beneficiaires;
    return zone.replaceChildren(
      liste.length ? h("ul", { class: "liste liste-grande" }, liste.map(ligne)) : h("p", { class: "note" }, t("souscrire.aucun_beneficiaire")),
      liste.length < produit.nombre_beneficiaires_max
        ? bouton({ texte: t("souscrire.ajouter"), icone: "plus", genre: "bleu", action: ajouter })
        : h("p", { class: "note" }, t("souscrire.complet", produit.nombre_beneficiaires_max)),
    );
  }

  function ligne(b, i) {
    return h(
      "li",
      {},
      h("span", { class: "rang" }, String(i + 1)),
      h("span", { class: "liste-corps" }, h("b", {}, `${b.prenom} ${b.nom}`), h("small", {}, [libelle("relations", b.relation), b.telephone].filter(Boolean).join(" · "))),
      assureDesPersonnes(produit.categorie) ? h("span", { class: "liste-fin" }, etiquette(b.role === "assure" ? "info" : "gris", libelle("roles", b.role))) : null,
      bouton({ texte: t("souscrire.retirer"), icone: "corbeille", "aria-label": t("souscrire.retirer_nom", `${b.prenom} ${b.nom}`), action: () => (brouillon.beneficiaires.splice(i, 1), dessiner()) }),
    );
  }

  /** The form of one person, kept in the draft until she is written down or given up. */
  function inscrire() {
    const qui = brouillon.inscription;
    const fermer = () => ((brouillon.inscription = null), dessiner());
    const dateRequise = produit.date_naissance_requise && assureDesPersonnes(produit.categorie);
    const garder = async () => {
      if (qui.role === "assure" && qui.date) await verifierAges(contexte, brouillon, { assures: [qui.date] });
      brouillon.beneficiaires.push(qui);
      fermer();
    };
    return formulaireDeBeneficiaire({ qui, categorie: produit.categorie, dateRequise, garder, annuler: fermer });
  }

  function ajouter() {
    brouillon.inscription = { relation: "conjoint", role: assureDesPersonnes(produit.categorie) ? "assure" : "beneficiaire" };
    dessiner();
    zone.querySelector("input").focus();
  }

  dessiner();
  if (brouillon.inscription) zone.querySelector("input").dataset.premier = "";
  return h("div", { class: "colonne" }, pas, titre(t("souscrire.beneficiaires"), t(`souscrire.beneficiaires_${produit.categorie}`, produit.nombre_beneficiaires_max)), zone, barre);
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
      beneficiaires: brouillon.beneficiaires.map((b) => ({ ...pourLApi(b), relation: b.relation, role: b.role })),
      conditions_acceptees: true,
      version_conditions: conditions.version,
    };
    if (!api.ouverte()) {
      corps.client = { ...pourLApi(client), adresse: client.adresse };
    } else if (client.date) {
      corps.date_naissance = client.date;
    }
    return aller("payeur", {
      demande: {
        genre: "souscription",
        lignes: [{ libelle: produit.nom_pass, detail: t("produit.premier"), montant: premiere }],
        total: premiere,
        chemin: "souscriptions/",
        corps,
        telephone: api.ouverte() ? null : chiffresDuTelephone(client.telephone),
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
            [t("souscrire.telephone"), moi ? moi.telephone : client.telephone],
            ...Object.entries(ROLES).map(([role, nom]) => [t(nom), brouillon.beneficiaires.filter((b) => b.role === role).map((b) => `${b.prenom} ${b.nom}`).join(", ")]),
            [t("souscrire.beneficiaires"), brouillon.beneficiaires.length ? null : t("souscrire.aucun")],
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
