import base64
import json
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nsia_pass_api.pagination import PaginationCurseur
from tests.tirages import tirages

DEBUT = datetime(2026, 11, 1, 12, tzinfo=UTC)


class PageSessions(PaginationCurseur):
    ordering = ("-expire_date", "session_key")


class PageTypes(PaginationCurseur):
    ordering = ("-pk",)
    cursor_query_param = "types_cursor"
    page_size_query_param = "types_page_size"


class SessionsApi(APIView):
    """Sessions stand for any table with a date that repeats and a unique key."""

    authentication_classes = []
    permission_classes = [AllowAny]
    pagination_class = PageSessions

    def get(self, request: Request) -> Response:
        paginator = PageSessions()
        page = paginator.paginate_queryset(Session.objects.all(), request, view=self)
        return paginator.get_paginated_response([row.session_key for row in page])


class DeuxListesApi(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        sessions, types = PageSessions(), PageTypes()
        keys = [r["session_key"] for r in sessions.paginate_queryset(Session.objects.values(), request)]
        return Response(
            {
                "sessions": sessions.payload(keys),
                "types": types.payload([row.pk for row in types.paginate_queryset(ContentType.objects.all(), request)]),
            }
        )


urlpatterns = [path("api/sessions/", SessionsApi.as_view()), path("api/deux/", DeuxListesApi.as_view())]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def create(days: list[int]) -> list[str]:
    """One session a day given, days before DEBUT; the keys in the order of the list."""
    rows = [
        Session(session_key=f"k{index:03}", session_data="", expire_date=DEBUT - timedelta(days=day, microseconds=day))
        for index, day in enumerate(days)
    ]
    Session.objects.bulk_create(rows)
    return [row.session_key for row in sorted(rows, key=lambda row: (-row.expire_date.timestamp(), row.session_key))]


def get(url: str) -> dict[str, Any]:
    response = Client().get(url)
    assert response.status_code == 200, response.content
    return dict(response.json())


def walk(url: str | None, direction: str) -> list[list[str]]:
    pages = []
    while url:
        answer = get(url)
        pages.append(answer["results"])
        url = answer[direction]
    return pages


def cursor_of(url: str, name: str = "cursor") -> str:
    return parse_qs(urlsplit(url).query)[name][0]


def test_twenty_rows_a_page_and_links_both_ways() -> None:
    keys = create([day // 3 for day in range(45)])

    forward = walk("/api/sessions/", "next")

    assert forward == [keys[:20], keys[20:40], keys[40:]]
    first = get("/api/sessions/")
    assert first["previous"] is None
    last = get(get(first["next"])["next"])
    assert last["next"] is None
    assert walk(last["previous"], "previous") == [keys[20:40], keys[:20]]
    assert get(get(last["previous"])["next"])["results"] == keys[40:]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=tirages(30))
@given(days=st.lists(st.integers(0, 3), max_size=12), size=st.integers(1, 5))
def test_pages_are_the_ordered_list_cut_in_pieces_both_ways(days: list[int], size: int) -> None:
    Session.objects.all().delete()
    keys = create(days)

    forward = walk(f"/api/sessions/?page_size={size}", "next")

    assert list(chain(*forward)) == keys
    assert all(len(page) == size for page in forward[:-1])
    if len(forward) > 1:
        last = f"/api/sessions/?page_size={size}"
        while following := get(last)["next"]:
            last = following
        assert list(chain(*reversed(walk(last, "previous")))) == keys


def test_rows_that_come_and_go_neither_repeat_nor_hide_others() -> None:
    keys = create(list(range(10)))
    first = get("/api/sessions/?page_size=4")
    Session.objects.filter(session_key=keys[3]).delete()
    Session.objects.create(session_key="zzz", session_data="", expire_date=DEBUT + timedelta(days=1))

    assert get(first["next"])["results"] == keys[4:8]


def test_an_empty_list() -> None:
    assert get("/api/sessions/") == {"next": None, "previous": None, "results": []}


def test_what_follows_rows_deleted_since() -> None:
    create([0, 1, 2])
    following = get("/api/sessions/?page_size=2")["next"]
    Session.objects.all().delete()

    assert get(following) == {"next": None, "previous": None, "results": []}


def test_one_query_never_a_count() -> None:
    create(list(range(30)))
    following = get("/api/sessions/")["next"]

    with CaptureQueriesContext(connection) as queries:
        get(following)

    assert len(queries) == 1
    sql = queries[0]["sql"]
    assert "COUNT" not in sql.upper()
    assert "OFFSET" not in sql.upper()
    assert "LIMIT 21" in sql


def test_two_lists_in_one_answer_turn_their_pages_apart() -> None:
    keys = create(list(range(6)))
    types = sorted(ContentType.objects.values_list("pk", flat=True), reverse=True)

    first = get("/api/deux/?page_size=2&types_page_size=3")
    second = get(first["types"]["next"])
    third = get(second["sessions"]["next"])

    assert (first["sessions"]["results"], first["types"]["results"]) == (keys[:2], types[:3])
    assert (second["sessions"]["results"], second["types"]["results"]) == (keys[:2], types[3:6])
    assert (third["sessions"]["results"], third["types"]["results"]) == (keys[2:4], types[3:6])


@pytest.mark.parametrize("size", ["0", "101", "-1", "", "x", "1.5", "٣", "+5", " 5", "1_0", "9" * 5000])
def test_page_sizes_out_of_bounds(size: str) -> None:
    response = Client().get(f"/api/sessions/?page_size={size.replace('+', '%2B')}")

    assert response.status_code == 400
    assert response.json()["champs"] == {"page_size": ["Choisissez un nombre entier de 1 à 100."]}


def test_the_largest_page() -> None:
    create([0] * 101)

    assert len(get("/api/sessions/?page_size=100")["results"]) == 100


def refused(cursor: str, url: str = "/api/sessions/") -> None:
    response = Client().get(url, {"cursor": cursor})
    body = response.json()
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert body["detail"] == "Cette page n'existe plus ou n'a jamais existé. Reprenez la liste à son début."
    assert body["champs"] == {"cursor": ["Suivez les liens `next` et `previous` sans les modifier."]}


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "::",
        "a:b:c",
        base64.b64encode(b"o=99999999999999999999").decode(),
        base64.b64encode(b"p=abc").decode(),
        base64.b64encode(b"r=1&p=2026-13-45").decode(),
        "é",
        "😀" * 50,
        "A" * 10_000,
        # Named: signatures hold the time, and the processes of pytest-xdist must agree on names.
        pytest.param(signing.dumps([0, "1"]), id="autre-signature"),
        pytest.param(signing.dumps([0, "1"], salt="curseur"), id="autre-sel"),
    ],
)
def test_cursors_that_are_not_ours(cursor: str) -> None:
    create([0, 1])

    refused(cursor)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=tirages(100))
@given(data=st.data())
def test_any_change_of_a_cursor_is_refused(data: st.DataObject) -> None:
    if not Session.objects.exists():
        create([0, 1, 2])
    genuine = cursor_of(get("/api/sessions/?page_size=1")["next"])
    place = data.draw(st.integers(0, len(genuine) - 1))
    # NUL is refused before any view, whatever bears it.
    characters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    character = data.draw(characters.filter(lambda c: c != genuine[place]))
    changed = data.draw(
        st.sampled_from(
            [
                genuine[:place] + character + genuine[place + 1 :],
                genuine[:place],
                genuine + character,
                genuine[place + 1 :],
            ]
        )
    )

    refused(changed)


def test_a_cursor_of_another_list_is_refused() -> None:
    create([0, 1, 2])
    answer = get("/api/deux/?types_page_size=1")

    refused(cursor_of(answer["types"]["next"], "types_cursor"))


@pytest.mark.parametrize(
    "ordering", [("pk",), ("content_type", "codename"), ("-content_type", "codename"), ("codename", "-pk")]
)
@pytest.mark.parametrize("values", [False, True])
def test_orders_types_and_dictionaries(ordering: tuple[str, ...], values: bool) -> None:
    queryset = Permission.objects.values() if values else Permission.objects.all()
    found: list[int] = []
    url: str | None = "/?page_size=7"
    while url:
        paginator = PaginationCurseur(ordering=ordering)
        request = Request(RequestFactory().get(url))
        found += [row["id"] if values else row.pk for row in paginator.paginate_queryset(queryset, request)]
        url = paginator.next

    assert found == list(Permission.objects.order_by(*ordering).values_list("pk", flat=True))


def test_the_schema_of_the_parameters_and_of_the_answer() -> None:
    cursor, size = PageTypes().get_schema_operation_parameters(SessionsApi())

    assert (cursor["name"], size["name"]) == ("types_cursor", "types_page_size")
    assert size["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    schema = PageTypes().get_paginated_response_schema({"type": "array"})
    assert schema["required"] == ["next", "previous", "results"]
    assert json.dumps(schema)
