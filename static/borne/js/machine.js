// Which kiosk this is. Its key is the machine's, not a person's: the one thing that this page ever stores.

const CASE = "nsia-borne-cle";

/** Given by the shell (`window.borne.cle`), else typed once by a technician; a shell may also add the header by itself. */
export function cleDeBorne() {
  return globalThis.borne?.cle ?? cleGardee();
}

/** The key that this page holds itself, and can lose. */
export const cleGardee = () => localStorage.getItem(CASE) ?? "";

export function garderCle(cle) {
  if (cle) localStorage.setItem(CASE, cle);
  else localStorage.removeItem(CASE);
}

export function entetesDeBorne(version) {
  const cle = cleDeBorne();
  return cle ? { "X-Borne-Cle": cle, "X-Borne-Version": globalThis.borne?.version ?? `page ${version}` } : {};
}
