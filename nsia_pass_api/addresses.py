"""Where a request comes from, as far as it can be known."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def adresse_du_client(request: HttpRequest) -> str:
    """The caller's network address: the socket's, or the one that the outermost of our own proxies saw.

    Each of settings.PROXYS_DE_CONFIANCE proxies appends one address to X-Forwarded-For; what stands further left is the
    caller's own word and is not read. A header that is too short or unreadable did not pass through them.
    """
    socket = str(request.META.get("REMOTE_ADDR", ""))
    proxys = settings.PROXYS_DE_CONFIANCE
    if not proxys:
        return socket
    vues = [vue.strip() for vue in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(vues) < proxys:
        return socket
    try:
        return str(ipaddress.ip_address(vues[-proxys]))
    except ValueError:
        return socket
