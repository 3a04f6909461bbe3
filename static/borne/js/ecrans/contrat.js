// One contract: its state on one side, what it holds on the other.

import { avis, bouton, carte, etatDeCotisation, etatDePaiement, etatDuContrat, etiquette, fiche, section, somme } from "../composants.js";
import { h, icone } from "../dom.js";
import { jourLong, moisCourt, moment, xaf } from "../format.js";
import { listeDeGaranties } from "../garanties.js";
import { imprimerReleve } from "./releve.js";
import { attestationImprimable, avecLeursCodes, paiementsReunis, recuImprimable } from "../papiers.js";
import { imprimer } from "../impression.js";
import { Refus } from "../api.js";
import { phrase } from "../erreurs.js";
import { avecSommes, avisDeSituation } from "../phrases.js";
import { libelle, t } from "../textes.js";

const ONGLETS = ["echeances", "garanties", "beneficiaires", "documents"];

export async function contrat(contexte) {
  const { api, aller, params, signal } = contexte;
  const [c, options] = await Promise.all([
    api.lire(`contrats/${params.police}/`, { signal }),
    api.lire(`contrats/${params.police}/paiement/`, { signal }),
  ]);
  const peutPayer = options.libre !== null;
  const peutRenouveler = options.renouvellement !== null;

  return h(
    "div",
    { class: "page page-contrat" },
    h(
      "div",
      { class: "page-cote page-cote-gauche" },
      h(
        "section",
        { class: `couverture couverture-${c.categorie}` },
        h("div", { class: "carte-haut" }, h("span", { class: "pastille pastille-claire" }, icone(c.categorie)), etatDuContrat(c.etat_du_contrat)),
        h("h1", { tabindex: "-1" }, c.nom_produit),
        h("p", { class: "couverture-police" }, c.police),
        h("p", { class: "couverture-solde" }, somme(c.solde)),
        h("p", { class: "couverture-texte" }, libelle("contrat.solde", c.categorie)),
      ),
      avisDeSituation(c.situation, c.nom_produit),
      carte(
        {},
        fiche([
          [t("contrat.prime"), somme(c.prime)],
          [t("contrat.rythme"), libelle("periodicites", c.periodicite)],
          [t("contrat.couvert"), c.date_effet ? t("contrat.du_au", jourLong(c.date_effet), jourLong(c.dernier_jour_couvert)) : ""],
          [t("contrat.total_paye"), somme(c.total_paye)],
          [t("contrat.reste"), somme(c.reste_a_payer)],
          [t("contrat.avoir"), c.avoir ? somme(c.avoir) : ""],
        ]),
      ),
      h(
        "div",
        { class: "actions" },
        peutPayer ? bouton({ texte: t("accueil.payer"), icone: "payer", genre: "or", action: () => aller("payer", { police: c.police }) }) : null,
        peutRenouveler ? bouton({ texte: t("accueil.renouveler"), icone: "renouveler", genre: peutPayer ? "clair" : "or", action: () => aller("renouveler", { police: c.police }) }) : null,
      ),
    ),
    h("div", { class: "page-principale" }, onglets(contexte, c)),
  );
}

function onglets(contexte, c) {
  const { params } = contexte;
  const panneau = h("div", { class: "panneau", role: "tabpanel", id: "panneau", tabindex: "0" });
  const contenus = { echeances: () => chronologie(c), garanties: () => listeDeGaranties(c.garanties), beneficiaires: () => beneficiaires(contexte, c), documents: () => documents(contexte, c) };
  const boutons = ONGLETS.map((nom) =>
    h("button", { type: "button", role: "tab", class: "onglet", id: `onglet-${nom}`, "aria-controls": "panneau", onclick: () => ouvrir(nom) }, t(`contrat.${nom}`)),
  );

  function ouvrir(nom) {
    params.onglet = nom;
    for (const [i, un] of boutons.entries()) {
      un.setAttribute("aria-selected", String(ONGLETS[i] === nom));
      un.tabIndex = ONGLETS[i] === nom ? 0 : -1;
    }
    panneau.setAttribute("aria-labelledby", `onglet-${nom}`);
    panneau.replaceChildren(contenus[nom]());
  }

  const barre = h(
    "div",
    {
      class: "onglets",
      role: "tablist",
      "aria-label": c.nom_produit,
      onkeydown(evenement) {
        const pas = { ArrowRight: 1, ArrowLeft: -1 }[evenement.key];
        if (!pas) return;
        const suivant = (ONGLETS.indexOf(params.onglet) + pas + ONGLETS.length) % ONGLETS.length;
        ouvrir(ONGLETS[suivant]);
        boutons[suivant].focus();
      },
    },
    boutons,
  );
  ouvrir(params.onglet ?? "echeances");
  return [barre, panneau];
}

/** The instalments of the period as a line of time: paid behind, today, to come ahead. */
function chronologie(c) {
  if (!c.cotisations.length) return h("p", { class: "note" }, t("contrat.aucune_echeance"));
  const payees = c.cotisations.filter(({ statut }) => statut === "payee").length;
  return h(
    "div",
    {},
    h(
      "div",
      { class: "progres" },
      h("p", {}, t("contrat.progres", payees, c.cotisations.length)),
      h("div", { class: "jauge", "aria-hidden": "true", variables: { "--part": `${(100 * payees) / c.cotisations.length}%` } }),
    ),
    h(
      "ol",
      { class: "chronologie" },
      c.cotisations.map((e) =>
        h(
          "li",
          { class: `echeance echeance-${e.statut}` },
          h("span", { class: "echeance-point" }, e.statut === "payee" ? icone("coche") : String(e.numero)),
          h("span", { class: "echeance-corps" }, h("b", {}, jourLong(e.date_echeance)), h("small", {}, t("contrat.couvre", moisCourt(e.date_debut), moisCourt(e.dernier_jour_couvert)))),
          h(
            "span",
            { class: "echeance-fin" },
            somme(e.montant),
            etatDeCotisation(e.statut),
            e.montant_paye && e.reste_a_payer ? h("small", {}, t("contrat.reste_echeance", xaf(e.reste_a_payer))) : null,
          ),
        ),
      ),
    ),
  );
}

function beneficiaires({ aller }, c) {
  return h(
    "div",
    {},
    c.beneficiaires.length
      ? h(
          "ul",
          { class: "liste liste-grande" },
          c.beneficiaires.map((b) =>
            h(
              "li",
              {},
              h("span", { class: "rang" }, String(b.ordre_priorite)),
              h("span", { class: "liste-corps" }, h("b", {}, `${b.prenom} ${b.nom}`), h("small", {}, [libelle("relations", b.relation), b.telephone].filter(Boolean).join(" · "))),
              h("span", { class: "liste-fin" }, etiquette("gris", libelle("roles", b.role))),
            ),
          ),
        )
      : h("p", { class: "note" }, t("contrat.aucun_beneficiaire")),
    h(
      "div",
      { class: "actions" },
      bouton({ texte: t("contrat.beneficiaires_changer"), icone: "modifier", genre: "bleu", action: () => aller("beneficiaires", { numero: c.numero_souscription, categorie: c.categorie }) }),
    ),
  );
}

function documents(contexte, c) {
  const payes = c.derniers_paiements.filter(({ statut }) => statut === "succes");
  const refus = h("div", { class: "messages", role: "alert" });

  async function imprimerAttestation() {
    refus.replaceChildren();
    try {
      const attestation = await contexte.api.lire(`clients/${c.police}/attestation/?format=json`, { signal: contexte.signal });
      await imprimer("a4", attestationImprimable(attestation));
    } catch (erreur) {
      if (!(erreur instanceof Refus)) throw erreur;
      refus.replaceChildren(avis("attention", avecSommes(phrase(erreur))));
    }
  }

  return h(
    "div",
    {},
    section(
      t("contrat.attestation_titre"),
      h("p", { class: "note" }, t("contrat.attestation_texte")),
      refus,
      h("div", { class: "actions" }, bouton({ texte: t("contrat.attestation_imprimer"), icone: "imprimer", genre: "bleu", action: imprimerAttestation })),
    ),
    section(
      t("contrat.releve_titre"),
      h("p", { class: "note" }, t("contrat.releve_texte")),
      h(
        "div",
        { class: "actions" },
        bouton({ texte: t("releve.voir"), icone: "document", action: () => contexte.aller("releve", { contrat: c.police }) }),
        bouton({ texte: t("releve.imprimer"), icone: "imprimer", action: () => imprimerReleve(contexte, { contrat: c.police }) }),
      ),
    ),
    payes.length
      ? section(
          t("contrat.recus"),
          h(
            "ul",
            { class: "liste" },
            payes.map((p) =>
              h(
                "li",
                {},
                h("span", { class: "liste-corps" }, h("b", {}, somme(p.montant)), h("small", {}, `${moment(p.date_confirmation)} · ${p.mode_paiement}`)),
                h(
                  "span",
                  { class: "liste-fin liste-fin-ligne" },
                  etatDePaiement(p.statut),
                  bouton({
                    texte: t("recu.imprimer_court"),
                    icone: "imprimer",
                    "aria-label": t("recu.imprimer_celui", moment(p.date_confirmation)),
                    async action() {
                      const suivi = await contexte.api.lire(`paiements/${p.numero_transaction}/`, { signal: contexte.signal });
                      const reunis = await paiementsReunis(contexte, suivi);
                      await imprimer("recu", recuImprimable(suivi, await avecLeursCodes(contexte, reunis)));
                    },
                  }),
                ),
              ),
            ),
          ),
        )
      : null,
  );
}
