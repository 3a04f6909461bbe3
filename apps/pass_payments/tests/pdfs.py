"""What is written in our own PDFs, read without any tool: streams inflated, glyphs turned into letters by the fonts' maps."""

import re
import zlib
from dataclasses import dataclass

_OBJET = re.compile(rb"^(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL | re.MULTILINE)
_SUITE = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj|\[(.*?)\] TJ", re.DOTALL)
_ECHAPPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True)
class Pdf:
    """`pages`: the texts of each, in the order in which they were written; `infos`: author, title and creation date."""

    pages: list[list[str]]
    infos: dict[str, str]
    langue: str
    taille: tuple[float, float]

    @property
    def texte(self) -> str:
        return "\n".join(ligne for page in self.pages for ligne in page)


def lire(octets: bytes) -> Pdf:
    assert octets.startswith(b"%PDF-")
    assert octets.rstrip().endswith(b"%%EOF")
    objets = {int(numero): corps for numero, corps in _OBJET.findall(octets)}
    fontes = {
        nom: _alphabet(objets[int(reference)])
        for nom, objet in _fontes(objets)
        for reference in re.findall(rb"/ToUnicode (\d+) 0 R", objets[objet])
    }
    pages = [corps for corps in objets.values() if re.search(rb"/Type /Page\s", corps + b"\n")]
    contenus = [objets[int(re.findall(rb"/Contents (\d+) 0 R", page)[0])] for page in pages]
    largeur, hauteur = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", octets)[0]
    return Pdf(
        pages=[_textes(_flux(contenu), fontes) for contenu in contenus],
        infos=_infos(octets),
        langue=re.findall(rb"/Lang \((.*?)\)", octets)[0].decode(),
        taille=(float(largeur) * 25.4 / 72, float(hauteur) * 25.4 / 72),
    )


def _fontes(objets: dict[int, bytes]) -> list[tuple[bytes, int]]:
    return [
        (nom, int(objet))
        for corps in objets.values()
        if corps.startswith(b"<<\n/Font ")
        for nom, objet in re.findall(rb"/(F\d+) (\d+) 0 R", corps)
    ]


def _flux(corps: bytes) -> bytes:
    entete, flux = corps.split(b"stream\n", 1)
    flux = flux.rsplit(b"\nendstream", 1)[0]
    return zlib.decompress(flux) if b"/FlateDecode" in entete else flux


def _alphabet(corps: bytes) -> dict[int, str]:
    paires = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", _flux(corps).split(b"beginbfchar", 1)[1])
    return {int(glyphe, 16): bytes.fromhex(lettre.decode()).decode("utf-16-be") for glyphe, lettre in paires}


def _textes(contenu: bytes, fontes: dict[bytes, dict[int, str]]) -> list[str]:
    textes, alphabet = [], {}
    for fonte, simple, suite in _SUITE.findall(contenu):
        if fonte:
            alphabet = fontes[fonte]
            continue
        morceaux = re.findall(rb"\(((?:\\.|[^\\)])*)\)", suite, re.DOTALL) if suite else [simple]
        glyphes = b"".join(
            re.sub(rb"\\(.)", lambda m: _ECHAPPES.get(m[1], m[1]), morceau, flags=re.DOTALL) for morceau in morceaux
        )
        textes.append("".join(alphabet[int.from_bytes(glyphes[i : i + 2])] for i in range(0, len(glyphes), 2)))
    return textes


def _infos(octets: bytes) -> dict[str, str]:
    infos = {}
    for nom, simple, hexa in re.findall(rb"/(Author|Creator|Title|CreationDate) (?:\((.*?)\)|<([0-9a-f]+)>)\n", octets):
        infos[nom.decode()] = bytes.fromhex(hexa.decode()).decode("utf-16") if hexa else simple.decode()
    return infos
