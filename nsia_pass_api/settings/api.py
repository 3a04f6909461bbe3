"""REST framework, OpenAPI and CORS. Authentication and permissions reach the lower apps from here."""

from .environment import strings

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.borne_auth.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.borne_auth.permissions.EstClient"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["nsia_pass_api.parsers.ObjetJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "nsia_pass_api.openapi.SchemaPass",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "nsia_pass_api.problems.problem_response",
    # OPTIONS would describe the serializers to anyone; the OpenAPI schema does it.
    "DEFAULT_METADATA_CLASS": None,
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "COERCE_DECIMAL_TO_STRING": True,
}

# A request of the API is a small JSON object; files are not counted.
DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144

# Functions that say in French what makes the service unusable, or None (`GET /sante/pret/`).
SANTE_CONTROLES = [
    "nsia_pass_api.sante.base_de_donnees",
    "nsia_pass_api.sante.migrations",
    "apps.socle.selectors.travailleur_present",
]

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
    "PATH_CONVERTER_OVERRIDES": {
        "police": {
            "type": "string",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9-]{0,29}$",
            "example": "CG-2026-VIE-001",
            "description": "Numéro de police, en majuscules ou en minuscules.",
        },
        "numero": {
            "type": "string",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9-]{0,39}$",
            "example": "PAY-20261020-7F3K9Q",
            "description": "Numéro tel qu'il a été donné, en majuscules ou en minuscules.",
        },
    },
    "ENUM_NAME_OVERRIDES": {
        "OperateurPaiementEnum": "apps.pass_payments.models.OperateurPaiement",
        "OperateurMobileEnum": "apps.pass_clients.models.OperateurMobile",
        "PeriodiciteEnum": "apps.pass_products.models.Periodicite",
        "RoleAgentEnum": "apps.borne_auth.models.RoleAgent",
        "RoleBeneficiaireEnum": "apps.pass_clients.models.RoleBeneficiaire",
        "StatutAgentEnum": "apps.borne_auth.models.StatutAgent",
        "StatutCotisationEnum": "apps.pass_payments.models.StatutCotisation",
        "StatutPaiementEnum": "apps.pass_payments.models.StatutPaiement",
        "TypeActeEnum": "apps.pass_payments.situation.TypeActe",
        "CodeSituationEnum": "apps.pass_payments.situation.CodeSituation",
        "NiveauSituationEnum": "apps.pass_payments.situation.Niveau",
    },
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
    "x-suivi",
]
CORS_EXPOSE_HEADERS = ["idempotent-replayed", "retry-after", "x-request-id"]
