"""Two families of tokens that share nothing: key, audience, type and class differ, so that neither opens the other's door.

Built on simplejwt's `Token`, without its `JWTAuthentication` (loads a Django user by id), its `for_user` (needs a user)
nor its rotation (not single-use under races). A client's token names a session and itself: no police, phone, name or client.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import datetime_to_epoch

from apps.borne_auth.errors import JetonInvalide

EMETTEUR = "nsia-pass"
# Ours are under 400; nothing longer is parsed.
LONGUEUR_MAX = 1_000
# What PyJWT and simplejwt let through of moments beyond all calendars, of NaN and infinities, and of JSON nested deep enough to
# exhaust the stack.
_ILLISIBLE = (OverflowError, OSError, RecursionError, TypeError, ValueError)


@cache
def _backend(cle: str, audience: str) -> TokenBackend:
    return TokenBackend("HS256", cle, audience=audience, issuer=EMETTEUR)


class Jeton(Token):
    """A signed token of one family and one type, that ends at the moment given to `emettre`."""

    lifetime = timedelta(0)  # simplejwt wants one; `emettre` replaces what it gives
    audience: ClassVar[str]
    reglage_cle: ClassVar[str]

    @property
    def token_backend(self) -> TokenBackend:
        return _backend(getattr(settings, self.reglage_cle), self.audience)

    @classmethod
    def emettre(cls, *, fin: datetime, **claims: Any) -> Self:
        """A token good until `fin`, to the second below."""
        jeton = cls()
        jeton.payload |= {"exp": datetime_to_epoch(fin), **claims}
        return jeton

    @classmethod
    def lire(cls, brut: str) -> Self:
        """The token that `brut` carries: signed by our key for this audience and type, and not expired. Raises JetonInvalide."""
        if len(brut) > LONGUEUR_MAX:
            raise JetonInvalide
        try:
            return cls(brut)  # type: ignore[arg-type]
        except (TokenError, *_ILLISIBLE):
            raise JetonInvalide from None

    def verify(self) -> None:
        super().verify()
        if type(self.payload["exp"]) is not int:  # as we write it: neither a fraction, a text nor a truth
            raise TokenError("exp")
        try:
            self.verify_claims()
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise TokenError("claims") from error

    def verify_claims(self) -> None:
        """Reads each claim that callers will read. Raises KeyError, TypeError, ValueError or AttributeError."""
        raise NotImplementedError


class JetonClient(Jeton):
    """Stands for a session of `sessions_borne`."""

    audience = "borne"
    reglage_cle = "CLE_JETONS_CLIENTS"

    @property
    def session_id(self) -> UUID:
        return UUID(self.payload["sid"])

    @property
    def jti(self) -> UUID:
        return UUID(self.payload["jti"])

    def verify_claims(self) -> None:
        _ = self.session_id, self.jti


class JetonAccesClient(JetonClient):
    token_type = "borne_access"  # noqa: S105 - a type, not a secret


class JetonRafraichissementClient(JetonClient):
    token_type = "borne_refresh"  # noqa: S105


class JetonAgent(Jeton):
    """Stands for a member of staff. Short, and never refreshed."""

    token_type = "agent_access"  # noqa: S105
    audience = "agents"
    reglage_cle = "CLE_JETONS_AGENTS"

    @property
    def agent_id(self) -> int:
        return int(self.payload["agent"])

    @property
    def facteur(self) -> str:
        """The key of the second factor that was shown when it was signed; empty when none was."""
        return str(self.payload.get("facteur", ""))

    def verify_claims(self) -> None:
        _ = self.agent_id
