"""Holds an answer against the OpenAPI schema, exactly: every declared field is there, and no other."""

import re
from copy import deepcopy
from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker


def verifier_conformite(response: HttpResponse) -> Any:
    """The body of a JSON answer, checked against what the schema says of its operation, status and media type."""
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", response.resolver_match.route)
    operation = schema()["paths"][path][response.request["REQUEST_METHOD"].lower()]
    content = operation["responses"][str(response.status_code)]["content"]
    body = response.json()
    validator = Draft202012Validator(
        {**content[response.headers["Content-Type"]]["schema"], "components": schema()["components"]},
        format_checker=FormatChecker(),
    )
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)] == []
    return body


@cache
def schema() -> dict[str, Any]:
    """The project's OpenAPI schema as strict JSON Schema: `nullable` spelt out, objects closed, answers complete."""
    openapi: dict[str, Any] = deepcopy(SchemaGenerator().get_schema(request=None, public=True))
    _tighten(openapi["components"])
    _tighten(openapi["paths"])
    return openapi


def _tighten(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _tighten(item)
    if not isinstance(node, dict):
        return
    for item in list(node.values()):
        _tighten(item)
    if node.get("type") == "object" and "properties" in node:
        node["additionalProperties"] = False
    if node.pop("nullable", False) is True:
        inner = dict(node)
        node.clear()
        node["anyOf"] = [inner, {"type": "null"}]
