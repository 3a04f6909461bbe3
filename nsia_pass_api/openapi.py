"""OpenAPI: operations with their error answers, so that the schema says all that the API may answer."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from .problems import CONTENT_TYPE, ProblemeSerializer


class SchemaPass(AutoSchema):
    """Adds the errors common to operations, and gives every error, also those that a view declares, its true media type.

    A view that refuses for its own reasons says so in `extend_schema(responses={…, 409: OpenApiResponse(description=…)})`.
    """

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        problem = self.resolve_serializer(ProblemeSerializer, "response").ref
        responses = operation["responses"]
        declared = {code: response for code, response in responses.items() if code >= "400"}
        common = {code: {"description": text} for code, text in self._common_errors(operation).items()}
        for code, response in (common | declared).items():
            media: dict[str, Any] = next(iter(response.get("content", {}).values()), {})
            responses[code] = {**response, "content": {CONTENT_TYPE: {**media, "schema": problem}}}
        return operation

    def _common_errors(self, operation: dict[str, Any]) -> dict[str, str]:
        errors = {"500": "Incident de notre côté.", "default": "Toute autre erreur."}
        if "requestBody" in operation or any(p["in"] == "query" for p in operation.get("parameters", [])):
            errors["400"] = "Données invalides."
        if self.view.get_authenticators():
            errors["401"] = "Identification requise."
            errors["403"] = "Accès refusé."
        if "{" in self.path:
            errors["404"] = "Introuvable."
        return errors
