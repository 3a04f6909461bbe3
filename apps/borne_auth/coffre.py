"""Seals the secrets of second factors, and the hashes of recovery codes: whoever reads the tables alone can give no code, and
whoever writes them alone makes none (`nsia_pass_api.coffre`).

What was sealed in the former format, `v1` (HMAC-SHA256 as mask and as seal), still opens; `rechiffrer_facteurs` seals it anew.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode

from django.conf import settings

from apps.borne_auth.errors import CoffreFerme
from apps.borne_auth.models import FacteurAgent
from nsia_pass_api import coffre
from nsia_pass_api.coffre import SceauRompu

LONGUEUR = 20  # of a secret, RFC 4226: the length of what HMAC-SHA1 gives
_USAGE, _USAGE_SECOURS = "second-facteur", "code-secours"


def sceller(secret: bytes, *, proprietaire: int) -> str:
    """`secret`, of LONGUEUR bytes, as the database keeps it for the agent `proprietaire`; never twice the same."""
    if len(secret) != LONGUEUR:
        raise ValueError("length")
    return coffre.sceller(secret, usage=_USAGE, ligne=str(proprietaire))


def ouvrir(scelle: str, *, proprietaire: int) -> bytes:
    """The secret that was sealed for this owner. Raises CoffreFerme: its key is no longer known, or it was tampered with."""
    try:
        if scelle.startswith("v1."):
            return _ouvrir_v1(scelle, proprietaire)
        return coffre.ouvrir(scelle, usage=_USAGE, ligne=str(proprietaire))
    except SceauRompu:
        raise CoffreFerme from None


def a_jour(scelle: str) -> bool:
    """Whether it was sealed in the present format, under the present key."""
    return coffre.a_jour(scelle, usage=_USAGE)


def sceller_empreinte(empreinte: bytes, *, facteur: FacteurAgent) -> str:
    """The hash of a recovery code, as the database keeps it for this factor of this agent."""
    return coffre.sceller(empreinte, usage=_USAGE_SECOURS, ligne=f"{facteur.agent_id}:{facteur.pk}")


def ouvrir_empreinte(scelle: str, *, facteur: FacteurAgent) -> bytes:
    """The hash that was sealed for this factor of this agent. Raises CoffreFerme."""
    try:
        return coffre.ouvrir(scelle, usage=_USAGE_SECOURS, ligne=f"{facteur.agent_id}:{facteur.pk}")
    except SceauRompu:
        raise CoffreFerme from None


def empreinte_a_jour(scelle: str) -> bool:
    return coffre.a_jour(scelle, usage=_USAGE_SECOURS)


def _ouvrir_v1(scelle: str, proprietaire: int) -> bytes:
    """`v1.<key>.<nonce>.<secret XOR HMAC(nonce)>.<HMAC of owner, nonce and the former>`. Raises SceauRompu."""
    try:
        version, nom, *morceaux = scelle.split(".")
        alea, voile, sceau = (urlsafe_b64decode(f"{morceau}==") for morceau in morceaux)
    except ValueError:
        raise SceauRompu from None
    for reglage in [settings.CLE_SECOND_FACTEUR, *settings.CLES_SECOND_FACTEUR_ANCIENNES]:
        message = b"\0".join([version.encode(), str(proprietaire).encode(), alea + voile])
        juste = _hmac(_derivee_v1(reglage, "sceau"), message)
        if _derivee_v1(reglage, "nom").hex()[:8] == nom and hmac.compare_digest(sceau, juste):
            masque = _hmac(_derivee_v1(reglage, "masque"), alea)
            return bytes(octet ^ cache for octet, cache in zip(voile, masque, strict=False))
    raise SceauRompu


def _derivee_v1(reglage: str, usage: str) -> bytes:
    return _hmac(reglage.encode(), f"second-facteur\0{usage}".encode())


def _hmac(cle: bytes, message: bytes) -> bytes:
    return hmac.new(cle, message, hashlib.sha256).digest()
