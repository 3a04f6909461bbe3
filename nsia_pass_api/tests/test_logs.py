import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
import structlog
from django.core.exceptions import BadRequest, DisallowedHost, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st

from nsia_pass_api import logs


def view(request: HttpRequest, police: str = "") -> HttpResponse:
    return HttpResponse(logs.request_id() or "")


def failing(request: HttpRequest, police: str) -> HttpResponse:
    raise ValueError(f"client {police}, tel +242 06 123 45 67")


def refusing(request: HttpRequest, refus: str) -> HttpResponse:
    raise {"lisible": BadRequest, "droit": PermissionDenied, "hote": DisallowedHost}[refus](refus)


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404


urlpatterns = [
    path("api/clients/<str:police>/", view),
    path("api/pannes/<str:police>/", failing),
    path("api/refus/<str:refus>/", refusing),
    path("api/absents/", missing),
]

pytestmark = pytest.mark.urls(__name__)


class Lines:
    """What was written to standard error, one dictionary a line."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def text(self) -> str:
        return self.capsys.readouterr().err

    def read(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str], settings) -> Iterator[Lines]:
    settings.MIDDLEWARE = ["nsia_pass_api.logs.RequestLogMiddleware"]
    logs.configure({"level": "INFO", "format": "json"})
    yield Lines(capsys)
    logs.configure(settings.LOGGING)


def test_one_line_a_request_with_its_route_and_never_its_path(lines: Lines) -> None:
    response = Client().get("/api/clients/CG-2026-VIE-001/?telephone=%2B242061234567")

    (line,) = lines.read()
    assert response.status_code == 200
    assert set(line) == {
        "methode",
        "route",
        "statut",
        "duration_ms",
        "requete",
        "event",
        "logger",
        "level",
        "timestamp",
    }
    assert line | {"duration_ms": 0, "timestamp": ""} == {
        "event": "requete_servie",
        "methode": "GET",
        "route": "/api/clients/<str:police>/",
        "statut": 200,
        "duration_ms": 0,
        "requete": response["X-Request-ID"],
        "logger": "nsia_pass_api.logs",
        "level": "info",
        "timestamp": "",
    }
    assert response.content.decode() == response["X-Request-ID"]
    assert re.fullmatch("[a-z]{16}", response["X-Request-ID"])


def test_an_unknown_path_is_not_quoted(lines: Lines) -> None:
    response = Client().get("/api/CG-2026-VIE-001/06-123-45-67/")

    (line,) = lines.read()
    assert (response.status_code, line["route"], line["statut"]) == (404, "aucune", 404)


def test_a_missing_object_keeps_its_route(lines: Lines) -> None:
    Client().get("/api/absents/")

    assert [line["route"] for line in lines.read()] == ["/api/absents/"]


def test_an_unforeseen_exception_is_logged_once_with_its_traceback_and_no_secret(lines: Lines) -> None:
    response = Client(raise_request_exception=False).get("/api/pannes/CG-2026-VIE-001/")

    failure, served = lines.read()
    assert (failure["event"], failure["level"]) == ("exception_non_traitee", "error")
    assert failure["requete"] == served["requete"] == response["X-Request-ID"]
    assert str(failure["exception"]).endswith("ValueError: client [police], tel [téléphone]")
    assert (served["statut"], served["level"]) == (500, "error")


@pytest.mark.parametrize(("refus", "statut"), [("lisible", 400), ("droit", 403), ("hote", 400)])
def test_a_refusal_is_one_line_without_a_traceback(lines: Lines, refus: str, statut: int) -> None:
    response = Client().get(f"/api/refus/{refus}/")

    (served,) = lines.read()
    assert (response.status_code, served["statut"], served["event"]) == (statut, statut, "requete_servie")


@pytest.mark.parametrize("sane", ["abc", "A-1_z", "x" * 64, "7f0c9c1e-6b7a-4a55-9d7e-1f7b1c2d3e4f"])
def test_a_sane_id_is_kept(lines: Lines, sane: str) -> None:
    response = Client().get("/api/clients/a/", headers={"X-Request-ID": sane})

    assert response["X-Request-ID"] == sane
    assert lines.read()[0]["requete"] == sane


@pytest.mark.parametrize("odd", ["", "x" * 65, "a b", "é", "a\nb", "242061234567", "CG-2026-VIE-001", '"}', "٣"])
def test_an_odd_id_is_replaced(lines: Lines, odd: str) -> None:
    response = Client().get("/api/clients/a/", headers={"X-Request-ID": odd})

    assert re.fullmatch("[a-z]{16}", response["X-Request-ID"])


def test_context_of_one_request_does_not_reach_the_next(lines: Lines) -> None:
    structlog.contextvars.bind_contextvars(agent=7)

    Client().get("/api/clients/a/")

    assert "agent" not in lines.read()[0]
    assert logs.request_id() is None


def test_both_families_of_loggers_are_redacted(lines: Lines) -> None:
    logging.getLogger("django.db.backends").warning("INSERT … args=%s", ("+242061234567", "06 123 45 67"))
    structlog.get_logger("apps").warning("appel de %s", "06.123.45.67", client={"nom": "KONGO", "tel": "242061234567"})

    first, second = lines.read()
    assert first["event"] == "INSERT … args=('[téléphone]', '[téléphone]')"
    assert second["event"] == "appel de [téléphone]"
    assert second["client"] == {"nom": "[masqué]", "tel": "[masqué]"}


def test_chained_exceptions_are_redacted(lines: Lines) -> None:
    try:
        try:
            raise KeyError("CG-2026-VIE-001")
        except KeyError as error:
            raise RuntimeError("Authorization: Bearer eyJhbGciOi.J9.x") from error
    except RuntimeError:
        structlog.get_logger("apps").exception("panne")

    text = lines.text()
    assert "CG-2026" not in text
    assert "eyJ" not in text
    assert "KeyError: '[police]'" in text


def formatted(message: str, *args: object) -> str:
    (handler,) = [handler for handler in logging.getLogger().handlers if isinstance(handler, logs.StderrHandler)]
    return handler.format(logging.LogRecord("apps", logging.INFO, "", 1, message, args, None))


def test_a_wrong_log_call_costs_nothing_and_shows_nothing(lines: Lines) -> None:
    line = formatted("%d %d", "+242061234567")

    assert json.loads(line) == {"event": "ligne_illisible", "logger": "apps", "erreur": "TypeError"}


def test_lines_cannot_be_forged(lines: Lines) -> None:
    logs.configure({"level": "INFO", "format": "console"})
    logging.getLogger("apps").warning("agent\n2026-11-21 [info] virement\x1b[2J")

    assert len(lines.text().splitlines()) == 1


@given(text=st.text(), value=st.recursive(st.text() | st.floats() | st.integers() | st.binary(), st.lists))
def test_any_message_and_argument_make_a_writable_line(text: str, value: object) -> None:
    for line in (formatted(text), formatted(text, value), formatted("%s", value)):
        assert line.encode("utf-8")


def test_levels_and_silenced_loggers(lines: Lines) -> None:
    logging.getLogger("apps").debug("invisible")
    logging.getLogger("django.request").error("Not Found: /api/clients/CG-2026-VIE-001/")
    logging.getLogger("django.server").info('"GET /api/clients/CG-2026-VIE-001/ HTTP/1.1" 200')
    print("visible", file=sys.stderr)  # noqa: T201 - the stream of the moment

    assert lines.text() == "visible\n"
