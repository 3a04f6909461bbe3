"""Sessions of the back office in the database, where neither reading nor copying a row opens one.

A row is known by a hash of its cookie, and what it holds is signed for that cookie alone. The application serves WSGI: Django's
asynchronous methods are left as they are, and find none of these rows.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone


def cle_de_la_ligne(cookie: str) -> str:
    """The key of the row: the cookie has 165 random bits, its SHA-256 needs neither salt nor slowness. 40 characters are kept."""
    return hashlib.sha256(cookie.encode()).hexdigest()[:40]


class SessionStore(db.SessionStore):
    @property
    def key_salt(self) -> str:
        return f"nsia.session.{self.session_key}"

    def _get_session_from_db(self) -> Any:
        try:
            cle = cle_de_la_ligne(self.session_key or "")
            return self.model.objects.get(session_key=cle, expire_date__gt=timezone.now())
        except self.model.DoesNotExist:
            self._session_key = None
            return None

    def exists(self, session_key: str) -> bool:
        return super().exists(cle_de_la_ligne(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        ligne = super().create_model_instance(data)
        ligne.session_key = cle_de_la_ligne(ligne.session_key)
        return ligne

    def delete(self, session_key: str | None = None) -> None:
        cookie = session_key or self.session_key
        if cookie is not None:
            super().delete(cle_de_la_ligne(cookie))
