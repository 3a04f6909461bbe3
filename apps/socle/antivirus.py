"""What looks for viruses: the clamd of settings.CLAMD_URL, asked by its socket. Without one, files are « non analysé »."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import clamd
from django.conf import settings

from apps.socle.models import AnalyseVirus

DELAI_SECONDES = 10


class AntivirusInjoignable(Exception):
    """clamd did not answer, or answered that it could not look."""


def analyser(octets: bytes) -> AnalyseVirus:
    """What clamd finds in them. Raises AntivirusInjoignable."""
    if not settings.CLAMD_URL:
        return AnalyseVirus.NON_ANALYSE
    try:
        with _clamd() as client:
            (reponse,) = client.instream(io.BytesIO(octets)).values()
    except (clamd.ClamdError, OSError, ValueError) as panne:
        raise AntivirusInjoignable(type(panne).__name__) from panne
    match reponse[0]:
        case "OK":
            return AnalyseVirus.SAIN
        case "FOUND":
            return AnalyseVirus.INFECTE
    raise AntivirusInjoignable(str(reponse[0]))


def joignable() -> bool:
    """Whether the antivirus that is set answers."""
    try:
        with _clamd() as client:
            return bool(client.ping() == "PONG")
    except (clamd.ClamdError, OSError):
        return False


@contextmanager
def _clamd() -> Iterator[clamd.ClamdNetworkSocket]:
    """Its connection is closed at the end, also when the library failed to open it and forgot it."""
    adresse = urlsplit(settings.CLAMD_URL)
    if adresse.scheme == "unix":
        client = clamd.ClamdUnixSocket(adresse.path, timeout=DELAI_SECONDES)
    else:
        client = clamd.ClamdNetworkSocket(adresse.hostname, adresse.port, timeout=DELAI_SECONDES)
    try:
        yield client
    finally:
        if hasattr(client, "clamd_socket"):
            client.clamd_socket.close()
