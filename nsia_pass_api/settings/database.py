"""PostgreSQL only: the server named by `DATABASE_URL`, else the embedded one, which starts at the first connection."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg2.extensions

from .environment import DATA_DIR, integer, refus, text

DATABASE_URL = text("DATABASE_URL", "")
EMBEDDED_DATA_DIR = DATA_DIR / "postgresql"
EMBEDDED_DATABASE = "nsia_pass"
# 0 = any free port, kept from one start to the next.
EMBEDDED_PORT = integer("POSTGRES_PORT", 0, maximum=65_535)

_MEND = (
    "Forme attendue : DATABASE_URL=postgresql://utilisateur:motdepasse@hote:5432/base ; "
    "dans le mot de passe écrivez %40 pour @, %2F pour /, %23 pour #."
)


def from_url(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise refus("DATABASE_URL", "adresse illisible", _MEND) from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise refus("DATABASE_URL", f"« {parts.scheme or url} » n'est pas PostgreSQL", _MEND)
    if parts.fragment or not parts.path.strip("/"):
        raise refus("DATABASE_URL", "nom de base absent", _MEND)
    options = dict(parse_qsl(parts.query))
    try:
        psycopg2.extensions.make_dsn(**options)
    except psycopg2.ProgrammingError:
        raise refus("DATABASE_URL", f"option inconnue dans « ?{parts.query} »", "Retirez-la, ou voyez libpq.") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port),
        "OPTIONS": options,
    }


DATABASES = {
    "default": {
        **(from_url(DATABASE_URL) if DATABASE_URL else {"ENGINE": "nsia_pass_api.database", "NAME": EMBEDDED_DATABASE}),
        "CONN_MAX_AGE": integer("DB_CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
        # Dates are those of Brazzaville on both sides of the wire.
        "TIME_ZONE": "Africa/Brazzaville",
    }
}
# pgtrigger reads `pgtrigger.ignore` at every row. Unset, each read fails inside a subtransaction, whose undoing visits every
# deferred check of the transaction: 20 000 subscriptions by COPY took 256 s instead of 4. Compiling a query (jit) takes longer
# than running it: 1.2 s for a day of 100 000 subscriptions instead of 0.4. What DATABASE_URL says wins.
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = f"-c jit=off -c pgtrigger.ignore={{}} {_options.get('options', '')}".strip()
