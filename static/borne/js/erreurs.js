// What a person reads when something was refused.

import { Refus } from "./api.js";
import { langue, t } from "./textes.js";
import francais from "../langues/fr.js";

/** The server's own French sentence; in another language ours for that code, when there is one. */
export function phrase(erreur) {
  if (!(erreur instanceof Refus)) return t("erreurs.imprevue");
  const connue = erreur.code in francais.erreurs;
  if (langue() !== "fr" && connue) return t(`erreurs.${erreur.code}`);
  return erreur.message || (connue ? t(`erreurs.${erreur.code}`) : t("erreurs.imprevue"));
}

/** The first message of each field, by its name in the request. */
export const messagesParChamp = (erreur) =>
  Object.fromEntries(Object.entries(erreur?.champs ?? {}).map(([champ, messages]) => [champ, messages[0]]));
