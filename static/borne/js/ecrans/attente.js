// Nobody is there yet: one touch begins.

import { h, icone, attendre } from "../dom.js";
import { cleDeBorne } from "../machine.js";
import { LANGUES, choisirLangue, t } from "../textes.js";
import { dateDuJour, heure } from "../format.js";

const APPUI_MAINTENANCE_MS = 5_000;
const SIGNE_DE_VIE_MS = 60_000;

export async function attente({ aller, api, signal }) {
  const horloge = h("p", { class: "attente-heure" });
  const etat = h("p", { class: "attente-etat", role: "status" });
  const commencer = h(
    "button",
    { type: "button", class: "attente-commencer", onclick: () => aller("bienvenue", {}, { racine: true }) },
    h("span", { class: "attente-onde" }),
    icone("doigt"),
    h("span", {}, t("attente.commencer")),
  );
  const logo = h("div", { class: "marque marque-grande" }, h("span", { class: "marque-logo" }), h("span", { class: "marque-nom" }, "NSIA ", h("b", {}, "PASS")));
  appuiLong(logo, signal, () => aller("maintenance", {}, { racine: true }));
  addEventListener("keydown", (e) => e.ctrlKey && e.altKey && e.code === "KeyM" && aller("maintenance", {}, { racine: true }), { signal });

  tic(horloge, signal);
  donnerSigneDeVie(api, etat, signal);
  return h(
    "div",
    { class: "attente" },
    h(
      "div",
      { class: "paysage", "aria-hidden": "true" },
      h("div", { class: "etoiles" }),
      h("div", { class: "soleil" }),
      h("div", { class: "pont" }),
      h("div", { class: "vague vague-1" }),
      h("div", { class: "vague vague-2" }),
      h("div", { class: "reflet" }),
      h("div", { class: "vague vague-3" }),
    ),
    // The whole screen is the button; its visible part is the first one that a screen reader meets.
    h("div", { class: "attente-partout", onclick: () => commencer.click() }),
    h("div", { class: "attente-haut" }, logo, horloge),
    h(
      "div",
      { class: "attente-texte" },
      h("h1", { tabindex: "-1" }, t("attente.titre")),
      h("p", {}, t("attente.texte")),
      commencer,
      etat,
    ),
    h(
      "div",
      { class: "attente-langues", role: "group", "aria-label": t("langue.titre") },
      LANGUES.map(({ code, nom }) =>
        h(
          "button",
          {
            type: "button",
            class: "attente-langue",
            lang: code,
            async onclick() {
              await choisirLangue(code);
              aller("bienvenue", {}, { racine: true });
            },
          },
          nom,
        ),
      ),
    ),
  );
}

async function tic(noeud, signal) {
  for (;;) {
    const maintenant = new Date();
    noeud.replaceChildren(h("b", {}, heure(maintenant)), h("span", {}, dateDuJour(maintenant)));
    try {
      await attendre((60 - maintenant.getSeconds()) * 1000, signal);
    } catch {
      return;
    }
  }
}

/** The back office sees that this kiosk is alive; a kiosk that was switched off says so before anyone types. */
async function donnerSigneDeVie(api, noeud, signal) {
  if (!cleDeBorne()) return;
  for (;;) {
    try {
      await api.lireUneFois("bornes/moi/", { signal });
      noeud.textContent = "";
    } catch (erreur) {
      if (signal.aborted) return;
      noeud.textContent = erreur.statut === 401 ? erreur.message : "";
    }
    try {
      await attendre(SIGNE_DE_VIE_MS, signal);
    } catch {
      return;
    }
  }
}

function appuiLong(element, signal, action) {
  let minuterie;
  const lacher = () => clearTimeout(minuterie);
  element.addEventListener("pointerdown", () => (minuterie = setTimeout(action, APPUI_MAINTENANCE_MS)), { signal });
  for (const fin of ["pointerup", "pointerleave", "pointercancel"]) element.addEventListener(fin, lacher, { signal });
  signal.addEventListener("abort", lacher);
}
