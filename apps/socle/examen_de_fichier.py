"""A file of unknown origin, opened apart: python -I examen_de_fichier.py image/jpeg < sent > checked.

A program of its own, which knows neither the database nor any secret, with memory and time counted by the system: what a hostile
file does to a decoder, it does to this process alone. Writes a line of JSON, {"motif": …, "empreinte": …}, then the checked copy
when it gives no reason to refuse. Ends with another code than 0 when the file could not be read.
"""

import io
import json
import sys
import warnings
from typing import Any

MEMOIRE = 1024 * 1024 * 1024
PROCESSEUR_SECONDES = 20
SORTIE_MAXIMUM = 20 * 1024 * 1024
PIXELS_MAXIMUM = 40_000_000
COTE_MAXIMUM = 2000
PAGES_MAXIMUM = 30
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
# What a page is drawn from. Actions, scripts, attached files and all else of it stay behind.
_DE_LA_PAGE = {"/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"}


class Refus(Exception):
    """The file is readable, and not taken: one of MotifFichier."""


def image(octets: bytes, nature: str) -> tuple[bytes, int]:
    """The picture upright, of 2000 pixels a side at most, as a JPEG that holds nothing else; and what it looks like."""
    from PIL import Image, ImageOps

    if nature == "image/heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = PIXELS_MAXIMUM
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        lue: Any = Image.open(io.BytesIO(octets), formats=[FORMATS[nature]])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bombe:
        raise Refus("trop_grand") from bombe
    if lue.mode.startswith("I;16"):  # which Pillow would cut at 255 instead of scaling
        lue = lue.point(lambda valeur: valeur * (1 / 256)).convert("L")
    if lue.mode not in ("RGB", "RGBA", "L", "CMYK"):
        lue = lue.convert("RGBA" if lue.has_transparency_data else "RGB")
    lue.thumbnail((COTE_MAXIMUM, COTE_MAXIMUM))
    droite = ImageOps.exif_transpose(lue)
    if droite.has_transparency_data:
        opaque = Image.new("RGB", droite.size, "white")
        calque = droite.convert("RGBA")
        opaque.paste(calque, mask=calque.getchannel("A"))
    else:
        opaque = droite.convert("RGB")
    sortie = io.BytesIO()
    Image.frombytes("RGB", opaque.size, opaque.tobytes()).save(sortie, "JPEG", quality=85, optimize=True)
    return sortie.getvalue(), empreinte(opaque)


def empreinte(lue: Any) -> int:
    """dHash: for 8 lines of 9 points, whether each is brighter than the next. 64 bits, signed as PostgreSQL's bigint."""
    points = lue.convert("L").resize((9, 8)).tobytes()
    bits = [points[9 * ligne + colonne] > points[9 * ligne + colonne + 1] for ligne in range(8) for colonne in range(8)]
    valeur = sum(1 << rang for rang, bit in enumerate(bits) if bit)
    return valeur - (1 << 64) if valeur >> 63 else valeur


def pdf(octets: bytes) -> bytes:
    """A new document of the same pages, with what they are drawn from and nothing else; what was typed into forms is drawn."""
    import pikepdf

    try:
        recu = pikepdf.open(io.BytesIO(octets))
    except pikepdf.PasswordError as ferme:
        raise Refus("mot_de_passe") from ferme
    if len(recu.pages) > PAGES_MAXIMUM:
        raise Refus("trop_de_pages")
    if not len(recu.pages):
        raise Refus("illisible")
    recu.flatten_annotations("screen")
    for page in recu.pages:
        for cle in set(page.obj.keys()) - _DE_LA_PAGE:
            del page.obj[cle]
    neuf = pikepdf.new()
    neuf.pages.extend(recu.pages)
    sortie = io.BytesIO()
    neuf.save(sortie, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return sortie.getvalue()


def se_limiter() -> None:
    """Memory and time of this process are counted, it writes no file; on Windows its parent's patience alone bounds it."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE, MEMOIRE))
    # The second is SIGKILL: whoever looks at the code of this process takes that for somebody else's doing.
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSEUR_SECONDES, PROCESSEUR_SECONDES + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    se_limiter()
    octets, nature = sys.stdin.buffer.read(), sys.argv[1]
    verdict: dict[str, Any] = {"motif": "", "empreinte": None}
    copie = b""
    try:
        if nature == "application/pdf":
            copie = pdf(octets)
        else:
            copie, verdict["empreinte"] = image(octets, nature)
        if len(copie) > SORTIE_MAXIMUM:
            raise Refus("illisible")
    except Refus as refus:
        verdict["motif"], copie = str(refus), b""
    sys.stdout.buffer.write(json.dumps(verdict).encode() + b"\n" + copie)


if __name__ == "__main__":
    main()
