// Pictures take their colours from the page, by day and by night: unfold colours their grid alone, and bars only once.
function dessiner() {
  const toiles = [...document.querySelectorAll("canvas.chart")];
  if (!toiles.length) return;

  const couleur = (nom) => getComputedStyle(document.documentElement).getPropertyValue(nom).trim();
  for (const toile of toiles) {
    const series = Chart.getChart(toile)?.data.datasets ?? [];
    JSON.parse(toile.dataset.value).datasets.forEach(({ backgroundColor }, rang) => {
      // A function: Chart.js keeps what a text was when it was first drawn.
      if (series[rang]) series[rang].backgroundColor = () => couleur(backgroundColor.slice("var(".length, -1));
    });
  }

  function colorer() {
    const sombre = document.documentElement.classList.contains("dark");
    const texte = couleur(sombre ? "--color-base-300" : "--color-base-700");
    const trait = couleur(sombre ? "--color-base-700" : "--color-base-300");
    for (const toile of toiles) {
      const graphique = Chart.getChart(toile);
      if (!graphique) continue;
      const { scales, plugins } = graphique.options;
      for (const axe of [scales.x, scales.y]) {
        axe.ticks.color = texte;
        axe.grid.color = trait;
        axe.border = { ...axe.border, color: trait };
      }
      plugins.legend.labels.color = texte;
      graphique.update("none");
    }
  }

  colorer();
  new MutationObserver(colorer).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
}

// Once unfold, that listens after us, has drawn them.
window.addEventListener("load", () => setTimeout(dessiner));
