"""Answers in PDF or JSON: the query parameter `format` chooses, `Accept` never refuses."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response


class PdfRenderer(BaseRenderer):
    """Answers bytes that are a PDF already. Errors never come here: the exception handler answers problems by itself."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return bytes(data)


class FormatDemande(BaseContentNegotiation):
    """The renderer that `?format=` names; the view's first one otherwise. The view's serializer refuses unknown formats."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        voulu = request.query_params.get("format")
        premier, *autres = renderers
        choisi = next((renderer for renderer in autres if renderer.format == voulu), premier)
        return choisi, choisi.media_type or ""


def pdf(octets: bytes, *, nom: str) -> Response:
    """Shown by a browser rather than saved, under that name if it is saved."""
    return Response(octets, headers={"Content-Disposition": f'inline; filename="{nom}.pdf"'})
