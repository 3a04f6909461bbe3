// Money and dates as people read them: `12 500 FCFA`, Brazzaville's days.

import { locale } from "./textes.js";

// A no-break space: the narrow one of printed texts is too thin to be seen from a metre.
const ESPACE = "\u00a0";
const ZONE = "Africa/Brazzaville";

export function nombre(valeur) {
  return String(Math.abs(valeur)).replace(/\B(?=(\d{3})+(?!\d))/g, ESPACE).replace(/^/, valeur < 0 ? "−" : "");
}

export const xaf = (montant) => `${nombre(montant)}\u00a0FCFA`;

// A day is a day whatever the machine's zone: noon in UTC is the same date in Brazzaville.
const jourEnDate = (jour) => new Date(`${jour}T12:00:00Z`);

// Making a formatter costs more than a hundred uses of it.
const formats = new Map();

function ecrire(date, options, langue = locale()) {
  const cle = langue + JSON.stringify(options);
  if (!formats.has(cle)) formats.set(cle, new Intl.DateTimeFormat(langue, { timeZone: ZONE, ...options }));
  return formats.get(cle).format(date);
}

export const jourCourt = (jour) => ecrire(jourEnDate(jour), { day: "2-digit", month: "2-digit", year: "numeric" });
export const jourLong = (jour, langue) => ecrire(jourEnDate(jour), { day: "numeric", month: "long", year: "numeric" }, langue);
export const moisCourt = (jour) => ecrire(jourEnDate(jour), { day: "numeric", month: "short" });
export const moment = (instant) =>
  ecrire(new Date(instant), { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" });
export const heure = (date) => ecrire(date, { hour: "2-digit", minute: "2-digit" });
export const dateDuJour = (date) => ecrire(date, { weekday: "long", day: "numeric", month: "long" });

/** `06 123 45 67` of whatever digits are there yet. */
export function grouperTelephone(texte) {
  const chiffres = texte.replace(/\D/g, "").replace(/^(?:00)?242(?=0)/, "").slice(0, 9);
  return [chiffres.slice(0, 2), chiffres.slice(2, 5), chiffres.slice(5, 7), chiffres.slice(7)].filter(Boolean).join(" ");
}

export const chiffresDuTelephone = (texte) => grouperTelephone(texte).replace(/\s/g, "");

/** `jj/mm/aaaa` of whatever digits are there yet. */
export function grouperDate(texte) {
  const chiffres = texte.replace(/\D/g, "").slice(0, 8);
  return [chiffres.slice(0, 2), chiffres.slice(2, 4), chiffres.slice(4)].filter(Boolean).join("/");
}

/** `2026-11-21` of `21/11/2026`; null when it is no day. */
export function dateSaisie(texte) {
  const [, jour, mois, annee] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(texte) ?? [];
  if (!annee) return null;
  const iso = `${annee}-${mois}-${jour}`;
  const date = new Date(`${iso}T12:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}
