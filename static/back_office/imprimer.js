// Prints the page from a button: what is printed is said in back_office.css.
for (const bouton of document.querySelectorAll('[data-imprimer]')) {
    bouton.addEventListener('click', () => window.print());
}
