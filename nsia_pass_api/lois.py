"""The laws over the whole database, in SQL: what a restored backup, or the nightly control, must satisfy.

Each app says its own in its `lois.py`: `LOIS`, by what people call them, each a query that lists what breaks it, one text a row,
with its values; and `CHIFFRES`, a query of (name, number, amount, net amount) of what is money. What a constraint already refuses
is not repeated: PostgreSQL checks those while it restores.
"""

from typing import Any

from .registre import modules

MONTREES = 5


def lois() -> dict[str, tuple[str, dict[str, Any]]]:
    """Those of all apps, by what people call them."""
    return {nom: loi for module in modules("lois") for nom, loi in module.LOIS.items()}


def violations(curseur: Any) -> dict[str, list[str]]:
    """Each law, and what breaks it: a few rows and how many others; an empty list where it holds."""
    return {nom: _fautes(curseur, requete, valeurs) for nom, (requete, valeurs) in lois().items()}


def _fautes(curseur: Any, requete: str, valeurs: dict[str, Any]) -> list[str]:
    curseur.execute(f"SELECT *, count(*) OVER () FROM ({requete}) fautes LIMIT {MONTREES}", valeurs)  # noqa: S608
    lignes = curseur.fetchall()
    if not lignes:
        return []
    autres = lignes[0][1] - len(lignes)
    return [str(texte) for texte, _ in lignes] + ([f"et {autres} autres"] if autres else [])


def chiffres(curseur: Any) -> dict[str, dict[str, int]]:
    """Counts and sums of what is money, in whole XAF: what a manifest says and a restored database must say again."""
    trouves: dict[str, dict[str, int]] = {}
    for module in modules("lois"):
        curseur.execute(module.CHIFFRES)
        for nom, nombre, montant, net in curseur.fetchall():
            trouves[nom] = {"nombre": int(nombre), "montant": int(montant), "net": int(net)}
    return trouves
