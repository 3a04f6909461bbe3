"""Pages that show the OpenAPI schema to people."""

from typing import Any

from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

# Both pages carry inline scripts; whatever their bundles try, nothing leaves this server.
_NOTHING_OUTSIDE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'"
)


class _Enclosed(APIView):
    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Content-Security-Policy"] = _NOTHING_OUTSIDE
        return response


class SwaggerView(_Enclosed, SpectacularSwaggerView):
    pass


class RedocView(_Enclosed, SpectacularRedocView):
    """Reads templates/drf_spectacular/redoc.html, without the fonts of an outside server."""
