"""What the back office shows of this app."""

from nsia_pass_api.registre import CATALOGUE, JOURNAL, Droits, Menu, Suivie, page

page(
    "pass_products.ProduitPass",
    Droits("LAM", "LM", "L", "L", "L"),
    menu=Menu(CATALOGUE, "inventory_2", "Primes, périodicités, durées"),
    audit=Suivie(),
    impersonnel="catalogue",
)
page(
    "pass_products.Garantie",
    Droits("LAMS", "LAM", "L", "L", "L"),
    menu=Menu(CATALOGUE, "health_and_safety", "Capitaux, carences, valeurs à confirmer"),
    audit=Suivie(),
    impersonnel="catalogue",
)
page("pass_products.ModificationCatalogue", Droits("L", "L", "", "", "L"), audit=JOURNAL)
