"""What the HTTP faces share: refusals, JSON answers, connections that break, and the faults around a call."""

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from .defauts import Defauts
from .protocole import ERREURS, Erreur


class Refus(Exception):
    """The call is answered by `reponse` and changed nothing."""

    def __init__(self, reponse: Response) -> None:
        self.reponse = reponse


class Coupure(Exception):
    """The connection is closed without an answer."""


def json_reponse(corps: Any, statut: int = 200) -> Response:
    return Response(json.dumps(corps, ensure_ascii=False), status=statut, content_type="application/json;charset=utf-8")


def erreur(faute: Erreur | str) -> Response:
    """The answer of an error of the table, given by its code or whole."""
    trouvee = ERREURS[faute] if isinstance(faute, str) else faute
    return json_reponse(trouvee.corps, trouvee.statut)


def refuser(faute: Erreur | str) -> Refus:
    return Refus(erreur(faute))


def vide(statut: int) -> Response:
    """No body, and `Content-Length: 0` said aloud."""
    return Response(b"", status=statut, headers={"Content-Length": "0"}, content_type=None)


def objet_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object; a Refus with 400 when it is anything else."""
    try:
        lu = json.loads(request.get_data())
    except ValueError:
        raise refuser("VALIDATION_ERROR") from None
    if not isinstance(lu, dict):
        raise refuser("VALIDATION_ERROR")
    return lu


def texte(corps: dict[str, Any], nom: str) -> str:
    """A field that clients send as text or number; empty when absent."""
    valeur = corps.get(nom)
    if valeur is None:
        return ""
    if isinstance(valeur, dict | list | bool):
        raise refuser("VALIDATION_ERROR")
    return str(valeur)


def avec_defauts(
    appel: Callable[[], Response], *, cle: str, defauts: Defauts, dormir: Callable[[float], None] = time.sleep
) -> Response:
    """The answer of a creating call, with the faults that strike before and after the operation is kept."""
    ralentir(cle=cle, defauts=defauts, dormir=dormir)
    if defauts.arrive("erreur_avant", cle):
        return erreur("SERVICE_UNAVAILABLE")
    if defauts.arrive("coupure_avant", cle):
        raise Coupure
    reponse = appel()
    if reponse.status_code >= 300:
        return reponse
    if defauts.arrive("arret_apres", cle):
        os.kill(os.getpid(), signal.SIGKILL)
    if defauts.arrive("coupure_apres", cle):
        raise Coupure
    return erreur("INTERNAL_PROCESSING_ERROR") if defauts.arrive("erreur_apres", cle) else reponse


def ralentir(*, cle: str, defauts: Defauts, dormir: Callable[[float], None] = time.sleep) -> None:
    if lenteur := defauts.arrive("lenteur", cle):
        dormir(lenteur.duree)


def couper(request: Request) -> None:
    """The client sees its connection close without a byte of answer."""
    prise = request.environ.get("werkzeug.socket")
    if isinstance(prise, socket.socket):
        with contextlib.suppress(OSError):
            prise.shutdown(socket.SHUT_RDWR)
