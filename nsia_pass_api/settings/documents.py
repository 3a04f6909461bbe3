"""Documents that clients take away: the address that they print."""

from urllib.parse import urlsplit

from .demo import DEMO_HOST, DEMO_PORT
from .environment import PRODUCTION, refus, text


def adresse_publique(url: str, *, production: bool) -> str:
    """`url` without its last slash, when a phone can open it."""
    schemes = ("https",) if production else ("http", "https")
    try:
        parts = urlsplit(url)
        readable = parts.scheme in schemes and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        readable = False
    if not readable:
        raise refus(
            "URL_PUBLIQUE",
            f"« {url} » n'est pas une adresse {' ou '.join(schemes)}",
            "Exemple : URL_PUBLIQUE=https://pass.exemple.cg.",
        )
    return url.rstrip("/")


def _demo() -> str:
    host = "127.0.0.1" if DEMO_HOST in ("0.0.0.0", "::") else DEMO_HOST  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{DEMO_PORT}"


# Where `/verifier/` is reached from outside: receipts, statements and attestations print it with their QR code.
URL_PUBLIQUE = adresse_publique(text("URL_PUBLIQUE", None if PRODUCTION else _demo()), production=PRODUCTION)
