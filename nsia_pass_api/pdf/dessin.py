"""Pages of documents: fonts, colours, QR code, tables. In millimetres and points; no network, no clock.

The same data, code and moment of issue give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol, Self

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from .qr import modules
from .typographie import francais, imprimable

BLEU, BLEU_VIF, OR = (11, 42, 91), (18, 74, 140), (214, 164, 46)
ENCRE, GRIS, FILET, FOND, BLANC = (28, 42, 63), (91, 105, 125), (218, 226, 236), (246, 249, 252), (255, 255, 255)
VERT, ROUGE, NOIR = (22, 110, 72), (168, 42, 32), (0, 0, 0)
POLICE = "dejavu"

Couleur = tuple[int, int, int]
Alignement = Literal["L", "C", "R"]

_FONTES = Path(__file__).parent / "fontes"
_POINT = 25.4 / 72
_PLUS_PETIT = 4.5
_COUPURE = "\u200b"  # where a line may end: after a hyphen


class Emission(Protocol):
    """What is printed on a document beside what it says: its code, the address that checks it, when it was handed out."""

    @property
    def code(self) -> str: ...
    @property
    def adresse(self) -> str: ...
    @property
    def emis_le(self) -> datetime: ...


class Document(FPDF):
    """A PDF in French by NSIA Congo, dated by the moment at which it was issued. `with` closes its font files."""

    def __init__(self, *, titre: str, emission: Emission, largeur: float, hauteur: float) -> None:
        super().__init__(orientation="portrait", unit="mm", format=(largeur, hauteur))
        self.emission = emission
        self.add_font(POLICE, "", _FONTES / "DejaVuSans.ttf")
        self.add_font(POLICE, "B", _FONTES / "DejaVuSans-Bold.ttf")
        fonte = self.fonts[POLICE]
        self.connus = set(fonte.cmap) if isinstance(fonte, TTFFont) else set()
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        self.set_title(titre)
        self.set_author("NSIA Congo")
        self.set_creator("NSIA PASS")
        self.set_lang("fr")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_creation_date(emission.emis_le.astimezone(UTC))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for fonte in self.fonts.values():
            if isinstance(fonte, TTFFont):
                fonte.ttfont.close()

    def octets(self) -> bytes:
        return bytes(self.output())

    def ligne(
        self,
        texte: str,
        *,
        x: float,
        y: float,
        largeur: float,
        taille: float = 9,
        gras: bool = False,
        couleur: Couleur = ENCRE,
        align: Alignement = "L",
    ) -> None:
        """One line whose top is `y`, in smaller letters if it would not fit, cut with `…` at the very end."""
        propre = self._propre(texte)
        self._fonte(taille, gras=gras, couleur=couleur)
        while self.get_string_width(propre) > largeur and taille > _PLUS_PETIT:
            taille -= 0.25
            self.set_font_size(taille)
        if self.get_string_width(propre) > largeur:
            while propre and self.get_string_width(f"{propre}…") > largeur:
                propre = propre[:-1]
            propre += "…"
        self.set_xy(x, y)
        self.cell(largeur, taille * _POINT * 1.25, propre, align=align)

    def paragraphe(
        self,
        texte: str,
        *,
        x: float,
        y: float,
        largeur: float,
        taille: float = 9,
        gras: bool = False,
        couleur: Couleur = ENCRE,
        align: Alignement = "L",
        interligne: float = 1.45,
    ) -> float:
        """Wrapped text whose top is `y`; returns where the next thing may begin."""
        self._fonte(taille, gras=gras, couleur=couleur)
        self.set_xy(x, y)
        self.multi_cell(
            largeur,
            taille * _POINT * interligne,
            " ".join(self._secable(mot, largeur) for mot in self._propre(texte).split(" ")),
            align=align,
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
        )
        return float(self.get_y())

    def aplat(self, *, x: float, y: float, largeur: float, hauteur: float, couleur: Couleur, rayon: float = 0) -> None:
        self.set_fill_color(*couleur)
        if rayon:
            self.rect(x, y, largeur, hauteur, style="F", round_corners=True, corner_radius=rayon)
        else:
            self.rect(x, y, largeur, hauteur, style="F")

    def cadre(
        self, *, x: float, y: float, largeur: float, hauteur: float, couleur: Couleur = FILET, rayon: float = 2
    ) -> None:
        self.set_draw_color(*couleur)
        self.set_line_width(0.25)
        self.rect(x, y, largeur, hauteur, style="D", round_corners=True, corner_radius=rayon)

    def filet(self, *, x: float, y: float, largeur: float, couleur: Couleur = FILET, epaisseur: float = 0.25) -> None:
        self.set_draw_color(*couleur)
        self.set_line_width(epaisseur)
        self.line(x, y, x + largeur, y)

    def marque(self, *, x: float, y: float, taille: float, nsia: Couleur, suite: Couleur) -> None:
        """NSIA PASS, in letters."""
        self._fonte(taille, gras=True, couleur=nsia)
        self.set_char_spacing(taille * 0.06)
        self.set_xy(x, y)
        self.cell(None, taille * _POINT * 1.25, "NSIA")
        self.set_text_color(*suite)
        self.set_xy(x + self.get_string_width("NSIA") + taille * _POINT * 0.32, y)
        self.cell(None, taille * _POINT * 1.25, "PASS")
        self.set_char_spacing(0)

    def largeur_marque(self, *, taille: float) -> float:
        self._fonte(taille, gras=True, couleur=NOIR)
        self.set_char_spacing(taille * 0.06)
        largeur = self.get_string_width("NSIA") + taille * _POINT * 0.32 + self.get_string_width("PASS")
        self.set_char_spacing(0)
        return float(largeur)

    def qr(self, *, x: float, y: float, cote: float, couleur: Couleur = NOIR) -> None:
        """The address that checks this document, in vectors, with the blank border that scanners want inside `cote`."""
        matrice = modules(self.emission.adresse)
        module = cote / (len(matrice) + 8)
        self.set_fill_color(*couleur)
        for j, rangee in enumerate(matrice):
            debut = 0
            while debut < len(rangee):
                fin = debut
                while fin < len(rangee) and rangee[fin] == "1":
                    fin += 1
                if fin > debut:
                    self.rect(
                        x + (debut + 4) * module, y + (j + 4) * module, (fin - debut) * module, module * 1.01, style="F"
                    )
                debut = fin + 1

    def _fonte(self, taille: float, *, gras: bool, couleur: Couleur) -> None:
        self.set_font(POLICE, "B" if gras else "", taille)
        self.set_text_color(*couleur)

    def _secable(self, mot: str, largeur: float) -> str:
        """A word longer than its line may be cut after its hyphens."""
        return mot if self.get_string_width(mot) <= largeur else mot.replace("-", f"-{_COUPURE}")

    def _propre(self, texte: str) -> str:
        return imprimable(francais(texte), connus=self.connus)


@dataclass(frozen=True)
class Colonne:
    titre: str
    largeur: float
    align: Alignement = "L"


@dataclass(frozen=True)
class Cellule:
    texte: str
    couleur: Couleur = ENCRE
    gras: bool = False


class FeuilleA4(Document):
    """A4 pages with the band, the footer that names the code and counts pages, and tables that continue overleaf."""

    MARGE = 18.0
    UTILE = 210.0 - 2 * MARGE
    BAS = 276.0
    """Nothing is written below, but the footer."""

    def __init__(self, *, titre: str, sous_titre: str, rappel: str, emission: Emission) -> None:
        """`rappel`: what the band of following pages recalls."""
        self.titre, self.sous_titre, self.rappel = titre, sous_titre, rappel
        super().__init__(titre=f"{titre} · NSIA PASS", emission=emission, largeur=210, hauteur=297)
        self.alias_nb_pages("\u2007")
        self.add_page()

    def header(self) -> None:
        premiere = self.page_no() == 1
        hauteur = 33.0 if premiere else 15.0
        self.aplat(x=0, y=0, largeur=210, hauteur=hauteur, couleur=BLEU)
        self.aplat(x=0, y=hauteur, largeur=210, hauteur=1.1, couleur=OR)
        if premiere:
            self.marque(x=self.MARGE, y=9.5, taille=21, nsia=BLANC, suite=OR)
            self.ligne(
                "NSIA Congo · Micro-assurances", x=self.MARGE, y=20.2, largeur=80, taille=8, couleur=(190, 205, 226)
            )
            self.ligne(
                self.titre, x=90, y=10.3, largeur=210 - self.MARGE - 90, taille=16, gras=True, couleur=BLANC, align="R"
            )
            self.ligne(
                self.sous_titre,
                x=90,
                y=19.8,
                largeur=210 - self.MARGE - 90,
                taille=8.5,
                couleur=(190, 205, 226),
                align="R",
            )
        else:
            self.marque(x=self.MARGE, y=4.9, taille=12, nsia=BLANC, suite=OR)
            self.ligne(
                f"{self.titre} · {self.rappel}",
                x=70,
                y=5.6,
                largeur=210 - self.MARGE - 70,
                taille=8.5,
                couleur=(214, 224, 238),
                align="R",
            )
        self.set_y(hauteur + (10 if premiere else 9))

    def footer(self) -> None:
        y = 282.0
        self.filet(x=self.MARGE, y=y, largeur=self.UTILE, couleur=OR, epaisseur=0.4)
        self.ligne(
            f"Code de vérification {self.emission.code} · {self.emission.adresse}",
            x=self.MARGE,
            y=y + 2.4,
            largeur=self.UTILE - 26,
            taille=7,
            couleur=GRIS,
        )
        self.ligne(
            f"Page {self.page_no()} / \u2007",
            x=self.MARGE + self.UTILE - 25,
            y=y + 2.4,
            largeur=25,
            taille=7,
            couleur=GRIS,
            align="R",
        )

    def reserver(self, hauteur: float, *, y: float) -> float:
        """Where something of that height may begin: at `y`, or at the top of a new page."""
        if y + hauteur <= self.BAS:
            return y
        self.add_page()
        return float(self.get_y())

    def intertitre(self, texte: str, *, y: float) -> float:
        self.aplat(x=self.MARGE, y=y + 0.1, largeur=1.2, hauteur=4.6, couleur=OR)
        self.ligne(texte, x=self.MARGE + 4, y=y, largeur=self.UTILE - 4, taille=11, gras=True, couleur=BLEU)
        return y + 8.5

    def champ(
        self, libelle: str, valeur: str, *, x: float, y: float, largeur: float, taille: float = 9.5, gras: bool = False
    ) -> float:
        """A small label over its value, which wraps; returns where the next thing may begin."""
        self.ligne(libelle, x=x, y=y, largeur=largeur, taille=7, couleur=GRIS)
        return self.paragraphe(valeur, x=x, y=y + 4, largeur=largeur, taille=taille, gras=gras, interligne=1.35) + 2.6

    def tableau(
        self,
        colonnes: Sequence[Colonne],
        lignes: Sequence[Sequence[Cellule]],
        *,
        y: float,
        total: Sequence[Cellule] | None = None,
        rang: float = 6.4,
    ) -> float:
        """Rows under headings that are repeated on each page; returns where the next thing may begin."""
        y = self._entetes(colonnes, y=self.reserver(8 + rang * min(3, len(lignes) + 1), y=y))
        for numero, cellules in enumerate(lignes):
            derniere = numero == len(lignes) - 1
            if y + rang * (2 if derniere and total else 1) > self.BAS:
                self.add_page()
                y = self._entetes(colonnes, y=self.get_y())
            if numero % 2:
                self.aplat(x=self.MARGE, y=y, largeur=self.UTILE, hauteur=rang, couleur=FOND)
            self._rangee(colonnes, cellules, y=y, rang=rang)
            self.filet(x=self.MARGE, y=y + rang, largeur=self.UTILE, epaisseur=0.15)
            y += rang
        if total:
            self.filet(x=self.MARGE, y=y, largeur=self.UTILE, couleur=BLEU, epaisseur=0.4)
            self._rangee(colonnes, total, y=y + 0.6, rang=rang)
            y += rang + 0.6
        return y

    def _entetes(self, colonnes: Sequence[Colonne], *, y: float) -> float:
        self.aplat(x=self.MARGE, y=y, largeur=self.UTILE, hauteur=7.4, couleur=BLEU, rayon=1)
        entetes = [Cellule(colonne.titre, couleur=BLANC, gras=True) for colonne in colonnes]
        self._rangee(colonnes, entetes, y=y, rang=7.4, taille=7.3)
        return y + 7.4

    def _rangee(
        self, colonnes: Sequence[Colonne], cellules: Sequence[Cellule], *, y: float, rang: float, taille: float = 7.6
    ) -> None:
        x = self.MARGE
        for colonne, cellule in zip(colonnes, cellules, strict=True):
            self.ligne(
                cellule.texte,
                x=x + 2,
                y=y + (rang - taille * _POINT * 1.25) / 2,
                largeur=colonne.largeur - 4,
                taille=taille,
                gras=cellule.gras,
                couleur=cellule.couleur,
                align=colonne.align,
            )
            x += colonne.largeur

    def verification(self, *, x: float, y: float, largeur: float, phrase: str) -> float:
        """The box with the QR code, the code in letters and what checking tells; returns where the next thing may begin."""
        hauteur, cote = 36.0, 34.0
        self.aplat(x=x, y=y, largeur=largeur, hauteur=hauteur, couleur=FOND, rayon=2)
        self.cadre(x=x, y=y, largeur=largeur, hauteur=hauteur)
        self.aplat(x=x + 1, y=y + 1, largeur=cote, hauteur=cote, couleur=BLANC, rayon=1)
        self.qr(x=x + 1, y=y + 1, cote=cote, couleur=BLEU)
        gauche, reste = x + cote + 5, largeur - cote - 9
        self.ligne("Code de vérification", x=gauche, y=y + 4, largeur=reste, taille=7, couleur=GRIS)
        self.ligne(self.emission.code, x=gauche, y=y + 8, largeur=reste, taille=13, gras=True, couleur=BLEU)
        bas = self.paragraphe(phrase, x=gauche, y=y + 15.5, largeur=reste, taille=7.5, couleur=ENCRE, interligne=1.35)
        self.ligne(self.emission.adresse, x=gauche, y=bas + 1.2, largeur=reste, taille=7, couleur=BLEU_VIF)
        return y + hauteur
