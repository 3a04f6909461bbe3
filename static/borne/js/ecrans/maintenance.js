// For the technician: the machine's key, checked before it is kept. Reached by five seconds on the logo, or Ctrl+Alt+M.
//
// A machine whose key the server knows opens nothing without a code of the back office: the key is what everybody's service
// depends on. One without a good key has nothing to lose, and takes one at once.

import { Panne, Refus } from "../api.js";
import { exiger } from "../beneficiaire.js";
import { avis, bouton, carte, champ, fiche, formulaire, titre, uneSeuleFois } from "../composants.js";
import { h, remplir } from "../dom.js";
import { cleDeBorne, cleGardee, garderCle } from "../machine.js";
import { avisDeRefus } from "../phrases.js";
import { t } from "../textes.js";

const CHIFFRES = 8;

export async function maintenance({ api, config, signal, partir }) {
  const zone = h("div", { class: "colonne colonne-etroite" });

  /** What the server makes of the machine's key: `borne` is empty where no key is required, null when it refuses this one. */
  async function reconnaitre() {
    try {
      return { borne: await api.lireUneFois("bornes/moi/", { signal }) };
    } catch (erreur) {
      if (signal.aborted || !(erreur instanceof Refus || erreur instanceof Panne)) throw erreur;
      return { borne: null, refus: erreur };
    }
  }

  async function commencer() {
    const { borne, refus } = await reconnaitre();
    if (refus instanceof Panne) return montrerSansReseau();
    if (borne?.code) return montrerPorte();
    return montrerCle(null, refus && cleDeBorne() ? avis("attention", refus.message) : null);
  }

  const presenter = (borne) =>
    carte(
      {},
      fiche([
        [t("maintenance.borne"), borne ? `${borne.code}, ${borne.agence}` : null],
        [t("maintenance.version"), config.version],
        [t("maintenance.ecran"), `${innerWidth} × ${innerHeight}`],
        [t("maintenance.cle"), globalThis.borne?.cle ? t("maintenance.par_coque") : t(cleDeBorne() ? "maintenance.presente" : "maintenance.absente")],
      ]),
    );

  function montrer(...contenu) {
    remplir(zone, titre(t("maintenance.titre"), t("maintenance.texte")), ...contenu);
    zone.querySelector("input, h1").focus();
  }

  function montrerSansReseau() {
    montrer(
      presenter(null),
      avis("attention", t("maintenance.hors_ligne")),
      h("div", { class: "actions" }, bouton({ texte: t("commun.reessayer"), icone: "renouveler", genre: "bleu", action: commencer })),
    );
  }

  function montrerPorte() {
    const message = h("div", { class: "messages", role: "alert" });
    const code = champ({
      libelle: t("maintenance.code"),
      aide: t("maintenance.code_texte"),
      clavier: "nombre",
      grand: true,
      longueur: CHIFFRES + 1,
      mise: (texte) => texte.replace(/\D/g, "").slice(0, CHIFFRES).replace(/^(\d{4})(?=\d)/, "$1 "),
      surSaisie: () => message.replaceChildren(),
    });
    code.entree.dataset.premier = "";
    const entrer = bouton({ texte: t("maintenance.ouvrir"), icone: "cadenas", genre: "or", action: ouvrir });

    async function ouvrir() {
      const tape = code.valeur().replace(" ", "");
      if (tape.length < CHIFFRES) return exiger(code, t("maintenance.code_court"));
      try {
        return montrerCle(await api.ouvrirMaintenance(tape, signal));
      } catch (erreur) {
        if (signal.aborted) return undefined;
        code.entree.value = "";
        code.entree.focus();
        return remplir(message, erreur instanceof Panne ? avis("attention", t("maintenance.hors_ligne")) : avisDeRefus(erreur));
      }
    }

    montrer(formulaire(() => uneSeuleFois(entrer, ouvrir), code.noeud, message, entrer));
  }

  /** `borne`: whose maintenance a code has opened; null for a machine without a good key, which has none to erase. */
  function montrerCle(borne, remarque = null) {
    const message = h("div", { class: "messages", role: "status" }, remarque);
    const cle = champ({ libelle: t("maintenance.cle"), aide: t("maintenance.cle_aide"), clavier: "cle", longueur: 80, mise: (texte) => texte.trim() });
    const garder = bouton({ texte: t("maintenance.garder"), icone: "cle", genre: "or", action: verifier });

    async function verifier() {
      const tapee = cle.valeur();
      try {
        const connue = await api.lireUneFois("bornes/moi/", { signal, entetes: tapee ? { "X-Borne-Cle": tapee } : {} });
        // What is not the key of a kiosk is not kept, even where none is required.
        if (tapee && connue.code) garderCle(tapee);
        remplir(message, avis("bien", connue.code ? t("maintenance.reconnue", connue.code, connue.agence) : t("maintenance.libre")));
      } catch (erreur) {
        if (signal.aborted) return;
        remplir(message, avis("attention", erreur instanceof Panne ? t("reseau.perdu") : erreur.message));
      }
    }

    montrer(
      presenter(borne),
      formulaire(
        () => uneSeuleFois(garder, verifier),
        cle.noeud,
        message,
        h(
          "div",
          { class: "actions" },
          garder,
          borne && cleGardee() ? bouton({ texte: t("maintenance.effacer"), icone: "corbeille", action: () => montrerEffacer(borne) }) : null,
        ),
      ),
    );
  }

  /** Erasing puts the kiosk out of service for everybody: its name is typed, so that no single touch does it. */
  function montrerEffacer(borne) {
    const nom = champ({
      libelle: t("maintenance.effacer_code", borne.code),
      clavier: "police",
      longueur: 20,
      mise: (texte) => texte.toUpperCase().replace(/[^A-Z0-9-]/g, ""),
    });
    const effacer = bouton({ texte: t("maintenance.effacer"), icone: "corbeille", action: confirmer });

    async function confirmer() {
      if (nom.valeur() !== borne.code) return exiger(nom, t("maintenance.effacer_autre", borne.code));
      garderCle("");
      return partir();
    }

    remplir(
      zone,
      titre(t("maintenance.effacer_titre")),
      avis("urgent", t("maintenance.effacer_texte", borne.code)),
      formulaire(
        () => uneSeuleFois(effacer, confirmer),
        nom.noeud,
        h("div", { class: "actions" }, bouton({ texte: t("maintenance.conserver"), genre: "or", action: () => montrerCle(borne) }), effacer),
      ),
    );
    nom.entree.focus();
  }

  await commencer();
  return zone;
}
