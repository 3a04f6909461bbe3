"""Requests that nothing can read are refused before anything looks at them: NUL and bad UTF-8 in address, query or form."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from .problems import API_PREFIXES, AdresseIllisible

_FORMULAIRES = ("application/x-www-form-urlencoded", "multipart/form-data")
# NUL, that no column of text holds, and what Django reads in the place of bytes that are no UTF-8.
_ILLISIBLES = ("\x00", "\ufffd")


class RequetesLisibles:
    """Answers 400, as problem+json or as a page, to what would be a 500 or another text than the one that was sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Django writes the bad bytes of a path as they were sent, percent-encoded.
        if not (
            _lisible(request.path_info.encode("utf-8", "surrogatepass"))
            and _lisible(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))
        ):
            raise AdresseIllisible("address")
        # The API reads JSON, and refuses the same in its parser; a form there is a 415.
        if request.content_type in _FORMULAIRES and not request.path_info.startswith(API_PREFIXES):
            for nom, valeurs in request.POST.lists():
                if any(signe in texte for texte in (nom, *valeurs) for signe in _ILLISIBLES):
                    raise BadRequest("form")
        return self.get_response(request)


def _lisible(octets: bytes) -> bool:
    decodes = unquote_to_bytes(octets)
    if b"\x00" in decodes:
        return False
    try:
        decodes.decode()
    except UnicodeDecodeError:
        return False
    return True
