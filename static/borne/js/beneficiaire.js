// The form of a beneficiary, and the fields of anybody's identity.

import { Refus } from "./api.js";
import { bouton, carte, champ, choix, formulaire, uneSeuleFois } from "./composants.js";
import { h } from "./dom.js";
import { messagesParChamp } from "./erreurs.js";
import { chiffresDuTelephone, dateSaisie, grouperDate, grouperTelephone } from "./format.js";
import { avisDeRefus } from "./phrases.js";
import { libelle, t } from "./textes.js";

const RELATIONS = ["conjoint", "enfant", "parent", "fratrie", "autre"];

/** Health covers people beside the subscriber; elsewhere whoever is named receives. */
export const assureDesPersonnes = (categorie) => categorie === "sante";

export const exiger = (un, message) => {
  un.dire(message);
  un.entree.focus();
};

/** The ISO date of a field, null when it was left empty and is not `requise`, or undefined after having said what is wrong. */
export function naissanceValide(un, requise = false) {
  if (!un.valeur() && requise) return exiger(un, t("souscrire.naissance_requise"));
  if (!un.valeur()) return null;
  const iso = dateSaisie(un.valeur());
  if (iso && iso < new Date().toISOString().slice(0, 10)) return iso;
  exiger(un, t("souscrire.date_fausse"));
  return undefined;
}

/** Who: what is typed is kept in `qui` at once, so that the screen may be drawn again in another language. */
export function champsDIdentite(qui, { telephone, naissance, ...suite }) {
  const decrits = {
    prenom: { libelle: t("souscrire.prenom"), longueur: 80 },
    nom: { libelle: t("souscrire.nom"), longueur: 80 },
    telephone: { libelle: t("souscrire.telephone"), clavier: "telephone", mise: grouperTelephone, longueur: 20, ...telephone },
    naissance: { libelle: t("souscrire.naissance"), aide: t("souscrire.naissance_aide"), clavier: "date", facultatif: true, mise: grouperDate, longueur: 10, ...naissance },
    ...suite,
  };
  return Object.fromEntries(
    Object.entries(decrits).map(([nom, description]) => [nom, champ({ ...description, valeur: qui[nom] ?? "", surSaisie: (valeur) => (qui[nom] = valeur) })]),
  );
}

export const lireChamps = (champs) => Object.fromEntries(Object.entries(champs).map(([nom, un]) => [nom, un.valeur()]));

/** As the API takes them: what is optional and was not given is left out. */
export const pourLApi = ({ prenom, nom, telephone, date }) => ({
  prenom,
  nom,
  ...(telephone ? { telephone: chiffresDuTelephone(telephone) } : {}),
  ...(date ? { date_naissance: date } : {}),
});

/**
 * `qui` is filled in; `garder()` takes her once she is well written, and a refusal of the server is told at its field.
 * `dateRequise`: of whoever is insured, the birth date must be given.
 */
export function formulaireDeBeneficiaire({ qui, categorie, telephone, dateRequise, garder, annuler }) {
  const naissance = dateRequise ? { facultatif: false, aide: t("souscrire.naissance_assure") } : {};
  const champs = champsDIdentite(qui, { telephone: { facultatif: true, ...telephone }, naissance });
  const message = h("div", { class: "messages", role: "alert" });
  const enregistrer = bouton({ texte: t("souscrire.garder"), icone: "coche", genre: "or", action: valider });
  const pastilles = (nom, legende, famille, codes) =>
    choix({ nom, legende, classe: "choix-pastilles", valeur: qui[nom], options: codes.map((code) => ({ valeur: code, libelle: libelle(famille, code) })), surChange: (code) => (qui[nom] = code) });

  async function valider() {
    message.replaceChildren();
    Object.assign(qui, lireChamps(champs));
    if (!qui.prenom) return exiger(champs.prenom, t("souscrire.prenom_absent"));
    if (!qui.nom) return exiger(champs.nom, t("souscrire.nom_absent"));
    if (qui.telephone && chiffresDuTelephone(qui.telephone).length !== 9) return exiger(champs.telephone, t("commun.telephone_court"));
    qui.date = naissanceValide(champs.naissance, dateRequise && qui.role === "assure");
    if (qui.date === undefined) return undefined;
    try {
      return await garder();
    } catch (erreur) {
      if (!(erreur instanceof Refus)) throw erreur;
      const { date_naissance: date, "assures.0": assure, ...messages } = messagesParChamp(erreur);
      const naissance = date ?? assure;
      const [nom, texte] = Object.entries({ ...messages, naissance }).find(([un, dit]) => dit && champs[un]) ?? [];
      return nom ? exiger(champs[nom], texte) : message.replaceChildren(avisDeRefus(erreur));
    }
  }

  return carte(
    { class: "inscription" },
    formulaire(
      () => uneSeuleFois(enregistrer, valider),
      h("div", { class: "champs" }, Object.values(champs).map((un) => un.noeud)),
      h(
        "div",
        { class: "liens" },
        assureDesPersonnes(categorie) ? pastilles("role", t("souscrire.role"), "roles_choix", ["assure", "beneficiaire"]) : null,
        pastilles("relation", t("souscrire.relation"), "relations", RELATIONS),
      ),
      message,
      h("div", { class: "actions" }, bouton({ texte: t("commun.annuler"), action: annuler }), enregistrer),
    ),
  );
}
