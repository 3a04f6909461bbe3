"""Surnames and first names of Congo, for people who do not exist."""

# fmt: off
NOMS = (
    "MAKOSSO", "MOUKOKO", "NGOUABI", "LOEMBA", "OKOKO", "BATCHI", "TCHICAYA", "MABIALA", "NGOMA", "MASSAMBA",
    "BOUANGA", "MILANDOU", "NKOUNKOU", "SAMBA", "IBARA", "OBAMBI", "ELENGA", "MOUANDA", "GOMA", "PAMBOU",
    "MAVOUNGOU", "KIMBEMBE", "LOUBAKI", "MIAKASSISSA", "OSSEBI", "NGATSE", "BOKILO", "ITOUA", "MBEMBA", "DZON",
)
PRENOMS = (
    "Grâce", "Prince", "Gisèle", "André", "Divine", "Merveille", "Chancelvie", "Rodrigue", "Clarisse", "Aimée",
    "Brice", "Firmin", "Hortense", "Joséphine", "Noël", "Parfait", "Sylvie", "Thérèse", "Vianney", "Yvette",
    "Zéphirin", "Bénédicte", "Célestin", "Désiré", "Élodie", "François", "Germaine", "Hervé", "Inès", "Joël",
)
# fmt: on
