"""Seals short secrets for the database with AES-256-GCM (`cryptography`): whoever reads the tables alone reads none of them.

A sealed text is `v2.<name of the key>.<nonce>.<ciphertext and tag>`. The tag also covers the version, the key, the use and the
row (associated data): what is sealed for one row opens for no other. Each use has its own key, drawn by HKDF from
settings.CLE_SECOND_FACTEUR; the former keys of settings.CLES_SECOND_FACTEUR_ANCIENNES still open what they sealed.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = "v2"
# The shape of any sealed text, for CHECK constraints: nothing in clear passes for it.
FORME = r"^v2\.[0-9a-f]{8}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22,}$"
_ALEA = 12  # bytes of a nonce of GCM (NIST SP 800-38D)


class SceauRompu(Exception):
    """The key that sealed it is no longer known, or the text was changed, or belongs to another row or use."""


@dataclass(frozen=True)
class _Cle:
    nom: str
    chiffre: AESGCM


@cache
def _cle(reglage: str, usage: str) -> _Cle:
    def deriver(quoi: str, longueur: int) -> bytes:
        info = f"nsia-pass\0{usage}\0{quoi}".encode()
        return HKDF(algorithm=SHA256(), length=longueur, salt=None, info=info).derive(reglage.encode())

    return _Cle(deriver("nom", 4).hex(), AESGCM(deriver("chiffre", 32)))


def sceller(contenu: bytes, *, usage: str, ligne: str) -> str:
    """`contenu` as the database keeps it in `ligne` for `usage`; never twice the same."""
    cle, alea = _cle(settings.CLE_SECOND_FACTEUR, usage), secrets.token_bytes(_ALEA)
    return ".".join(
        [VERSION, cle.nom, *map(_texte, (alea, cle.chiffre.encrypt(alea, contenu, _lie(cle, usage, ligne))))]
    )


def ouvrir(scelle: str, *, usage: str, ligne: str) -> bytes:
    """What was sealed for this use and row. Raises SceauRompu."""
    try:
        version, nom, *morceaux = scelle.split(".")
        alea, chiffre = (urlsafe_b64decode(f"{morceau}==") for morceau in morceaux)
    except ValueError:
        raise SceauRompu from None
    cle = _connues(usage).get(nom)
    if version != VERSION or cle is None or len(alea) != _ALEA:
        raise SceauRompu
    try:
        return cle.chiffre.decrypt(alea, chiffre, _lie(cle, usage, ligne))
    except InvalidTag:
        raise SceauRompu from None


def a_jour(scelle: str, *, usage: str) -> bool:
    """Whether it was sealed in the present format, under the present key."""
    return scelle.split(".")[:2] == [VERSION, _cle(settings.CLE_SECOND_FACTEUR, usage).nom]


def _connues(usage: str) -> dict[str, _Cle]:
    reglages = [settings.CLE_SECOND_FACTEUR, *settings.CLES_SECOND_FACTEUR_ANCIENNES]
    return {cle.nom: cle for cle in (_cle(reglage, usage) for reglage in reglages)}


def _lie(cle: _Cle, usage: str, ligne: str) -> bytes:
    return "\0".join([VERSION, cle.nom, usage, ligne]).encode()


def _texte(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")
