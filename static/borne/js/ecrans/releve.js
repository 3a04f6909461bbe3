// The statement: instalments and payments, on the screen by pages, on paper whole.

import { bouton, carte, choix, etatDeCotisation, etatDePaiement, section, somme, squelette, titre } from "../composants.js";
import { h } from "../dom.js";
import { jourCourt, moment } from "../format.js";
import { imprimer } from "../impression.js";
import { releveImprimable } from "../papiers.js";
import { t } from "../textes.js";

const PAGE = 12;
const PAGE_IMPRIMEE = 100;

export async function releve(contexte) {
  const { api, params, personne, signal } = contexte;
  const { police } = personne();
  const { contrats } = await api.lire(`clients/${police}/dashboard/`, { signal });
  const noms = Object.fromEntries(contrats.map((c) => [c.police, c.nom_produit]));
  const corps = h("div", { class: "releve-corps" });

  let demande = 0;
  async function montrer() {
    const mienne = (demande += 1);
    corps.replaceChildren(squelette());
    const premiere = await api.lire(adresse(police, params.contrat, PAGE), { signal });
    if (mienne !== demande) return;
    corps.replaceChildren(
      h(
        "div",
        { class: "totaux" },
        [
          ["releve.prevu", premiere.totaux.montant],
          ["releve.paye", premiere.totaux.montant_paye],
          ["releve.reste", premiere.totaux.reste_a_payer],
        ].map(([nom, valeur]) => carte({ class: "total" }, h("span", {}, t(nom)), somme(valeur))),
      ),
      h(
        "div",
        { class: "deux" },
        section(t("releve.echeances"), listeLongue(api, signal, premiere, (page) => page, (e) => ligneDEcheance(e, noms))),
        section(t("releve.paiements"), listeLongue(api, signal, premiere.paiements, (page) => page.paiements, (p) => ligneDePaiement(p, noms))),
      ),
    );
  }

  await montrer();
  return h(
    "div",
    { class: "colonne colonne-large" },
    h(
      "div",
      { class: "titre-actions" },
      titre(t("releve.titre"), t("releve.texte")),
      bouton({ texte: t("releve.imprimer"), icone: "imprimer", genre: "bleu", action: () => imprimerReleve(contexte, params) }),
    ),
    contrats.length > 1
      ? choix({
          nom: "contrat",
          legende: t("releve.contrat"),
          visible: false,
          classe: "choix-pastilles",
          valeur: params.contrat ?? "",
          options: [{ valeur: "", libelle: t("releve.tous") }, ...contrats.map((c) => ({ valeur: c.police, libelle: c.nom_produit, detail: c.police }))],
          surChange: (valeur) => ((params.contrat = valeur), montrer()),
        })
      : null,
    corps,
  );
}

function adresse(police, contrat, taille) {
  const filtres = new URLSearchParams({ page_size: taille, paiements_page_size: taille, ...(contrat ? { contrat } : {}) });
  return `clients/${police}/cotisations/?${filtres}`;
}

/** The API gives whole addresses; the page asks its own server only. */
const suite = (url) => url.slice(url.indexOf("/api/v1/") + "/api/v1/".length);

function listeLongue(api, signal, premiere, extraire, ligne) {
  const liste = h("ul", { class: "liste" }, premiere.results.map(ligne));
  let suivante = premiere.next;
  const plus = bouton({
    texte: t("commun.plus"),
    async action() {
      const page = extraire(await api.lire(suite(suivante), { signal }));
      liste.append(...page.results.map(ligne));
      suivante = page.next;
      if (!suivante) plus.remove();
    },
  });
  if (!premiere.results.length) return h("p", { class: "note" }, t("releve.rien"));
  return h("div", {}, liste, suivante ? plus : null);
}

const ligneDEcheance = (e, noms) =>
  h(
    "li",
    {},
    h("span", { class: "liste-corps" }, h("b", {}, jourCourt(e.date_echeance)), h("small", {}, noms[e.police] ?? e.police)),
    h("span", { class: "liste-fin" }, somme(e.montant), etatDeCotisation(e.statut)),
  );

const ligneDePaiement = (p, noms) =>
  h(
    "li",
    {},
    h("span", { class: "liste-corps" }, h("b", {}, moment(p.date_demande)), h("small", {}, `${noms[p.police] ?? p.police} · ${p.mode_paiement}`)),
    h("span", { class: "liste-fin" }, somme(p.montant), etatDePaiement(p.statut)),
  );

async function toutes(api, signal, premiere, extraire) {
  const lignes = [...premiere.results];
  for (let suivante = premiere.next; suivante; ) {
    const page = extraire(await api.lire(suite(suivante), { signal }));
    lignes.push(...page.results);
    suivante = page.next;
  }
  return lignes;
}

/** The whole statement of `contrat`, or of all, goes to the printer. */
export async function imprimerReleve({ api, personne, signal }, { contrat }) {
  const { police } = personne();
  const [tableau, premiere] = await Promise.all([
    api.lire(`clients/${police}/dashboard/`, { signal }),
    api.lire(adresse(police, contrat, PAGE_IMPRIMEE), { signal }),
  ]);
  const contrats = tableau.contrats.filter((c) => !contrat || c.police === contrat);
  await imprimer(
    "a4",
    releveImprimable({
      client: tableau.client,
      date: tableau.date,
      contrats,
      totaux: premiere.totaux,
      echeances: await toutes(api, signal, premiere, (page) => page),
      paiements: await toutes(api, signal, premiere.paiements, (page) => page.paiements),
    }),
  );
}
