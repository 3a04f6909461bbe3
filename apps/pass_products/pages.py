"""What the back office shows of this app."""

from apps.pass_products.models import Reglage
from nsia_pass_api.money import formater_nombre
from nsia_pass_api.registre import CATALOGUE, JOURNAL, Droits, Menu, Suivie, page


def _nom_du_reglage(nom: str | None) -> str:
    return str(Reglage(nom=nom)) if nom else ""


def _valeur_du_reglage(valeur: int | None) -> str:
    """Which value, « Historique » of its page says."""
    return "Valeur d'installation" if valeur is None else formater_nombre(valeur)


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
page(
    "pass_products.Reglage",
    Droits("LM", "L", "", "", "L"),
    menu=Menu(CATALOGUE, "tune", "Délais, montants et plafonds, et qui les a changés"),
    audit=Suivie(lues={"nom": _nom_du_reglage, "valeur": _valeur_du_reglage}),
    impersonnel="des réglages",
)
page("pass_products.ChangementReglage", Droits("L", "L", "", "", "L"), audit=JOURNAL)
