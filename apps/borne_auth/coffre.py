"""Encrypts the secrets of second factors for the database: whoever reads the tables alone can give no code.

HMAC-SHA256 makes the mask (a secret is shorter than one block) and, under another key, the seal (encrypt, then MAC; RFC 2104).
The seal covers the owner: what is sealed for one agent opens for no other. Keys come from settings.CLE_SECOND_FACTEUR; those
of settings.CLES_SECOND_FACTEUR_ANCIENNES still open what they sealed (docs/operations.md, rotation).
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from apps.borne_auth.errors import CoffreFerme

VERSION = "v1"
LONGUEUR = 20  # of a secret, RFC 4226: the length of what HMAC-SHA1 gives


@dataclass(frozen=True)
class _Cles:
    nom: str
    masque: bytes
    sceau: bytes


@cache
def _cles(reglage: str) -> _Cles:
    def deriver(usage: str) -> bytes:
        return hmac.new(reglage.encode(), f"second-facteur\0{usage}".encode(), hashlib.sha256).digest()

    return _Cles(deriver("nom").hex()[:8], deriver("masque"), deriver("sceau"))


def sceller(secret: bytes, *, proprietaire: int) -> str:
    """`secret`, of LONGUEUR bytes, as the database keeps it for the agent `proprietaire`; never twice the same."""
    if len(secret) != LONGUEUR:
        raise ValueError("length")
    cles = _cles(settings.CLE_SECOND_FACTEUR)
    alea = secrets.token_bytes(16)
    voile = _masquer(cles, alea, secret)
    sceau = _sceau(cles, proprietaire, alea, voile)
    return ".".join([VERSION, cles.nom, *map(_texte, (alea, voile, sceau))])


def ouvrir(scelle: str, *, proprietaire: int) -> bytes:
    """The secret that was sealed for this owner. Raises CoffreFerme: its key is no longer known, or it was tampered with."""
    try:
        version, nom, *morceaux = scelle.split(".")
        alea, voile, sceau = (urlsafe_b64decode(f"{morceau}==") for morceau in morceaux)
    except ValueError:
        raise CoffreFerme from None
    cles = _toutes().get(nom)
    if version != VERSION or cles is None or not hmac.compare_digest(sceau, _sceau(cles, proprietaire, alea, voile)):
        raise CoffreFerme
    return _masquer(cles, alea, voile)


def a_jour(scelle: str) -> bool:
    """Whether it was sealed under the present key."""
    return scelle.split(".")[1:2] == [_cles(settings.CLE_SECOND_FACTEUR).nom]


def _toutes() -> dict[str, _Cles]:
    reglages = [settings.CLE_SECOND_FACTEUR, *settings.CLES_SECOND_FACTEUR_ANCIENNES]
    return {cles.nom: cles for cles in map(_cles, reglages)}


def _masquer(cles: _Cles, alea: bytes, contenu: bytes) -> bytes:
    masque = hmac.new(cles.masque, alea, hashlib.sha256).digest()
    return bytes(un ^ autre for un, autre in zip(contenu, masque, strict=False))


def _sceau(cles: _Cles, proprietaire: int, alea: bytes, voile: bytes) -> bytes:
    message = b"\0".join([VERSION.encode(), str(proprietaire).encode(), alea + voile])
    return hmac.new(cles.sceau, message, hashlib.sha256).digest()


def _texte(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")
