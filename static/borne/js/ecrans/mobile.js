// The number to which NSIA sends the client's money.

import { Refus } from "../api.js";
import { exiger } from "../beneficiaire.js";
import { avis, bouton, carte, champ, fiche, formulaire, titre, uneSeuleFois } from "../composants.js";
import { h, icone, remplir } from "../dom.js";
import { messagesParChamp } from "../erreurs.js";
import { chiffresDuTelephone, grouperTelephone } from "../format.js";
import { avisDeRefus } from "../phrases.js";
import { t } from "../textes.js";
import { demanderCode } from "./code.js";

/** `params`: `saisi`, what is typed; `fait`: it has just been changed. */
export async function mobile(contexte) {
  const { api, params, personne, signal } = contexte;
  const chemin = `clients/${personne().police}/mobile-money/`;
  const actuel = await api.lire(chemin, { signal });
  const message = h("div", { class: "messages", role: "alert" });
  const numero = champ({
    libelle: t("mobile.nouveau"),
    aide: t("connexion.telephone_aide"),
    clavier: "telephone",
    grand: true,
    longueur: 20,
    valeur: params.saisi ?? "",
    mise: grouperTelephone,
    surSaisie: (valeur) => (params.saisi = valeur),
  });
  if (!params.fait) numero.entree.dataset.premier = "";
  const changer = bouton({ texte: t("mobile.changer"), apres: "suite", genre: "or", classe: "bouton-large", action: envoyer });

  async function envoyer() {
    message.replaceChildren();
    const telephone = chiffresDuTelephone(numero.valeur());
    if (telephone.length !== 9) return exiger(numero, t("commun.telephone_court"));
    try {
      return await demanderCode(contexte, {
        methode: "PUT",
        chemin,
        corps: { telephone },
        quoi: () => t("mobile.quoi", grouperTelephone(telephone)),
        surFait: () => Object.assign(params, { saisi: "", fait: true }),
        retours: 1,
      });
    } catch (erreur) {
      if (!(erreur instanceof Refus)) throw erreur;
      const dit = messagesParChamp(erreur).telephone;
      return dit ? exiger(numero, dit) : remplir(message, avisDeRefus(erreur));
    }
  }

  return h(
    "div",
    { class: "colonne colonne-etroite" },
    titre(t("mobile.titre"), t("mobile.texte")),
    params.fait ? h("div", { role: "status" }, avis("bien", t("mobile.fait"))) : null,
    carte({}, fiche([[t("mobile.actuel"), actuel.telephone || t("mobile.aucun")], [t("payeur.operateur"), actuel.operateur_affiche]])),
    formulaire(() => uneSeuleFois(changer, envoyer), numero.noeud, message, changer),
    h("p", { class: "note note-icone" }, icone("cadenas"), h("span", {}, t("mobile.code"))),
  );
}
