"""What looks for viruses: the clamd of settings.CLAMD_URL, asked by its socket. Without one, files are « non analysé ».

Its protocol is two commands. The library that speaks it (clamd 1.0.2) needs pkg_resources, which Python 3.12 no longer brings.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings

from apps.socle.models import AnalyseVirus

DELAI_SECONDES = 10
REPONSE_MAXIMUM = 4096
_MORCEAU = 64 * 1024


class AntivirusInjoignable(Exception):
    """clamd did not answer, or answered that it could not look."""


def analyser(octets: bytes) -> AnalyseVirus:
    """What clamd finds in them. Raises AntivirusInjoignable."""
    if not settings.CLAMD_URL:
        return AnalyseVirus.NON_ANALYSE
    morceaux = [octets[debut : debut + _MORCEAU] for debut in range(0, len(octets), _MORCEAU)]
    try:
        reponse = _demander(b"zINSTREAM\0", *(len(un).to_bytes(4, "big") + un for un in morceaux), bytes(4))
    except OSError as panne:
        raise AntivirusInjoignable(type(panne).__name__) from panne
    if reponse == "stream: OK":
        return AnalyseVirus.SAIN
    if reponse.startswith("stream: ") and reponse.endswith(" FOUND"):
        return AnalyseVirus.INFECTE
    raise AntivirusInjoignable(reponse.rpartition(" ")[2])


def joignable() -> bool:
    """Whether the antivirus that is set answers."""
    try:
        return _demander(b"zPING\0") == "PONG"
    except OSError:
        return False


def _demander(*envois: bytes) -> str:
    """The answer up to its NUL. Raises OSError: absent, silent, or cut off while we send, as when its own limit is passed."""
    with _connexion() as prise:
        for envoi in envois:
            prise.sendall(envoi)
        recu = b""
        while b"\0" not in recu and len(recu) < REPONSE_MAXIMUM and (morceau := prise.recv(REPONSE_MAXIMUM)):
            recu += morceau
    return recu.partition(b"\0")[0].decode(errors="replace").strip()


@contextmanager
def _connexion() -> Iterator[socket.socket]:
    adresse = urlsplit(settings.CLAMD_URL)
    if adresse.scheme == "unix":
        prise = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        prise.settimeout(DELAI_SECONDES)
        prise.connect(adresse.path)
    else:
        prise = socket.create_connection((adresse.hostname or "", adresse.port or 0), timeout=DELAI_SECONDES)
    with prise:
        yield prise
