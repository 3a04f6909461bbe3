// The API as the page needs it. The tokens live in this closure and nowhere else.

import { attendre } from "./dom.js";

const RACINE = "/api/v1/";
const DELAI_MS = 15_000;
const REPRISES_MS = [1_000, 2_000, 3_000, 5_000];
// Out of order, and no repetition brings it back: told, not tried again.
const SANS_REPRISE = new Set(["sms_indisponible"]);

/** A refusal that the server explained: `detail` is for people, `code` for programs. */
export class Refus extends Error {
  constructor(statut, corps, attente) {
    super(corps.detail ?? "");
    Object.assign(this, { statut, code: corps.code ?? "", champs: corps.champs ?? {}, attente });
  }
}

/** No answer, or none that could be used: what was asked may or may not have happened. */
export class Panne extends Error {}

/**
 * `entetesDeBorne()`: what identifies the machine. `surReseau(vrai)`: the server answers, or no longer does.
 * `surFin(motif)`: the session is over, and it was not the page that ended it.
 */
export function creerApi({ entetesDeBorne, surReseau, surFin }) {
  let acces = null;
  let rafraichissement = null;
  let minuterie = null;
  let enCours = null;
  let debut = 0;
  let avance = 0;

  async function appeler(methode, chemin, { corps, entetes = {}, signal, porteur = true, keepalive = false } = {}) {
    const delai = AbortSignal.timeout(DELAI_MS);
    let reponse;
    let contenu = null;
    try {
      reponse = await fetch(RACINE + chemin, {
        method: methode,
        headers: {
          Accept: "application/json",
          ...(corps === undefined ? {} : { "Content-Type": "application/json" }),
          ...(porteur && acces ? { Authorization: `Bearer ${acces}` } : {}),
          ...entetesDeBorne(),
          ...entetes,
        },
        body: corps === undefined ? undefined : JSON.stringify(corps),
        signal: signal ? AbortSignal.any([signal, delai]) : delai,
        keepalive,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
      });
      if (reponse.status !== 204) contenu = await reponse.json();
    } catch (erreur) {
      if (signal?.aborted) throw signal.reason;
      surReseau(false);
      throw new Panne(erreur.message);
    }
    const date = Date.parse(reponse.headers.get("Date"));
    if (date) avance = Date.now() - date;
    if (reponse.status >= 500 && !SANS_REPRISE.has(contenu?.code)) {
      surReseau(false);
      throw new Panne(String(reponse.status));
    }
    surReseau(true);
    if (reponse.ok) return contenu;
    throw new Refus(reponse.status, contenu ?? {}, Number(reponse.headers.get("Retry-After")) || 0);
  }

  function garder({ tokens }) {
    acces = tokens.access;
    rafraichissement = tokens.refresh;
    const { iat, exp } = JSON.parse(atob(acces.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    clearTimeout(minuterie);
    // Renewed well before its end, by the token's own length and not by this machine's clock: whoever leaves, at any
    // moment, leaves with a token that can still close the session.
    minuterie = setTimeout(() => rafraichir().catch(() => {}), Math.max(5, (exp - iat) * 0.6) * 1000);
  }

  function entrer(reponse) {
    garder(reponse);
    return { client: reponse.client, contrat: reponse.contrat };
  }

  function oublier() {
    clearTimeout(minuterie);
    acces = rafraichissement = enCours = null;
    debut += 1;
  }

  /** One at a time: a refresh token shown twice closes the session. */
  function rafraichir() {
    const mienne = debut;
    enCours ??= (async () => {
      try {
        const reponse = await appeler("POST", "auth/refresh/", { corps: { refresh: rafraichissement }, porteur: false });
        if (mienne === debut) garder(reponse);
      } finally {
        if (mienne === debut) enCours = null;
      }
    })();
    return enCours;
  }

  /** As `appeler`, within the session: an access token that ran out is renewed once. */
  async function demander(methode, chemin, options = {}) {
    const mienne = debut;
    try {
      return await appeler(methode, chemin, options);
    } catch (erreur) {
      if (!(erreur instanceof Refus) || erreur.statut !== 401 || !acces || mienne !== debut) throw erreur;
      try {
        if (erreur.code !== "jeton_invalide") throw erreur;
        await rafraichir();
        return await appeler(methode, chemin, options);
      } catch (seconde) {
        if (seconde instanceof Refus && seconde.statut === 401 && mienne === debut) {
          oublier();
          surFin(seconde);
        }
        throw seconde;
      }
    }
  }

  /** Repeats `essai` until the server answers something that can be used, or `signal` is aborted. */
  async function insister(essai, signal, surReprise = () => {}) {
    for (let fois = 0; ; fois += 1) {
      try {
        return await essai();
      } catch (erreur) {
        const occupe = erreur instanceof Refus && erreur.code === "requete_en_cours";
        if (!(erreur instanceof Panne) && !occupe) throw erreur;
        surReprise(fois + 1);
        await attendre(REPRISES_MS[Math.min(fois, REPRISES_MS.length - 1)], signal);
      }
    }
  }

  return {
    ouverte: () => acces !== null,

    /** What time it is there, in milliseconds: a kiosk's own clock may be wrong. */
    heure: () => Date.now() - avance,

    /** Gives {client, contrat}, or the demand of a code that must be confirmed first. */
    async connecter(police, telephone, signal) {
      const reponse = await appeler("POST", "auth/login/", { corps: { police, telephone }, signal, porteur: false });
      return reponse.demande ? reponse : entrer(reponse);
    },

    /** If the phone is a client's, her police leaves for it; nothing here tells whether it is. */
    demanderPolice: (telephone, signal) =>
      insister(() => appeler("POST", "auth/police-par-sms/", { corps: { telephone }, signal, porteur: false }), signal),

    /** Uses up the code that the back office gave for this kiosk. Raises Panne: it may be used, and another is asked for. */
    ouvrirMaintenance: (code, signal) => appeler("POST", "bornes/maintenance/", { corps: { code }, signal, porteur: false }),
    /** As `connecter`, with the code that it asked for. */
    confirmerConnexion: async (demande, code, signal) =>
      entrer(await insister(() => appeler("POST", "auth/login/confirmer/", { corps: { demande, code }, signal, porteur: false }), signal)),

    /** Reads, as often as it takes. */
    lire: (chemin, { signal, entetes } = {}) => insister(() => demander("GET", chemin, { signal, entetes }), signal),

    /** Reads once. Raises Panne. */
    lireUneFois: (chemin, options) => demander("GET", chemin, options),

    /** Asks for what writes nothing: repeated like a reading; `porteur`: as the client who is logged in, if anyone is. */
    calculer: (chemin, corps, { signal, porteur = false } = {}) =>
      insister(() => demander("POST", chemin, { corps, signal, porteur }), signal),

    /** Sends what must happen once: the same `cle` until an answer is known. `surReprise(n)`: it had to be sent again. */
    envoyer: ({ chemin, corps, cle }, { signal, surReprise }) =>
      insister(
        () => demander("POST", chemin, { corps, entetes: { "Idempotency-Key": cle }, signal }),
        signal,
        surReprise,
      ),

    /** Asks for a change that takes a code, or confirms it: the server knows the same one sent again. */
    changer: ({ methode, chemin, corps }, { signal }) => insister(() => demander(methode, chemin, { corps, signal }), signal),

    /** The session is forgotten here at once, and closed there even if the page is going away. */
    quitter() {
      if (!acces) return;
      const porteur = acces;
      oublier();
      appeler("POST", "auth/logout/", {
        entetes: { Authorization: `Bearer ${porteur}` },
        porteur: false,
        keepalive: true,
      }).catch(() => {});
    },
  };
}
