"""REST framework, OpenAPI and CORS. Authentication and permissions reach the lower apps from here."""

from .environment import strings

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.borne_auth.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.borne_auth.permissions.EstClient"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "nsia_pass_api.errors.problem_response",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "COERCE_DECIMAL_TO_STRING": True,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "NSIA PASS",
    "DESCRIPTION": (
        "API des bornes et partenaires de NSIA Congo : les micro-assurances PASS KIMIA, BATELA et SALISA. "
        "Montants en francs CFA entiers (XAF), dates ISO 8601, téléphones `+242…`. "
        "Toute erreur a la même forme, `application/problem+json` (RFC 9457), avec un `code` stable."
    ),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
}

CORS_ALLOWED_ORIGINS = strings("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/.*$"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "x-borne-cle",
    "x-borne-version",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = ["retry-after", "x-request-id"]
