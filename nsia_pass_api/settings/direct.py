"""The live process: where it listens, and whose pages may open its sockets."""

from urllib.parse import urlsplit

from .api import CORS_ALLOWED_ORIGINS
from .base import CSRF_TRUSTED_ORIGINS
from .demo import DEMO_PORT
from .documents import URL_PUBLIQUE
from .environment import PRODUCTION, integer, strings, text

DIRECT_HOTE = text("DIRECT_HOTE", "127.0.0.1")
DIRECT_PORT = integer("DIRECT_PORT", 8001, minimum=1, maximum=65_535)

_publique = urlsplit(URL_PUBLIQUE)
_siennes = [f"{_publique.scheme}://{_publique.netloc}"]
if not PRODUCTION:
    _siennes.append(f"http://localhost:{DEMO_PORT}")
# Origins of pages that may open a socket: ours, those that may call the API, and these.
DIRECT_ORIGINES = [*_siennes, *CSRF_TRUSTED_ORIGINS, *CORS_ALLOWED_ORIGINS, *strings("DIRECT_ORIGINES")]

# What pages open. In production the proxy leads /ws/ and /socket.io/ of the site there.
DIRECT_URL = text(
    "DIRECT_URL",
    f"wss://{_publique.netloc}" if PRODUCTION else f"ws://{_publique.hostname}:{DIRECT_PORT}",
)
# Threads that use the database, each with a connection of its own.
DIRECT_FILS = integer("DIRECT_FILS", 4, minimum=1, maximum=64)
# The largest message that a socket may send: 4000 characters of a story and what surrounds them.
DIRECT_MESSAGE_OCTETS = 32_768
