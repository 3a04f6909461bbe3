"""The code that is printed on a document: `7F3K-9QRT-2HBX`, read aloud and typed back."""

import re
import secrets

from django.conf import settings
from django.urls import reverse

# No 0/O, 1/I. Drawn from 32^12 (60 bits): with ten million documents handed out, a stranger who tries a thousand codes a second
# meets one every three years, and reads on it a product and dates. Hence no limit of rate on the public page.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

_SEPARATEURS = re.compile(r"[\s-]+")
_CODE = re.compile(rf"[{ALPHABET}]{{12}}")


def tirer() -> str:
    return _grouper("".join(secrets.choice(ALPHABET) for _ in range(12)))


def lire_code(texte: str) -> str | None:
    """The code that `texte` means, in any case, with or without hyphens and spaces; None when it cannot be one."""
    symboles = _SEPARATEURS.sub("", texte).upper()
    return _grouper(symboles) if _CODE.fullmatch(symboles) else None


def adresse(code: str) -> str:
    """The absolute address that checks `code`, as the QR code holds it."""
    return settings.URL_PUBLIQUE + reverse("verifier-code", args=[code])


def _grouper(symboles: str) -> str:
    return "-".join((symboles[:4], symboles[4:8], symboles[8:]))
