"""Where `manage.py demo` serves. Production servers are told their address by whoever starts them."""

from .environment import integer, text

DEMO_HOST = text("HOST", "127.0.0.1")
DEMO_PORT = integer("PORT", 8000, minimum=1, maximum=65_535)
MOMO_PORT = integer("MOMO_PORT", 9000, minimum=1, maximum=65_535)
