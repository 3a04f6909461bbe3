"""The one allocator of numbers: per series and year, without duplicates under concurrency, gapless while no transaction fails.

`allouer` takes the row of its series until commit, so call it as the last thing before writing the numbers.
"""

from dataclasses import dataclass
from string import Formatter

from django.db import connection

# How far above the last number of its series an agent may place one by hand: beyond it, it is a typing error.
ECART_MANUEL_MAX = 10_000
# The most numbers that one statement draws; the database refuses the service more (sql/serie_bornee).
TIRAGE_MAX = 50_000


@dataclass(frozen=True)
class Forme:
    """A template of settings filled in but for its sequence: `avant`, the sequence on `largeur` digits, `apres`."""

    avant: str
    largeur: int
    apres: str

    def numero(self, sequence: int) -> str:
        return f"{self.avant}{sequence:0{self.largeur}d}{self.apres}"

    def sequence(self, numero: str) -> int | None:
        """The sequence that gives `numero`, or None when it is not of this form."""
        if not (numero.startswith(self.avant) and numero.endswith(self.apres)):
            return None
        chiffres = numero[len(self.avant) : len(numero) - len(self.apres)]
        if not (chiffres.isascii() and chiffres.isdigit()) or self.numero(int(chiffres)) != numero:
            return None
        return int(chiffres)


def forme(modele: str, **champs: object) -> Forme:
    """The template `modele` of settings, filled in with `champs` but for its sequence."""
    avant, largeur, apres, vu = "", 0, "", False
    for texte, champ, spec, _ in Formatter().parse(modele):
        morceau = texte
        if champ == "sequence":
            avant, vu, largeur = avant + texte, True, int((spec or "0").rstrip("d") or 0)
            continue
        if champ is not None:
            morceau += str(champs[champ])
        if vu:
            apres += morceau
        else:
            avant += morceau
    return Forme(avant=avant, largeur=largeur, apres=apres)


def allouer(*, serie: str, annee: int, nombre: int = 1) -> range:
    """`nombre` numbers of `serie` in `annee` belong to the caller once it commits; a rollback gives them back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO series_numeros AS s (serie, annee, dernier) VALUES (%s, %s, %s)
            ON CONFLICT (serie, annee) DO UPDATE SET dernier = s.dernier + excluded.dernier
            RETURNING dernier
            """,
            [serie, annee, nombre],
        )
        (dernier,) = cursor.fetchone()
    return range(dernier - nombre + 1, dernier + 1)


def tenir(*, serie: str, annee: int) -> int:
    """The series is the caller's until it commits. Returns the last number drawn, 0 for a new series."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO series_numeros AS s (serie, annee, dernier) VALUES (%s, %s, 0)
            ON CONFLICT (serie, annee) DO UPDATE SET dernier = s.dernier
            RETURNING dernier
            """,
            [serie, annee],
        )
        (dernier,) = cursor.fetchone()
    return int(dernier)


def reserver(*, serie: str, annee: int, sequence: int) -> bool:
    """The series will not draw `sequence` again, which was placed by hand; False when it lies too far ahead to be meant."""
    if sequence > tenir(serie=serie, annee=annee) + ECART_MANUEL_MAX:
        return False
    avancer(serie=serie, annee=annee, sequence=sequence)
    return True


def avancer(*, serie: str, annee: int, sequence: int) -> None:
    """The series will draw no number up to `sequence`: they are those of another register, brought in."""
    dernier = tenir(serie=serie, annee=annee)
    for tires in range(dernier, sequence, TIRAGE_MAX):
        allouer(serie=serie, annee=annee, nombre=min(TIRAGE_MAX, sequence - tires))
