// For the technician: the machine's key, checked before it is kept. Reached by five seconds on the logo, or Ctrl+Alt+M.

import { avis, bouton, carte, champ, fiche, formulaire, titre, uneSeuleFois } from "../composants.js";
import { h } from "../dom.js";
import { Panne } from "../api.js";
import { cleDeBorne, garderCle } from "../machine.js";
import { t } from "../textes.js";

export async function maintenance({ api, config, signal, partir }) {
  const message = h("div", { class: "messages", role: "status" });
  const cle = champ({ libelle: t("maintenance.cle"), aide: t("maintenance.cle_aide"), clavier: "cle", longueur: 80, mise: (texte) => texte.trim() });
  const garder = bouton({ texte: t("maintenance.garder"), icone: "cle", genre: "or", action: verifier });

  async function verifier() {
    const avant = cleDeBorne();
    garderCle(cle.valeur() || avant);
    try {
      const borne = await api.lireUneFois("bornes/moi/", { signal });
      message.replaceChildren(avis("bien", borne.code ? t("maintenance.reconnue", borne.code, borne.agence) : t("maintenance.libre")));
    } catch (erreur) {
      if (signal.aborted) return;
      garderCle(avant);
      message.replaceChildren(avis("attention", erreur instanceof Panne ? t("reseau.perdu") : erreur.message));
    }
  }

  return h(
    "div",
    { class: "colonne colonne-etroite" },
    titre(t("maintenance.titre"), t("maintenance.texte")),
    carte(
      {},
      fiche([
        [t("maintenance.version"), config.version],
        [t("maintenance.ecran"), `${innerWidth} × ${innerHeight}`],
        [t("maintenance.cle"), globalThis.borne?.cle ? t("maintenance.par_coque") : t(cleDeBorne() ? "maintenance.presente" : "maintenance.absente")],
      ]),
    ),
    formulaire(() => uneSeuleFois(garder, verifier), cle.noeud, message, h("div", { class: "actions" }, garder, bouton({ texte: t("maintenance.effacer"), icone: "corbeille", action: () => (garderCle(""), partir()) }))),
  );
}
