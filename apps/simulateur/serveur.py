"""The process: one socket, a thread a request, a clean end."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request, Response

from . import protocole
from .airtel import Airtel
from .echanges import Coupure, Refus, couper, erreur
from .moteur import Simulateur
from .mtn import Mtn
from .pages import Pages

TAILLE_MAXIMUM = 1_000_000


class Application:
    """WSGI: operators under their own paths, the phone and the controls under ours."""

    def __init__(self, simulateur: Simulateur) -> None:
        self.simulateur = simulateur
        regles = [*Mtn(simulateur).regles(), *Airtel(simulateur).regles(), *Pages(simulateur).regles()]
        self._adresses = Map(regles, strict_slashes=False, merge_slashes=False)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = TAILLE_MAXIMUM
        try:
            reponse = self._repondre(request)
        except Refus as refus:
            reponse = refus.reponse
        except Coupure:
            couper(request)
            reponse = Response(status=500)
        except HTTPException as refus:
            reponse = refus.get_response(environ)
        return reponse(environ, start_response)

    def _repondre(self, request: Request) -> Response:
        if not _est_a_nous(request.path) and (refus := self._refus_de_passerelle(request)):
            return refus
        try:
            vue, variables = self._adresses.bind_to_environ(request.environ).match()
        except (NotFound, MethodNotAllowed):
            return erreur(protocole.RESSOURCE_INCONNUE)
        reponse: Response = vue(request, **variables)
        return reponse

    def _refus_de_passerelle(self, request: Request) -> Response | None:
        """What MTN's gateway answers before MTN reads anything."""
        if request.path.startswith("/airtel/"):
            return None
        sans_longueur = request.content_length is None or "chunked" in request.headers.get("Transfer-Encoding", "")
        if request.method == "POST" and sans_longueur:
            return Response(protocole.PAGE_411, status=411, content_type="text/html; charset=us-ascii")
        nouvelle = self.simulateur.options.plateforme == "nouvelle"
        if nouvelle and "python-requests" in request.headers.get("User-Agent", ""):
            return Response(protocole.PAGE_403, status=403, content_type="text/html")
        return None


def _est_a_nous(chemin: str) -> bool:
    return chemin == "/" or chemin.startswith(("/telephone/", "/simulateur/"))


class _Discret(WSGIRequestHandler):
    """Writes no line per request: paths hold phone numbers."""

    server_version = "simulateur-momo"
    sys_version = ""

    def log(self, type: str, message: str, *args: Any) -> None:
        if type == "error":
            super().log(type, message, *args)


class _Serveur(ThreadedWSGIServer):
    daemon_threads = False  # the end waits for the answers under way
    request_queue_size = 256


class PortPris(Exception):
    """Somebody listens there, or the address may not be used; the message is the system's."""


class Serveur:
    """Listens from its construction on; `servir` blocks until `arreter` is called from another thread or a signal."""

    def __init__(self, simulateur: Simulateur, *, hote: str, port: int) -> None:
        self.simulateur = simulateur
        prise = _ecouter(hote, port)
        self.port: int = prise.getsockname()[1]
        self._http = _Serveur(hote, self.port, Application(simulateur), handler=_Discret, fd=prise.detach())
        self._fil: threading.Thread | None = None

    def servir(self) -> None:
        """Serves until `arreter`; then answers under way are finished and the ledger is closed."""
        self.simulateur.demarrer()
        try:
            self._http.serve_forever(poll_interval=0.1)
        finally:
            with contextlib.suppress(OSError):
                self._http.server_close()
            self.simulateur.arreter()

    def arreter(self) -> None:
        """Asks for the end, without waiting: safe in a signal handler."""
        threading.Thread(target=self._http.shutdown, daemon=True).start()

    def __enter__(self) -> "Serveur":
        self._fil = threading.Thread(target=self.servir, name="serveur")
        self._fil.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.arreter()
        if self._fil:
            self._fil.join()


def _ecouter(hote: str, port: int) -> socket.socket:
    famille, *_, adresse = socket.getaddrinfo(hote, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    prise = socket.socket(famille, socket.SOCK_STREAM)
    prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        prise.bind(adresse)
        prise.listen(256)
    except OSError as error:
        prise.close()
        raise PortPris(error.strerror or str(error)) from error
    return prise
