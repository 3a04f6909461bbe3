"""ASGI entry point, for the WebSocket routes that claims and the back office will bring; everything else runs under WSGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nsia_pass_api.settings")
application = get_asgi_application()
