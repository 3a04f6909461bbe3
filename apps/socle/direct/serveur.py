"""Sockets, plain and Socket.IO, behind one door. The database is used in threads, never on the event loop."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import parse_qs

import socketio
import structlog
from django.conf import settings
from django.db import close_old_connections
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route as RouteHTTP
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from apps.socle.direct.ecoute import Ecoute
from apps.socle.direct.routes import Passager, Route, Trame, routes
from apps.socle.services.direct import consommer_billet
from nsia_pass_api.errors import ErreurPass
from nsia_pass_api.problems import ErreurInterne

logger = structlog.get_logger(__name__)

T = TypeVar("T")

VEILLE_SECONDES = 2.0
# What may wait for one slow socket before it is closed: it comes back and asks for what it missed.
LIGNE = 64
SESSION_FINIE, TROP_LENT, ILLISIBLE = 4401, 1013, 1003


class Prise:
    """One open socket: what it sent and what was announced, done one after the other."""

    def __init__(
        self,
        nom: str,
        passager: Passager,
        *,
        envoyer: Callable[[Trame], Awaitable[None]],
        fermer: Callable[[int], Awaitable[None]],
    ) -> None:
        self.nom, self.route, self.passager = nom, routes()[nom], passager
        self.envoyer, self.fermer = envoyer, fermer
        self.file: asyncio.Queue[Callable[[], Collection[Trame]] | None] = asyncio.Queue(LIGNE)

    @property
    def canal(self) -> str:
        return f"{self.nom}:{self.passager.objet}"

    async def recu(self, texte: str) -> None:
        """What the client sent waits its turn; so does the client, when it sends faster than it is served."""
        await self.file.put(lambda: self.route.recevoir(self.passager, _objet(texte)))

    def entendu(self, annonce: Mapping[str, Any]) -> None:
        self._ajouter(lambda: self.route.entendre(self.passager, annonce))

    def reprise(self) -> None:
        self._ajouter(lambda: self.route.reprendre(self.passager))

    def _ajouter(self, faire: Callable[[], Collection[Trame]]) -> None:
        if not self.file.full():
            self.file.put_nowait(faire)
            return
        while not self.file.empty():
            self.file.get_nowait()
        self.file.put_nowait(None)

    async def servir(
        self, dans_un_fil: "Callable[[Callable[[], Collection[Trame]]], Awaitable[Collection[Trame]]]"
    ) -> None:
        """Until cancelled. Whatever fails of one message costs this message alone, and is told."""
        while (faire := await self.file.get()) is not None:
            try:
                trames = await dans_un_fil(faire)
            except ErreurPass as refus:
                trames = [_erreur(refus)]
            except Exception:
                logger.exception("direct_echoue", route=self.nom)
                trames = [_erreur(ErreurInterne())]
            with suppress(WebSocketDisconnect, RuntimeError):  # it is gone; whoever reads it sees that
                for trame in trames:
                    await self.envoyer(trame)
        await self.fermer(TROP_LENT)
        while True:  # nothing more is done, and whoever reads is not held up
            await self.file.get()


class MessageIllisible(ErreurPass):
    statut = 400
    code = "message_illisible"
    titre = "Message illisible"
    detail = "Envoyez un objet JSON par message."


def _objet(texte: str) -> Mapping[str, Any]:
    try:
        lu = json.loads(texte)
    except (ValueError, RecursionError):
        lu = None
    if not isinstance(lu, dict):
        raise MessageIllisible
    return lu


def _erreur(refus: ErreurPass) -> Trame:
    return {"type": "erreur", "code": refus.code, "detail": refus.detail}


class Central:
    """The open sockets by channel, the threads that serve them, what is heard and who is still there."""

    def __init__(self) -> None:
        self.prises: dict[str, set[Prise]] = defaultdict(set)
        self.fils = ThreadPoolExecutor(settings.DIRECT_FILS, thread_name_prefix="direct")
        self.ecoute = Ecoute(entendu=self.entendu, reprise=self.reprise)

    @property
    def ouvertes(self) -> list[Prise]:
        return [prise for prises in self.prises.values() for prise in prises]

    async def dans_un_fil(self, faire: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.fils, _avec_connexion, faire)

    def entrer(self, prise: Prise) -> "asyncio.Task[None]":
        """It hears its channel from now on; the task that serves it ends by being cancelled."""
        self.prises[prise.canal].add(prise)
        return asyncio.create_task(prise.servir(self.dans_un_fil))

    def sortir(self, prise: Prise) -> None:
        self.prises[prise.canal].discard(prise)
        if not self.prises[prise.canal]:
            del self.prises[prise.canal]

    def entendu(self, canal: str, annonce: Mapping[str, Any]) -> None:
        for prise in list(self.prises.get(canal, ())):
            prise.entendu(annonce)

    def reprise(self) -> None:
        for prise in self.ouvertes:
            prise.reprise()

    async def veiller(self) -> None:
        """Every two seconds, the sockets whose session has ended are closed. One question a route, whatever their number."""
        while True:
            await asyncio.sleep(VEILLE_SECONDES)
            par_route: dict[str, list[Prise]] = defaultdict(list)
            for prise in self.ouvertes:
                par_route[prise.nom].append(prise)
            for prises in par_route.values():
                await self._fermer_les_finies(prises[0].route, prises)

    async def _fermer_les_finies(self, route: Route, prises: list[Prise]) -> None:
        porteurs = {prise.passager.porteur for prise in prises}
        try:
            vivants = await self.dans_un_fil(lambda: set(route.vivants(porteurs)))
        except Exception:
            logger.exception("veille_echouee", route=prises[0].nom)  # asked again in two seconds
            return
        for prise in prises:
            if prise.passager.porteur not in vivants:
                with suppress(RuntimeError):  # it closed itself meanwhile
                    await prise.fermer(SESSION_FINIE)

    @asynccontextmanager
    async def vie(self, _: Starlette) -> AsyncIterator[None]:
        taches = [asyncio.create_task(self.ecoute.tourner()), asyncio.create_task(self.veiller())]
        try:
            yield
        finally:
            for tache in taches:
                tache.cancel()
            await asyncio.gather(*taches, return_exceptions=True)
            # Their connections are closed with the threads that hold them.
            self.fils.shutdown(wait=True, cancel_futures=True)


def _avec_connexion(faire: Callable[[], T]) -> T:
    """A connection that broke or grew old is replaced, before and after."""
    close_old_connections()
    try:
        return faire()
    finally:
        close_old_connections()


class Porte:
    """ASGI: a socket passes with an Origin of ours, or none, and a ticket for its object. Refused before it is accepted: 403."""

    def __init__(self, app: ASGIApp, central: Central) -> None:
        self.app, self.central = app, central

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            entree = await self._entree(scope)
            if entree is None:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
                return
            scope = {**scope, "nsia": entree}
        await self.app(scope, receive, send)

    async def _entree(self, scope: Scope) -> tuple[str, Passager] | None:
        origines = [valeur.decode("latin-1") for nom, valeur in scope["headers"] if nom == b"origin"]
        if any(origine not in settings.DIRECT_ORIGINES for origine in origines):
            return None
        demande = {nom: valeurs[0] for nom, valeurs in parse_qs(scope["query_string"].decode("latin-1")).items()}
        # /ws/<route>/<object>, or the same as parameters for Socket.IO, which has one address.
        morceaux = scope["path"].split("/")
        route, objet = morceaux[2:4] if morceaux[1] == "ws" and len(morceaux) == 4 else _de_la_demande(demande)
        if route not in routes() or not objet or "billet" not in demande:
            return None
        porteur = await self.central.dans_un_fil(lambda: consommer_billet(demande["billet"], route=route, objet=objet))
        return None if porteur is None else (route, Passager(objet, porteur))


def _de_la_demande(demande: Mapping[str, str]) -> tuple[str, str]:
    return demande.get("route", ""), demande.get("objet", "")


def application() -> ASGIApp:
    central = Central()

    async def prise_simple(socket: WebSocket) -> None:
        nom, passager = socket.scope["nsia"]
        prise = Prise(nom, passager, envoyer=socket.send_json, fermer=socket.close)
        await socket.accept()
        service = central.entrer(prise)
        try:
            while (message := await socket.receive())["type"] == "websocket.receive":
                if message.get("text") is None:
                    await socket.close(ILLISIBLE)
                    return
                await prise.recu(message["text"])
        finally:
            central.sortir(prise)
            service.cancel()

    async def sante(_: Request) -> JSONResponse:
        ecoute = central.ecoute.active
        corps = {"statut": "vivant", "ecoute": ecoute, "prises": len(central.ouvertes)}
        return JSONResponse(corps, status_code=200 if ecoute else 503, headers={"Cache-Control": "no-store"})

    simple = Starlette(
        routes=[
            RouteHTTP("/sante", sante),
            RouteHTTP("/sante/", sante),
            WebSocketRoute("/ws/{route}/{objet}", prise_simple),
        ],
        lifespan=central.vie,
    )
    return Porte(socketio.ASGIApp(_socket_io(central), other_asgi_app=simple), central)


def _socket_io(central: Central) -> socketio.AsyncServer:
    """The same sockets, for its JavaScript client: each frame, both ways, is the event « message »."""
    # Its own check of the Origin is off ([]): Porte has done it before.
    serveur = socketio.AsyncServer(async_mode="asgi", transports=["websocket"], cors_allowed_origins=[])
    ouvertes: dict[str, tuple[Prise, asyncio.Task[None]]] = {}

    @serveur.event  # type: ignore[untyped-decorator]
    async def connect(sid: str, environ: Mapping[str, Any], auth: Any = None) -> None:
        async def envoyer(trame: Trame) -> None:
            await serveur.emit("message", dict(trame), to=sid)

        async def fermer(code: int) -> None:
            await serveur.emit("fin", {"code": code}, to=sid)
            await serveur.disconnect(sid)

        nom, passager = environ["asgi.scope"]["nsia"]
        prise = Prise(nom, passager, envoyer=envoyer, fermer=fermer)
        ouvertes[sid] = prise, central.entrer(prise)

    @serveur.event  # type: ignore[untyped-decorator]
    async def message(sid: str, contenu: Any) -> None:
        await ouvertes[sid][0].recu(json.dumps(contenu))

    @serveur.event  # type: ignore[untyped-decorator]
    async def disconnect(sid: str, reason: str = "") -> None:
        prise, service = ouvertes.pop(sid)
        central.sortir(prise)
        service.cancel()

    return serveur
