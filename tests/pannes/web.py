"""The application as granian serves it, which dies where the header `X-Panne` of a request says."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from nsia_pass_api.wsgi import application as produit

from .coupures import WEB, Coupure, poser

_requete = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    rang = environ.get("HTTP_X_PANNE")
    _requete.coupure = WEB[int(rang)] if rang else None
    return produit(environ, start_response)


def _demandee(coupure: Coupure) -> Callable[[], bool]:
    return lambda: getattr(_requete, "coupure", None) is coupure


for _une in WEB:
    poser(_une, active=_demandee(_une))
