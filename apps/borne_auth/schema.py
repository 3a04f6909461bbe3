"""OpenAPI: how each door is opened. Imported at start, so that drf-spectacular knows these extensions."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

CLE_BORNE = {
    "type": "apiKey",
    "in": "header",
    "name": "X-Borne-Cle",
    "description": "Clé de la borne, exigée en production et affichée une fois par `manage.py enregistrer_borne`.",
}

# A kiosk's key where it is required, nothing elsewhere.
AVEC_CLE_BORNE: Any = [{"cleBorne": []}, {}]
# A client's token, with the key of the kiosk that opened the session if there was one.
AVEC_JETON_CLIENT: Any = [{"jetonClient": [], "cleBorne": []}, {"jetonClient": []}]


class JetonClientScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "apps.borne_auth.authentication.ClientAuthentication"
    name = ["jetonClient", "cleBorne"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return list(AVEC_JETON_CLIENT)

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        jeton = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "Jeton `access` d'une session de borne (`POST /api/v1/auth/login/`).",
        }
        return [jeton, CLE_BORNE]


class JetonAgentScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "apps.borne_auth.authentication.AgentAuthentication"
    match_subclasses = True
    name = "jetonAgent"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "Jeton d'un agent (`POST /api/v1/agents/connexion/`).",
        }
