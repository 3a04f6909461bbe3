"""Tables that people hand in, CSV or XLSX: rows of text, or the reason why the file is refused. Nothing in a file is run.

Limits hold before anything is unpacked or parsed: a small file that would fill the memory or a thread is refused by what it says
of itself, then by the tags that it holds, then by the rows that it would give. `zipfile` gives no more of an entry than its size
says, and refuses one that holds more.
"""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from .errors import DonneesInvalides
from .money import formater_nombre
from .textes import TexteRefuse, nettoyer

OCTETS_MAXIMUM = 2_000_000
OCTETS_DEPLIES = 10_000_000
ENTREES_MAXIMUM = 200
# A file of 2 000 lines and three columns has 60 000 tags; openpyxl takes 15 µs for the least of them, and reads the first sheet
# once for each sheet that the workbook names.
BALISES_MAXIMUM = 150_000
FEUILLES_MAXIMUM = 20
# Empty ones too: a row may give itself any number, and those before it are then empty.
RANGEES_MAXIMUM = 20_000
COLONNES_MAXIMUM = 40
_CELLULE = 500
# What openpyxl meets in a workbook that is not one.
_ILLISIBLE = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    SyntaxError,  # of XML: the parser of the standard library and lxml, which openpyxl uses when it is there, both derive from it
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class FichierRefuse(DonneesInvalides):
    code = "fichier_refuse"
    titre = "Fichier refusé"
    detail = "Ce fichier n'est pas lisible. Enregistrez-le en CSV ou en classeur Excel (.xlsx), puis recommencez."


@dataclass(frozen=True)
class LigneDeTableau:
    """A row that says something; `numero` is where a person finds it in the file."""

    numero: int
    cases: dict[str, str]


def lire_tableau(
    contenu: bytes, *, colonnes: Sequence[str], obligatoires: frozenset[str], maximum: int
) -> list[LigneDeTableau]:
    """The rows under a header of `colonnes`, in any order, case or accents. Raises FichierRefuse."""
    if len(contenu) > OCTETS_MAXIMUM:
        raise FichierRefuse(f"Ce fichier dépasse {OCTETS_MAXIMUM // 1_000_000} Mo. Partagez-le en plusieurs.")
    rangees = _classeur(contenu) if contenu.startswith(b"PK") else _csv(contenu)
    titres: list[str] | None = None
    lignes: list[LigneDeTableau] = []
    for numero, cases in enumerate(rangees, start=1):
        if numero > RANGEES_MAXIMUM:
            raise FichierRefuse("Ce fichier a trop de lignes vides. Copiez ses lignes dans un fichier neuf.")
        if not any(cases):
            continue
        if titres is None:
            titres = _titres(cases, colonnes, obligatoires)
            continue
        if len(lignes) == maximum:
            raise FichierRefuse(f"Ce fichier a plus de {formater_nombre(maximum)} lignes. Partagez-le en plusieurs.")
        if any(cases[len(titres) :]):
            raise FichierRefuse(f"La ligne {numero} a plus de cases que l'en-tête. Vérifiez les séparateurs.")
        lignes.append(LigneDeTableau(numero, dict(zip(titres, cases, strict=False))))
    if not lignes:
        raise FichierRefuse("Ce fichier n'a pas de ligne sous son en-tête.")
    return lignes


def cle_de_colonne(titre: str) -> str:
    """`Téléphone ` and `TELEPHONE` are one column."""
    sans_accents = "".join(c for c in unicodedata.normalize("NFKD", titre.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", sans_accents).strip("_")


def titre_de_colonne(cle: str) -> str:
    """What people write in the header for this column: « suivi par »."""
    return cle.replace("_", " ")


def _titres(cases: list[str], colonnes: Sequence[str], obligatoires: frozenset[str]) -> list[str]:
    while cases and not cases[-1]:
        cases = cases[:-1]
    titres = [cle_de_colonne(case) for case in cases]
    attendues = f"Colonnes attendues : {', '.join(map(titre_de_colonne, colonnes))}."
    inconnues = [case or "(sans titre)" for case, titre in zip(cases, titres, strict=True) if titre not in colonnes]
    if inconnues:
        raise FichierRefuse(f"Colonne inconnue : « {inconnues[0][:40]} ». {attendues}")
    if len(set(titres)) != len(titres):
        raise FichierRefuse(f"Une colonne est là deux fois. {attendues}")
    absentes = sorted(obligatoires - set(titres))
    if absentes:
        raise FichierRefuse(f"Colonne absente : « {titre_de_colonne(absentes[0])} ». {attendues}")
    return titres


# CSV


def _csv(contenu: bytes) -> Iterator[list[str]]:
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = contenu.decode("cp1252", errors="replace")  # as Excel writes it in French
    if "\x00" in texte or not texte.strip():
        raise FichierRefuse
    entete = texte.lstrip().split("\n", 1)[0]
    separateur = max(";,\t", key=entete.count)
    try:
        lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur, strict=True)
        for rangee in lecteur:
            yield _cases(lecteur.line_num, rangee)
    except csv.Error as erreur:
        raise FichierRefuse from erreur


def _cases(numero: int, rangee: Sequence[object]) -> list[str]:
    try:
        return [_case(case) for case in rangee[: COLONNES_MAXIMUM + 1]]
    except TexteRefuse as refus:
        raise FichierRefuse(f"Ligne {numero} : {refus.detail[0].lower()}{refus.detail[1:]}") from refus


def _case(valeur: object) -> str:
    """The text of a cell, without the apostrophe that exports put before what a spreadsheet would run."""
    if valeur is None:
        return ""
    if isinstance(valeur, datetime):
        return valeur.date().isoformat()
    if isinstance(valeur, date):
        return valeur.isoformat()
    if isinstance(valeur, float) and valeur.is_integer():
        valeur = int(valeur)
    # Cut before it is read: one long text may be that of many cells.
    texte = nettoyer(str(valeur)[: 2 * _CELLULE])[:_CELLULE]
    return texte[1:] if texte.startswith("'") else texte


# XLSX


def _classeur(contenu: bytes) -> Iterator[list[str]]:
    import openpyxl  # a tenth of the time in which the project starts
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            _verifier(archive)
        classeur = openpyxl.load_workbook(io.BytesIO(contenu), read_only=True, data_only=True, keep_links=False)
        try:
            feuille = classeur.worksheets[0]
            feuille.reset_dimensions()  # what a file says of its size is not believed
            # One more of each, so that what is beyond is seen.
            bornes = {"max_row": RANGEES_MAXIMUM + 1, "max_col": COLONNES_MAXIMUM + 1}
            for numero, rangee in enumerate(feuille.iter_rows(**bornes, values_only=True), start=1):
                yield _cases(numero, rangee)
        finally:
            classeur.close()
    except (*_ILLISIBLE, InvalidFileException) as erreur:
        raise FichierRefuse from erreur


TROP_GRAND = "Ce classeur est trop grand une fois déplié. Enregistrez-le en CSV, puis recommencez."


def _verifier(archive: zipfile.ZipFile) -> None:
    """Raises FichierRefuse for an archive that unpacks to too much, hides it, or whose XML has too many tags or entities."""
    entrees = archive.infolist()
    if len(entrees) > ENTREES_MAXIMUM or sum(une.file_size for une in entrees) > OCTETS_DEPLIES:
        raise FichierRefuse(TROP_GRAND)
    balises = feuilles = 0
    for une in entrees:
        if une.flag_bits & 0x1:
            raise FichierRefuse("Ce classeur est protégé par un mot de passe. Enlevez-le, puis recommencez.")
        with archive.open(une) as flux:
            debut = True
            reste = b""
            while morceau := flux.read(65_536):
                # Entities are declared in a DOCTYPE, which no workbook has; in UTF-16 one would not be seen.
                utf16 = debut and morceau.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00"))
                if utf16 or b"<!DOCTYPE" in reste + morceau or b"<!ENTITY" in reste + morceau:
                    raise FichierRefuse
                balises += morceau.count(b"<")
                feuilles += (reste[-6:] + morceau).count(b"sheetId")
                if balises > BALISES_MAXIMUM or feuilles > FEUILLES_MAXIMUM:
                    raise FichierRefuse(TROP_GRAND)
                debut, reste = False, morceau[-16:]
