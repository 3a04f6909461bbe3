"""Child processes of `manage.py demo`: started, watched, and stopped in order whatever happens."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from nsia_pass_api.processus import finir_avec_son_parent

STOP_SECONDS = 15
READY_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Child:
    """A program to run: `name` is what people read, `log` takes all that it says."""

    name: str
    command: list[str]
    log: Path


@dataclass(frozen=True)
class Running:
    child: Child
    process: subprocess.Popen[bytes]

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """The child and what it started have ended: asked first, killed if that takes too long."""
        descendants = _descendants(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for descendant in descendants:
            with suppress(psutil.NoSuchProcess):
                descendant.kill()

    def last_words(self) -> str:
        return "\n".join(self.child.log.read_text(errors="replace").splitlines()[-10:])


def launch(child: Child) -> Running:
    """In a session of its own: Ctrl-C in the terminal reaches the demo alone, which stops its children in order.

    On Linux a demo that is killed by -9 does not leave it behind either.
    """
    child.log.parent.mkdir(parents=True, exist_ok=True)
    with child.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=finir_avec_son_parent(),
        )
    return Running(child, process)


def _descendants(pid: int) -> list[psutil.Process]:
    """Those of the session that `pid` leads, even when it is dead; on Windows those that it still has."""
    if os.name == "nt":
        return psutil.Process(pid).children(recursive=True) if psutil.pid_exists(pid) else []
    return [process for process in psutil.process_iter() if process.pid != pid and _session(process.pid) == pid]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def wait_until_ready(running: Running, *, host: str, port: int, path: str) -> bool:
    """True once the address answers 200; False when the child died or did not get there in a minute."""
    deadline = time.monotonic() + READY_SECONDS
    while running.is_alive() and time.monotonic() < deadline:
        if _status(host, port, path) == http.HTTPStatus.OK:
            return True
        time.sleep(0.05)
    return False


def _status(host: str, port: int, path: str) -> int | None:
    with closing(http.client.HTTPConnection(host, port, timeout=10)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None


def occupant(host: str, port: int) -> str | None:
    """Who already listens there, as people read it; None when the port is free."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with closing(socket.socket(family)) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError:
            return "le système, qui le réserve à root"
        except OSError:
            return _listener(port) or "un autre programme"
    return None


def _listener(port: int) -> str | None:
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (processus {connection.pid})"
    except psutil.Error:
        return None
    return None


class Arret(KeyboardInterrupt):
    """Ctrl-C, SIGTERM, or the terminal that closes."""


class Interruption:
    """Turns the first signal that ends a program into `Arret`, but not inside `deferred`: there it waits for the end."""

    def __init__(self) -> None:
        self._received = False
        self._deferred = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        names = ("SIGINT", "SIGTERM", "SIGHUP")
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        former = {number: signal.signal(number, self._receive) for number in numbers}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        self._deferred = True
        try:
            yield
        finally:
            self._deferred = False
            if self._received:
                raise Arret

    def ignore(self) -> None:
        """From now on nothing interrupts: what was started is being stopped."""
        self._deferred = True

    def _receive(self, _signal: int, _frame: FrameType | None) -> None:
        first = not self._received
        self._received = True
        if first and not self._deferred:
            raise Arret
