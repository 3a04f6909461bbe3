"""Numbers in digits and in words (French, Lingala, Kituba), with their thousands and millions."""

import re
from dataclasses import dataclass

from text_to_num import text2num

_UNITES = [
    "zero",
    "un",
    "une",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "vingt",
    "vingts",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
    "septante",
    "quatre-vingt",
    "quatre-vingts",
    "nonante",
    "cent",
    "cents",
]
_MOT = rf"(?:{'|'.join(sorted(_UNITES, key=len, reverse=True))})"
MOTS = rf"\b{_MOT}(?:(?: et |[ -]){_MOT})*\b"
CHIFFRES = r"(?<![\d.,/-])(?:\d{1,3}(?:[ .'’]\d{3})+(?!\d)|\d{1,3},\d{3}(?!\d)|\d+[.,]\d{1,2}(?!\d)|\d+)"
_NOMBRE = re.compile(
    rf"(?:(?P<coef>{CHIFFRES}|{MOTS}) ?)?(?P<echelle>\b(?:mille|millions?|millier)|(?<=\d)"
    rf"(?:k|mille?|m)|(?<=\d )k)\b|(?P<seul>{CHIFFRES}|{MOTS})"
)
_DEMI = re.compile(r" et (?:demie?|dmi)\b")
_ECHELLES = {
    "k": 1_000,
    "mil": 1_000,
    "mille": 1_000,
    "millier": 1_000,
    "m": 1_000_000,
    "million": 1_000_000,
    "millions": 1_000_000,
}
# « moko mosi » is one, « mibale mbale zole » two … in Lingala and Kituba.
_LOCAUX = (
    "moko mosi",
    "mibale mbale zole",
    "misato satu tatu",
    "minei minnei iya",
    "mitano tanu",
    "motoba sambanu",
    "sambo nsambwadi nsambuadi",
    "mwambe muambi nana",
    "libwa vwa",
    "zomi kumi",
)
LOCAUX = {mot: valeur for valeur, mots in enumerate(_LOCAUX, 1) for mot in mots.split()}
NKOTO = re.compile(
    rf"\b(?:nkoto|nkotu|koto|mafunda|mazunda|funda)(?: ya)?(?: (?P<dix>ntuku|makumi)| "
    rf"(?P<zomi>zomi|kumi))?(?: (?:na )?(?P<n>{'|'.join(LOCAUX)}))?\b"
)


@dataclass(frozen=True)
class Nombre:
    """`valeur` said by `t[debut:fin]`; `echelle`: thousands or millions were said, `forme`: its digits are grouped by three."""

    debut: int
    fin: int
    valeur: float
    echelle: int = 1
    forme: bool = False


def valeur_de(ecrit: str) -> float | None:
    """The number that one group of digits or of words says; None when they are no number: « 75mil », « cent mardi »."""
    try:
        if ecrit[0].isdigit():
            groupes = re.fullmatch(r"(\d{1,3})((?:[ .,'’]\d{3})+)", ecrit)
            return float(re.sub(r"\D", "", ecrit)) if groupes else float(ecrit.replace(",", "."))
        return float(text2num(ecrit.replace("vingts ", "vingt "), "fr"))
    except ValueError:
        return None


def petit(ecrit: str) -> int | None:
    """A small whole number in digits or in words of any of the languages."""
    if ecrit in LOCAUX:
        return LOCAUX[ecrit]
    valeur = valeur_de(ecrit)
    return int(valeur) if valeur is not None and valeur == int(valeur) else None


def nombres(t: str) -> list[Nombre]:
    """Numbers of `t` in order; « deux millions cinq cent mille » and « 2 millions et demi » are one."""
    trouves: list[Nombre] = []
    for lu in _NOMBRE.finditer(t):
        nombre = _nombre(t, lu)
        if nombre is None:
            continue
        avant = trouves[-1] if trouves else None
        if avant and _milliers_tus(t, avant, nombre):
            nombre = Nombre(nombre.debut, nombre.fin, nombre.valeur * 1_000)
        if avant and _s_ajoute(t, avant, nombre):
            trouves[-1] = Nombre(avant.debut, nombre.fin, avant.valeur + nombre.valeur, avant.echelle, avant.forme)
        else:
            trouves.append(nombre)
    return trouves


def _nombre(t: str, lu: re.Match[str]) -> Nombre | None:
    """One number with its thousands or millions and their half; None when its words are no number together."""
    ecrit = lu["coef"] or lu["seul"]
    coef = valeur_de(ecrit) if ecrit else 1.0
    if coef is None:
        return None
    echelle = _ECHELLES[lu["echelle"]] if lu["echelle"] else 1
    if echelle > 1 and ecrit and re.fullmatch(r"\d,\d{3}", ecrit):
        coef = float(ecrit.replace(",", "."))
    demi = _DEMI.match(t, lu.end()) if echelle > 1 else None
    return Nombre(
        lu.start(),
        demi.end() if demi else lu.end(),
        coef * echelle + (echelle / 2 if demi else 0),
        echelle,
        bool(ecrit and re.search(r"\d[ .,']\d{3}", ecrit)),
    )


def _milliers_tus(t: str, avant: Nombre, nombre: Nombre) -> bool:
    """Whether hundreds after a million are of thousands: « 1 million 200 »."""
    return (
        avant.echelle == 1_000_000
        and nombre.echelle == 1
        and 100 <= nombre.valeur < 1_000
        and t[avant.fin : nombre.debut] == " "
    )


def _s_ajoute(t: str, avant: Nombre, nombre: Nombre) -> bool:
    """Whether `nombre` is the smaller part of the number that `avant` begins."""
    taille = max(nombre.echelle, nombre.valeur if nombre.echelle == 1 else 0)
    return avant.echelle > taille and t[avant.fin : nombre.debut] in (" ", " et ")
