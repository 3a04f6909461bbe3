"""Structured logs of structlog and the standard library: one line an event, with the request's id, without secrets.

    logger = structlog.get_logger(__name__)
    logger.info("police_attribuee", souscription=souscription.pk)

Events are named in snake_case and say what happened; what varies goes into keys.
"""

import logging
import logging.config
import re
import secrets
import string
import sys
import time
from collections.abc import Callable
from typing import Any, cast

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.typing import EventDict, Processor

from .redaction import masquer_texte, masquer_valeur

ENTETE = "X-Request-ID"

_SANE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

logger = structlog.get_logger(__name__)


def configure(config: dict[str, Any]) -> None:
    """All loggers write to standard error at `config["level"]`, as `json` or `console` lines (`config["format"]`)."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
    ]
    formatter = {
        "()": Formateur,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
            _renderer(config["format"]),
        ],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"ligne": formatter},
            "filters": {"sans_chemin": {"()": SansChemin}},
            "handlers": {"stderr": {"class": "nsia_pass_api.logs.StderrHandler", "formatter": "ligne"}},
            "root": {"handlers": ["stderr"], "level": config["level"]},
            "loggers": {
                "django": {"level": "INFO"},
                # Raw paths hold police numbers; RequestLogMiddleware writes the line of each request.
                "django.request": {"filters": ["sans_chemin"]},
                # A traceback for each foreign Host, which anybody sends: the line of the request says its 400.
                "django.security": {"level": "CRITICAL"},
                "django.server": {"level": "CRITICAL"},
                # A line for each exchange, with its address: operators keep their own journal.
                "httpx2": {"level": "WARNING"},
                # It would name each letter of each document.
                "fontTools": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def redact(_logger: Any, _method: str, event_dict: EventDict) -> EventDict:
    """structlog processor: the event without secrets, made of plain values, without control characters."""
    return {key: _without_control(key, value) for key, value in masquer_valeur(event_dict).items()}


def _without_control(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if key not in ("exception", "stack"):
        value = value.replace("\n", " ⏎ ")
    return _CONTROL.sub("�", value)


def _renderer(name: str) -> Processor:
    if name == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


class Formateur(structlog.stdlib.ProcessorFormatter):
    """Formats a record, or says that it cannot: the standard library would print its raw arguments instead."""

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001 - an unreadable argument must cost neither the request nor a secret
            return f'{{"event": "ligne_illisible", "logger": "{record.name}", "erreur": "{type(error).__name__}"}}'


class StderrHandler(logging.StreamHandler[Any]):
    """Writes to the standard error of the moment, which tests and commands replace."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


class SansChemin(logging.Filter):
    """Of Django's request records, keeps the failures that carry an exception, without the raw path of their message.

    A refusal (400, 403) is foreseen: the line of the request says it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info or record.levelno < logging.ERROR:
            return False
        record.msg, record.args = "exception_non_traitee", ()
        return True


def request_id() -> str | None:
    """The id of the request being served by this thread, if any."""
    return cast("str | None", structlog.contextvars.get_contextvars().get("requete"))


class RequestLogMiddleware:
    """Gives each request an id, answers it in `X-Request-ID`, and logs one line: method, route, status, milliseconds.

    The route is the URL pattern: neither the path nor the query, which hold police numbers, is written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        identifier = _accepted_id(request.headers.get(ENTETE, "")) or _new_id()
        with structlog.contextvars.bound_contextvars(requete=identifier):
            response = self.get_response(request)
            response.headers[ENTETE] = identifier
            match = request.resolver_match
            logger.log(
                logging.ERROR if response.status_code >= 500 else logging.INFO,
                "requete_servie",
                methode=request.method,
                route=f"/{match.route}" if match else "aucune",
                statut=response.status_code,
                duration_ms=round((time.perf_counter() - start) * 1000, 1),
            )
        return response


def _accepted_id(value: str) -> str | None:
    return value if _SANE_ID.fullmatch(value) and masquer_texte(value) == value else None


def _new_id() -> str:
    """Sixteen letters: easy to read on the telephone, and never taken for a number by the redaction."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))
