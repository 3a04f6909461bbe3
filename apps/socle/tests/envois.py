"""Files that people send, and files that nobody should."""

import io
import zipfile
import zlib
from struct import pack
from typing import Any

import pikepdf
import pillow_heif
from PIL import Image

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
GPS = b"LATITUDE-SECRETE"


def image(forme: str = "JPEG", taille: tuple[int, int] = (120, 80), **options: Any) -> bytes:
    """Darker to the left, lighter below, so that its print has bits of both kinds."""
    if forme == "HEIF":
        pillow_heif.register_heif_opener()
    lue = Image.linear_gradient("L").rotate(90).resize(taille)
    lue.paste(0, (taille[0] // 2, 0, taille[0] * 3 // 4, taille[1] // 2))
    sortie = io.BytesIO()
    lue.convert("RGB").save(sortie, forme, **options)
    return sortie.getvalue()


def photo_situee(orientation: int = 6) -> bytes:
    """As phones take them: turned by EXIF, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = GPS.decode()
    exif.get_ifd(0x8825)[1] = "S"
    exif.get_ifd(0x8825)[29] = GPS.decode()
    return image(exif=exif)


def archive() -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as zip_:
        zip_.writestr("prog.exe", b"MZ" * 20)
    return sortie.getvalue()


def png_immense(largeur: int = 60_000, hauteur: int = 60_000) -> bytes:
    """A few kilobytes that would be gigabytes once decoded."""

    def bloc(nom: bytes, corps: bytes) -> bytes:
        return pack(">I", len(corps)) + nom + corps + pack(">I", zlib.crc32(nom + corps))

    entete = pack(">IIBBBBB", largeur, hauteur, 8, 2, 0, 0, 0)
    points = zlib.compress(b"\0" * 5_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + bloc(b"IHDR", entete) + bloc(b"IDAT", points) + bloc(b"IEND", b"")


def pdf(pages: int = 1, **options: Any) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    return ecrit(document, **options)


def ecrit(document: pikepdf.Pdf, **options: Any) -> bytes:
    sortie = io.BytesIO()
    document.save(sortie, **options)
    return sortie.getvalue()


def pdf_actif() -> bytes:
    """Runs a script when it opens, launches a program from a link, and carries a file; and a form where somebody typed."""
    document = pikepdf.new()
    page = document.add_blank_page()
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    lance = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    document.Root.OpenAction = document.make_indirect(script)
    document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=[pikepdf.String("a"), script]))
    document.attachments["prog.exe"] = b"MZ" * 20
    page.obj.AA = pikepdf.Dictionary(O=script)
    dessin = document.make_stream(b"BT /F0 12 Tf (SAISI PAR LE CLIENT) Tj ET", Type=pikepdf.Name.XObject)
    dessin.Subtype, dessin.BBox = pikepdf.Name.Form, [0, 0, 100, 20]
    lien = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=lance)
    champ = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Widget,
        Rect=[0, 0, 100, 20],
        F=4,
        FT=pikepdf.Name.Tx,
        T=pikepdf.String("nom"),
        AP=pikepdf.Dictionary(N=dessin),
    )
    saisi = document.make_indirect(champ)
    page.obj.Annots = [document.make_indirect(lien), saisi]
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[saisi], XFA=pikepdf.String("<xdp/>"))
    return ecrit(document)
