"""What looks for viruses: the clamd of settings.CLAMD_URL, asked by its socket. Without one, files are « non analysé »."""

import io
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
        (reponse,) = _clamd().instream(io.BytesIO(octets)).values()
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
        return bool(_clamd().ping() == "PONG")
    except (clamd.ClamdError, OSError):
        return False


def _clamd() -> clamd.ClamdNetworkSocket:
    adresse = urlsplit(settings.CLAMD_URL)
    if adresse.scheme == "unix":
        return clamd.ClamdUnixSocket(adresse.path, timeout=DELAI_SECONDES)
    return clamd.ClamdNetworkSocket(adresse.hostname, adresse.port, timeout=DELAI_SECONDES)
