"""The reference kiosk page: one template and its ES modules (static/borne/), that speak to the API alone (docs/kiosk.md)."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.views.generic import TemplateView

VERSION = "1.0.0"

# Announced in the page, so that the browser asks for all at once instead of import by import.
_JS = settings.BASE_DIR / "static" / "borne" / "js"
MODULES = [
    *sorted(f"borne/js/{chemin.relative_to(_JS).as_posix()}" for chemin in _JS.glob("**/*.js")),
    "borne/langues/fr.js",
]

# Nothing inline, nothing from elsewhere, no text ever read as markup.
_POLITIQUE = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
ENTETES = {
    "Content-Security-Policy": _POLITIQUE,
    # Neither the disk nor the back-forward cache keeps the page of a shared machine.
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class BornePage(TemplateView):
    """The same page for everyone: it holds nothing personal, sets no cookie and reads no database."""

    template_name = "borne/borne.html"

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return super().render_to_response(context, headers=ENTETES, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            modules=MODULES,
            version=VERSION,
            inactivite=settings.BORNE_INACTIVITE,
            avertissement=settings.BORNE_AVERTISSEMENT,
            suivi=settings.BORNE_SUIVI,
            telephone_aide=settings.BORNE_TELEPHONE_AIDE,
            **kwargs,
        )
