// Elements made from descriptions: text is text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `on…` attributes are listeners, `variables` CSS custom properties; null and false are left out. */
export function h(balise, attributs, ...enfants) {
  const element = document.createElement(balise);
  for (const [nom, valeur] of Object.entries(attributs ?? {})) {
    if (valeur === undefined || valeur === null || valeur === false) continue;
    if (nom.startsWith("on")) element.addEventListener(nom.slice(2), valeur);
    else if (nom === "value" || nom === "checked") element[nom] = valeur;
    else if (nom === "variables") for (const [v, x] of Object.entries(valeur)) element.style.setProperty(v, x);
    else element.setAttribute(nom, valeur === true ? "" : String(valeur));
  }
  element.append(...presents(enfants));
  return element;
}

const presents = (enfants) =>
  enfants
    .flat(Infinity)
    .filter((un) => un !== null && un !== undefined && un !== false)
    .map((un) => (typeof un === "string" ? insecables(un) : un));

/** French spaces that no line may end with. */
const insecables = (texte) => texte.replace(/ (?=[:;»%])|(?<=«) /g, "\u00a0");

/** `element` holds `enfants` and nothing else. */
export function remplir(element, ...enfants) {
  element.replaceChildren(...presents(enfants));
}

/** An icon of templates/borne/icones.svg, silent for screen readers. */
export function icone(nom, classe = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icone ${classe}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${nom}`);
  svg.append(use);
  return svg;
}

/** A QR code of `rangees` (a string of 0 and 1 each), with the blank border that scanners want. */
export function codeQr(rangees) {
  const svg = document.createElementNS(SVG, "svg");
  const cote = rangees.length + 8;
  svg.setAttribute("class", "qr");
  svg.setAttribute("viewBox", `0 0 ${cote} ${cote}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  const trace = document.createElementNS(SVG, "path");
  const barres = rangees.flatMap((rangee, y) => [...rangee.matchAll(/1+/g)].map(({ index, 0: { length } }) => `M${index + 4} ${y + 4}h${length}v1h-${length}z`));
  trace.setAttribute("d", barres.join(""));
  svg.append(trace);
  return svg;
}

/** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
export function attendre(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const minuterie = setTimeout(finir, ms);
    function finir() {
      signal?.removeEventListener("abort", rompre);
      resolve();
    }
    function rompre() {
      clearTimeout(minuterie);
      reject(signal.reason);
    }
    signal?.addEventListener("abort", rompre, { once: true });
  });
}
