// Nobody has touched the page for a while: first it asks, then it forgets.

const GESTES = ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"];
// Moving a finger makes a hundred events a second: one of them is enough.
const GRAIN_MS = 1_000;

/** `surAvertissement(secondes)` each second of the last ones, `surRetour` when somebody is there, `surFin` at the end. */
export function creerInactivite({ secondes, avertissement, surAvertissement, surRetour, surFin }) {
  let derniere = 0;
  let minuterie = null;
  let averti = false;

  function regarder() {
    const reste = secondes - (performance.now() - derniere) / 1000;
    if (reste <= 0) {
      arreter();
      return surFin();
    }
    if (reste <= avertissement) {
      averti = true;
      surAvertissement(Math.ceil(reste));
    }
    minuterie = setTimeout(regarder, reste <= avertissement ? 250 : (reste - avertissement) * 1000);
  }

  function toucher() {
    // Once it has asked, it wants an answer: a finger must not close the question and press what is under it.
    if (minuterie === null || averti || performance.now() - derniere < GRAIN_MS) return;
    relancer();
  }

  function relancer() {
    derniere = performance.now();
    clearTimeout(minuterie);
    if (averti) surRetour();
    averti = false;
    minuterie = setTimeout(regarder, (secondes - avertissement) * 1000);
  }

  function arreter() {
    clearTimeout(minuterie);
    minuterie = null;
    if (averti) surRetour();
    averti = false;
  }

  for (const geste of GESTES) addEventListener(geste, toucher, { capture: true, passive: true });
  return { relancer, arreter };
}
