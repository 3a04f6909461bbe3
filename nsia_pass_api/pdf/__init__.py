"""Documents to print: `dessin` is pages and tables, `typographie` their French, `qr` the code on them, `reponses` HTTP."""
