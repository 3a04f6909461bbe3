"""Devices where members of staff have signed in: a signed cookie (OWASP, « device cookies »).

It opens nothing. Wrong guesses made with it are counted apart (`attempts.budgets_agent`), so that whoever guesses elsewhere
cannot keep its owner out. It names nobody: a random number, and keyed hashes of the few e-mails that signed in there.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.core import signing

COOKIE = "nsia_appareil"
DUREE = timedelta(days=180)
PERSONNES_MAX = 8
_SEL = "apps.borne_auth.appareils"


@dataclass(frozen=True)
class Appareil:
    numero: str
    personnes: tuple[str, ...]

    @classmethod
    def lire(cls, brut: str | None) -> Self | None:
        """The device of this cookie; None for one that we did not sign, or too long ago."""
        try:
            numero, *personnes = signing.loads(brut or "", salt=_SEL, max_age=DUREE)
        except signing.BadSignature:
            return None
        return cls(numero, tuple(personnes))

    def connait(self, email: str) -> bool:
        return _empreinte(email) in self.personnes

    def signer(self) -> str:
        return signing.dumps([self.numero, *self.personnes], salt=_SEL)


def apres_connexion(appareil: Appareil | None, *, email: str) -> Appareil:
    """The same device, or a new one, that knows this person; of more than PERSONNES_MAX the first to come are forgotten."""
    une = _empreinte(email)
    autres = [autre for autre in appareil.personnes if autre != une] if appareil else []
    return Appareil(appareil.numero if appareil else secrets.token_hex(16), (*autres, une)[-PERSONNES_MAX:])


def _empreinte(email: str) -> str:
    return hmac.new(settings.CLE_COMPTEURS.encode(), f"appareil\0{email}".encode(), hashlib.sha256).hexdigest()[:24]
