"""A shared view cannot look at who asks, with and without the front door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from streamapi.responsecache.guard import UndeclaredRead
from streamapi.responsecache.middleware import TooManyTags
from tests.streamapi.responsecache.site import Backstage
from tests.streamapi.responsecache.workers import Worker

LOOKS: list[tuple[str, Callable[[Any], Any]]] = [
    ("request.user", lambda request: request.user.is_authenticated),
    ("request.user", lambda request: bool(request._request.user)),
    ("cookies", lambda request: request.COOKIES["session"]),
    ("cookies", lambda request: "session" in request.COOKIES),
    ("cookies", lambda request: request.COOKIES.get("session")),
    ("the session", lambda request: request.session["cart"]),
    ("HTTP_USER_AGENT", lambda request: request.META["HTTP_USER_AGENT"]),
    ("HTTP_HOST", lambda request: request.build_absolute_uri("/")),
    ("REMOTE_ADDR", lambda request: request.META.get("REMOTE_ADDR")),
    ("REMOTE_ADDR", lambda request: "REMOTE_ADDR" in request.META),
    ("HTTP_AUTHORIZATION", lambda request: request.headers.get("Authorization")),
    ("HTTP_ACCEPT_LANGUAGE", lambda request: request.headers["Accept-Language"]),
    ("'cursor'", lambda request: request.query_params.get("cursor")),
    ("'cursor'", lambda request: request.GET["cursor"]),
    ("'cursor'", lambda request: request.GET.getlist("cursor")),
    ("'cursor'", lambda request: "cursor" in request.GET),
]


@pytest.fixture
def site_client(backstage: Backstage) -> Client:
    return Client(headers={"cookie": "session=alice"})


class TestStrict:
    @pytest.mark.parametrize(("what", "look"), LOOKS)
    def test_raises_for_a_look_at_the_caller(
        self,
        site_client: Client,
        backstage: Backstage,
        what: str,
        look: Callable[[Any], Any],
    ) -> None:
        backstage.touch = look
        with pytest.raises(UndeclaredRead, match="cannot depend on") as caught:
            site_client.get("/v1/pages/home")
        assert what in str(caught.value)

    def test_raises_for_an_undeclared_value(
        self, site_client: Client, backstage: Backstage
    ) -> None:
        backstage.touch = lambda request: request.variant.language
        with pytest.raises(UndeclaredRead, match=r"variant\.language"):
            site_client.get("/v1/plain")

    def test_lets_declared_values_through(self, site_client: Client) -> None:
        reply = site_client.get("/v1/pages/home?lang=de&genre=drama&cursor=x")
        assert reply.json()["language"] == "de"
        assert reply.json()["genre"] == "drama"

    def test_refuses_more_tags_than_an_edge_keeps(
        self, site_client: Client, backstage: Backstage
    ) -> None:
        backstage.tags = tuple(f"title:{number}" for number in range(50))
        with pytest.raises(TooManyTags, match="51"):
            site_client.get("/v1/pages/home")


class TestLenient:
    @pytest.fixture(autouse=True)
    def not_strict(self, settings: Any) -> None:
        settings.RESPONSE_CACHE_STRICT = False

    def test_the_caller_is_nobody(
        self, site_client: Client, backstage: Backstage
    ) -> None:
        seen: list[Any] = []

        def look(request: Any) -> None:
            seen.append(request.user.is_authenticated)
            seen.append(dict(request.COOKIES))
            seen.append(request.META.get("HTTP_AUTHORIZATION"))
            seen.append(request.headers.get("Authorization"))
            seen.append(hasattr(request, "session"))
            seen.append(request.query_params.get("cursor"))

        backstage.touch = look
        assert site_client.get("/v1/pages/home?cursor=x").status_code == 200
        assert seen == [False, {}, None, None, False, None]

    def test_an_undeclared_value_is_neutral(
        self, site_client: Client, backstage: Backstage
    ) -> None:
        seen: list[str] = []
        backstage.touch = lambda request: seen.append(request.variant.language)
        site_client.get("/v1/plain?lang=de")
        assert seen == ["en"]

    def test_an_answer_with_too_many_tags_is_never_kept(
        self, make_worker: Callable[..., Worker], backstage: Backstage
    ) -> None:
        backstage.tags = tuple(f"title:{number}" for number in range(50))
        worker = make_worker()
        for _ in range(2):
            reply = worker.get()
            assert (reply.status, reply.cache) == (200, "MISS")
            assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db  # the test client has connections looked after again
class TestWithoutFrontDoor:
    def test_headers_are_the_same(self, site_client: Client, worker: Worker) -> None:
        direct, served = site_client.get("/v1/pages/home"), worker.get()
        for name in (
            "Vary",
            "Content-Language",
            "Cache-Tag",
            "Content-Type",
        ):
            assert direct.headers[name] == served.headers[name]
        assert direct.headers["Cache-Control"].startswith(
            "public, max-age=10, s-maxage=60"
        )

    def test_a_boundary_shortens_the_lifetimes(
        self, site_client: Client, backstage: Backstage
    ) -> None:
        backstage.ends_at = datetime.now(UTC) + timedelta(seconds=5.5)
        control = site_client.get("/v1/pages/home").headers["Cache-Control"]
        assert control.startswith(
            "public, max-age=5, s-maxage=5, stale-while-revalidate=0,"
        )

    def test_the_rest_of_django_keeps_its_request(self, site_client: Client) -> None:
        assert site_client.get("/v1/mine").json() == {"cookie": "alice"}
        assert site_client.get("/undeclared").content == b"plain"
