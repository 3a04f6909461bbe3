"""Credentials that the simulator gives and that the platform uses with it: both sides of the wire derive them from a name."""

import hashlib
import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class Acces:
    """What an operator's portal would give for a product in production: one subscription key, one API user and its key."""

    produit: str
    cle_abonnement: str
    utilisateur: str
    cle: str
    cible: str = "mtncongo"


def acces_de_demonstration(produit: str) -> Acces:
    """Fixed credentials for `mtncongo`; public, they open nothing but the simulator."""

    def empreinte(nom: str) -> str:
        return hashlib.sha256(f"simulateur-momo:{produit}:{nom}".encode()).hexdigest()[:32]

    utilisateur = uuid.UUID(hex=empreinte("utilisateur"), version=4)
    return Acces(produit, empreinte("abonnement"), str(utilisateur), empreinte("cle"))
