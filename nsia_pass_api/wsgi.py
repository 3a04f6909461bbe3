"""WSGI entry point, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nsia_pass_api.settings")
application = get_wsgi_application()

from nsia_pass_api.checks import refuser_une_production_faible  # noqa: E402 - settings first

refuser_une_production_faible()
