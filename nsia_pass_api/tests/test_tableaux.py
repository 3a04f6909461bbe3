"""Files that people hand in: read as they are written, refused with a reason, never harmful."""

import io
import random
import re
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet._reader import WorkSheetParser

from nsia_pass_api import tableaux
from nsia_pass_api.tableaux import FichierRefuse, LigneDeTableau, lire_tableau


def classeur(*rangees: Any) -> bytes:
    livre = openpyxl.Workbook()
    for rangee in rangees:
        livre.active.append(rangee)
    fichier = io.BytesIO()
    livre.save(fichier)
    return fichier.getvalue()


def lu(contenu: bytes, **options: Any) -> list[LigneDeTableau]:
    return lire_tableau(
        contenu, **{"colonnes": ["nom", "telephone"], "obligatoires": frozenset({"nom"}), "maximum": 10, **options}
    )


@pytest.mark.parametrize(
    "contenu",
    [
        "nom;telephone\nKongé;06 1\n".encode(),
        "\ufeffNom ;Téléphone\r\nKongé;06 1\r\n".encode(),
        "telephone,NOM\n06 1,Kongé\n".encode("cp1252"),
        "nom\ttelephone\n\nKongé\t06 1".encode(),
        "nom;telephone\nKongé;'06 1\n".encode(),
        classeur(["Nom", "Téléphone", None], ["Kongé", "06 1", None]),
        classeur([], ["NOM", "telephone"], [None, None], ["Kongé", "06 1"]),
    ],
)
def test_a_table_is_read_however_it_is_written(contenu: bytes) -> None:
    (ligne,) = lu(contenu)
    assert ligne.cases == {"nom": "Kongé", "telephone": "06 1"}


def test_numbers_and_dates_of_a_workbook_are_text() -> None:
    lignes = lu(
        classeur(
            ["nom", "telephone"],
            [12, date(2026, 1, 2)],
            [12.0, datetime.fromisoformat("2026-01-02T08:00")],
            [1.5, True],
        )
    )
    assert [(une.numero, une.cases["nom"], une.cases["telephone"]) for une in lignes] == [
        (2, "12", "2026-01-02"),
        (3, "12", "2026-01-02"),
        (4, "1.5", "True"),
    ]


def zip_de(**entrees: bytes) -> bytes:
    fichier = io.BytesIO()
    with zipfile.ZipFile(fichier, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, contenu in entrees.items():
            archive.writestr(nom, contenu)
    return fichier.getvalue()


@pytest.mark.parametrize(
    ("contenu", "phrase"),
    [
        (b"", "n'est pas lisible"),
        (b"   \n", "n'est pas lisible"),
        (b"nom\x00;a", "n'est pas lisible"),
        (b'nom;telephone\n"a;b\n', "n'est pas lisible"),
        (b"nom;telephone\n", "pas de ligne"),
        (b"nom;autre\na;b\n", "Colonne inconnue : « autre »"),
        (b"telephone\n06\n", "Colonne absente : « nom »"),
        (b"nom;Nom\na;b\n", "deux fois"),
        (b"nom;telephone\na;b;c\n", "plus de cases"),
        (b"nom\n" + b"a\n" * 11, "plus de 10"),
        (b"a" * 2_000_001, "2 Mo"),
        (b"PK\x03\x04rien", "n'est pas lisible"),
        (zip_de(autre=b"x"), "n'est pas lisible"),
        (zip_de(bombe=b"0" * 30_000_001), "trop grand une fois"),
        (zip_de(**{f"e{n}": b"" for n in range(201)}), "trop grand une fois"),
        (zip_de(a=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'), "n'est pas lisible"),
        (zip_de(a='<?xml version="1.0"?><x/>'.encode("utf-16")), "n'est pas lisible"),
    ],
)
def test_what_is_refused_says_why(contenu: bytes, phrase: str) -> None:
    with pytest.raises(FichierRefuse, match=phrase):
        lu(contenu)


def classeur_de(feuille: bytes, *, feuilles: int = 1) -> bytes:
    """A workbook whose only sheet is this XML, under `feuilles` names."""
    sain = classeur(["nom", "telephone"])
    with zipfile.ZipFile(io.BytesIO(sain)) as archive:
        entrees = {nom: archive.read(nom) for nom in archive.namelist()}
    entete = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    entrees["xl/worksheets/sheet1.xml"] = entete + feuille + b"</sheetData></worksheet>"
    nommee = re.search(rb"<(?:\w+:)?sheet [^>]*>", entrees["xl/workbook.xml"])
    assert nommee is not None
    entrees["xl/workbook.xml"] = entrees["xl/workbook.xml"].replace(nommee[0], nommee[0] * feuilles)
    return zip_de(**entrees)


ENTETE = b'<row><c t="inlineStr"><is><t>nom</t></is></c></row>'


@pytest.fixture
def travail(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What reading a file costs: bytes unpacked, workbooks opened by openpyxl, cells and rows that it gave, signs cleaned."""
    fait = Counter[str]()

    def compter(objet: Any, nom: str, quoi: str, combien: Any = lambda rendu, *recus: 1) -> None:
        vrai = getattr(objet, nom)

        def faire(*recus: Any, **nommes: Any) -> Any:
            rendu = vrai(*recus, **nommes)
            fait[quoi] += combien(rendu, *recus)
            return rendu

        monkeypatch.setattr(objet, nom, faire)

    compter(zipfile.ZipExtFile, "read", "octets", lambda rendu, *recus: len(rendu))
    compter(openpyxl, "load_workbook", "classeurs")
    compter(WorkSheetParser, "parse_cell", "cases")
    compter(tableaux, "_cases", "rangées")
    compter(tableaux, "nettoyer", "signes", lambda rendu, recu: len(recu))
    return fait


@pytest.mark.parametrize(
    ("contenu", "octets"),
    [
        pytest.param(
            lambda: classeur_de(b"<row>" + b"<c/>" * 5_000_000 + b"</row>"), 0, id="une rangée de cases vides"
        ),
        pytest.param(lambda: classeur_de(b"<row/>" * 5_000_000), 0, id="des rangées vides"),
        pytest.param(lambda: classeur_de(b"<row>" + b"<c/>" * 1_000_000 + b"</row>"), 1_000_000, id="moins de cases"),
        pytest.param(lambda: classeur_de(b"<row/>" * 1_000_000), 1_500_000, id="moins de rangées"),
        pytest.param(lambda: classeur_de(b"<row/>" * 100, feuilles=21), 100_000, id="une feuille sous vingt noms"),
    ],
)
def test_a_bomb_is_refused_before_it_is_parsed(
    travail: Counter[str], contenu: Callable[[], bytes], octets: int
) -> None:
    bombe = contenu()
    travail.clear()  # what making it cost
    assert len(bombe) < 100_000
    with pytest.raises(FichierRefuse, match="trop grand une fois déplié"):
        lu(bombe)
    assert travail["octets"] <= octets
    assert (travail["classeurs"], travail["cases"], travail["rangées"]) == (0, 0, 0)


@pytest.mark.parametrize(
    "contenu",
    [
        pytest.param(classeur_de(ENTETE + b'<row r="2000000000"><c/></row>'), id="une rangée au loin"),
        pytest.param(classeur_de(ENTETE + b"<row/>" * 50_000), id="des rangées vides"),
        pytest.param(b"nom\n" + b"\n" * 1_900_000, id="des lignes vides en CSV"),
    ],
)
def test_rows_that_hold_nothing_are_counted(travail: Counter[str], contenu: bytes) -> None:
    with pytest.raises(FichierRefuse, match="lignes vides"):
        lu(contenu)
    assert travail["rangées"] <= 20_001


def test_a_cell_far_to_the_right_makes_no_wide_row(travail: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    largeurs = set[int]()
    vraies = tableaux._cases
    monkeypatch.setattr(tableaux, "_cases", lambda numero, rangee: largeurs.add(len(rangee)) or vraies(numero, rangee))
    rangee = b'<row><c r="A2" t="inlineStr"><is><t>Kongo</t></is></c><c r="ZZZ2"/></row>'
    (ligne,) = lu(classeur_de(ENTETE + rangee))
    assert ligne.cases == {"nom": "Kongo"}
    assert max(largeurs) == 41


def test_one_long_text_of_many_cells_is_read_short(travail: Counter[str]) -> None:
    long = b'<row><c t="inlineStr"><is><t>' + b"a" * 4_000_000 + b"</t></is></c></row>"
    (ligne,) = lu(classeur_de(ENTETE + long))
    assert ligne.cases == {"nom": "a" * 500}
    assert travail["signes"] < 2_000


def test_an_archive_that_lies_about_its_size_gives_no_more_than_it_says() -> None:
    """Two megabytes behind a header that announces ten bytes: the rest is never unpacked."""
    contenu = bytearray(zip_de(a=b"0" * 2_000_000))
    taille = contenu.index(b"PK\x01\x02") + 24
    contenu[taille : taille + 4] = (10).to_bytes(4, "little")
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        assert sum(une.file_size for une in archive.infolist()) == 10
    tracemalloc.start()
    with pytest.raises(FichierRefuse, match="n'est pas lisible"):
        lu(bytes(contenu))
    memoire, sommet = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sommet - memoire < 1_000_000


def test_a_protected_archive_is_refused() -> None:
    contenu = bytearray(zip_de(a=b"x"))
    contenu[contenu.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FichierRefuse, match="mot de passe"):
        lu(bytes(contenu))


def abime(contenu: bytes, hasard: random.Random) -> bytes:
    """The same bytes, a few of them changed, cut out or doubled."""
    octets = bytearray(contenu)
    for _ in range(hasard.randint(1, 4)):
        depart = hasard.randrange(2, len(octets))
        match hasard.randrange(3):
            case 0:
                octets[depart] = hasard.randrange(256)
            case 1:
                del octets[depart : depart + hasard.randrange(1, 50)]
            case _:
                octets[depart:depart] = octets[depart : depart + 30]
    return bytes(octets)


def entree_abimee(contenu: bytes, hasard: random.Random) -> bytes:
    """A sound archive, one entry of which is damaged: what the checksums of an archive would not have stopped."""
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        entrees = {nom: archive.read(nom) for nom in archive.namelist()}
    choisie = hasard.choice(sorted(entrees))
    return zip_de(**{**entrees, choisie: abime(entrees[choisie], hasard)})


def test_a_damaged_workbook_is_read_or_refused(subtests: pytest.Subtests) -> None:
    """An answer, never another exception."""
    sain = classeur(["nom", "telephone"], *[["Kongo", "06 1"]] * 5)
    issues = Counter[str]()
    for graine in range(150):
        with subtests.test(graine=graine):
            hasard = random.Random(graine)
            try:
                lignes = lu((abime if graine % 3 == 0 else entree_abimee)(sain, hasard))
            except FichierRefuse:
                issues["refusé"] += 1
            else:
                issues["lu"] += 1
                assert all(set(une.cases) <= {"nom", "telephone"} for une in lignes)
    assert min(issues["lu"], issues["refusé"]) > 20, issues
