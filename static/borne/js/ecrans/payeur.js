// Which phone pays. The last screen before the demand leaves: it says all that will happen.

import { avis, bouton, champ, choix, etiquette, formulaire, pied, section, titre } from "../composants.js";
import { h, icone } from "../dom.js";
import { messagesParChamp } from "../erreurs.js";
import { chiffresDuTelephone, grouperTelephone, xaf } from "../format.js";
import { recapitulatif } from "../phrases.js";
import { t } from "../textes.js";

/** `params.demande`: what is paid; `params.refus`: why the server refused this phone. */
export async function payeur(contexte) {
  const { api, aller, params, personne, signal } = contexte;
  const { demande } = params;
  const connu = demande.telephone ?? null;
  const propre = personne().client?.telephone ?? (connu ? grouperTelephone(connu) : null);
  const operateurs = await api.lire("paiements/operateurs/", { signal });
  const saisie = (params.payeur ??= { autre: false, telephone: "", operateur: null });
  if (params.refus?.champs.telephone || ["operateur_indisponible", "payeur_deja_sollicite"].includes(params.refus?.code)) saisie.autre = true;

  const zone = h("div", { class: "autre-numero" });
  const message = h("div", { class: "messages", role: "alert" });
  const payerBouton = bouton({ texte: t("payeur.payer", xaf(demande.total)), icone: "cadenas", genre: "or", action: envoyer });
  const numero = champ({
    libelle: t("payeur.numero"),
    clavier: "telephone",
    grand: true,
    longueur: 20,
    valeur: grouperTelephone(saisie.telephone),
    mise: grouperTelephone,
    surSaisie: chercher,
  });
  const operateur = h("div", { class: "operateurs" });

  async function chercher() {
    message.replaceChildren();
    const telephone = chiffresDuTelephone(numero.valeur());
    if (telephone === saisie.telephone) return;
    Object.assign(saisie, { telephone, operateur: null });
    operateur.replaceChildren();
    if (telephone.length !== 9) return;
    try {
      const trouve = await api.calculer("paiements/detecter-operateur/", { telephone }, { signal });
      if (saisie.telephone !== telephone) return;
      saisie.operateur = trouve.operateur;
      montrerOperateurs();
      if (saisie.operateur) message.replaceChildren(...operateurFerme());
    } catch (erreur) {
      if (signal.aborted) return;
      numero.dire(messagesParChamp(erreur).telephone ?? t("commun.telephone_faux"));
    }
  }

  function montrerOperateurs() {
    operateur.replaceChildren(
      choix({
        nom: "operateur",
        legende: t("payeur.operateur"),
        classe: "choix-pastilles",
        valeur: saisie.operateur,
        options: operateurs.map((un) => ({ valeur: un.code, libelle: un.nom, detail: un.disponible ? null : t("payeur.bientot"), inerte: !un.disponible })),
        surChange: (valeur) => ((saisie.operateur = valeur), message.replaceChildren()),
      }),
    );
  }

  /** What to say of an operator who does not serve here yet: at once, before she presses the button. */
  function operateurFerme() {
    const choisi = operateurs.find(({ code }) => code === saisie.operateur);
    return choisi?.disponible ? [] : [avis("attention", t("payeur.operateur_ferme", choisi?.nom ?? t("payeur.cet_operateur")))];
  }

  function montrerZone() {
    zone.replaceChildren(...(saisie.autre || !propre ? [formulaire(() => payerBouton.click(), numero.noeud, operateur)] : []));
    if (saisie.autre || !propre) {
      if (saisie.telephone.length === 9) montrerOperateurs();
      if (zone.isConnected) numero.entree.focus();
    }
  }

  function envoyer() {
    const corps = { ...demande.corps };
    if (saisie.autre || !propre) {
      if (saisie.telephone.length !== 9) return numero.dire(t("commun.telephone_court")), numero.entree.focus();
      const refus = operateurFerme();
      if (refus.length) return message.replaceChildren(...refus);
      Object.assign(corps, { telephone: saisie.telephone, operateur: saisie.operateur });
    }
    // The key is drawn here, before anything leaves, and kept until an answer is known: sent twice, it pays once.
    return aller("suivi", { demande: { ...demande, corps, cle: crypto.randomUUID(), payeur: saisie } }, { remplacer: true });
  }

  montrerZone();
  if (params.refus) message.replaceChildren(avis("attention", params.refus.phrase));
  return h(
    "div",
    { class: "colonne" },
    titre(t("payeur.titre"), t("payeur.texte")),
    h(
      "div",
      { class: "deux deux-inverses" },
      h(
        "div",
        {},
        propre
          ? choix({
              nom: "numero",
              legende: t("payeur.titre"),
              visible: false,
              classe: "choix-numero",
              valeur: saisie.autre ? "autre" : "mien",
              options: [
                { valeur: "mien", libelle: t("payeur.le_mien"), detail: propre },
                { valeur: "autre", libelle: t("payeur.un_autre"), detail: t("payeur.un_autre_texte") },
              ],
              surChange(valeur) {
                saisie.autre = valeur === "autre";
                message.replaceChildren();
                montrerZone();
              },
            })
          : null,
        zone,
        message,
        h("p", { class: "note note-icone" }, icone("cadenas"), t("payeur.pin")),
      ),
      section(t("payeur.resume"), recapitulatif(demande.lignes, demande.total), demande.avertissements?.map((texte) => h("p", {}, etiquette("attention", texte)))),
    ),
    pied(h("div", { class: "pied-texte" }, h("span", {}, t("commun.total")), h("span", { class: "pied-total" }, xaf(demande.total))), payerBouton),
  );
}
