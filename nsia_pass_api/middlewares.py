"""Django's middlewares of the back office, that requests of the API go past: a token says who calls, no cookie does."""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware


def de_l_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


class HorsApi:
    """Mixin: a request of the API is handed to the next middleware at once."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if de_l_api(request):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class Sessions(HorsApi, SessionMiddleware):
    pass


class Csrf(HorsApi, CsrfViewMiddleware):
    """A view of the API that is not exempt still refuses to write: only the cookie is not read."""


class Personnel(HorsApi, AuthenticationMiddleware):
    pass


class Messages(HorsApi, MessageMiddleware):
    pass
