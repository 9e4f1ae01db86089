"""Every route of the API says how its answers are cached, or why they never are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, path
from rest_framework.response import Response
from rest_framework.views import APIView

from streamapi.responsecache import NEVER, CachePolicy
from streamapi.responsecache.keys import policy_of_view
from streamapi.rest.pagination import KeysetPagination

EXEMPT = {
    "admin/": "people at work, behind a session",
    "livez": "says whether the process answers, at this moment",
    "readyz": "says whether the database answers, at this moment",
    "oauth/": "RFC 6749 prescribes no-store",
    ".well-known/": "a document of its own with its own Cache-Control",
    "v/": "video bytes; the media edge sets their headers",
    "static/": "files with hashed names",
    "v1/docs": "pages for people",
}
READS = ("get",)
COMMANDS = ("post", "put", "patch", "delete")


def routes(
    patterns: Iterable[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    """Every route with its view."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def methods(view: Any) -> list[str]:
    """What the view answers, by HTTP method."""
    actions = getattr(view, "actions", None)
    if actions:
        return [method for method in actions if method != "head"]
    owner = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return [method for method in (*READS, *COMMANDS) if hasattr(owner, method)] or [
        "get"
    ]


def undeclared(patterns: Iterable[URLPattern | URLResolver]) -> list[str]:
    """The routes and methods that say nothing about caching."""
    return [
        f"{method} {route}"
        for route, view in routes(patterns)
        if not route.startswith(tuple(EXEMPT)) and is_api(route)
        for method in methods(view)
        if policy_of_view(view, method) is None
    ]


def is_api(route: str) -> bool:
    """Whether a route is below /v1; the rest are pages and files."""
    return route.startswith("v1/")


def shared_views() -> list[Any]:
    """Each shared route of the product, once per view and method."""
    return [
        pytest.param(view, policy_of_view(view), id=route)
        for route, view in routes(get_resolver().url_patterns)
        if isinstance(policy_of_view(view), CachePolicy)
    ]


class TestEveryRoute:
    def test_of_the_api_declares_a_policy(self) -> None:
        assert undeclared(get_resolver().url_patterns) == []

    def test_that_is_exempt_has_a_reason_and_exists(self) -> None:
        assert all(EXEMPT.values())
        known = [route for route, _ in routes(get_resolver().url_patterns)]
        unused = [
            prefix
            for prefix in EXEMPT
            if not any(route.startswith(prefix) for route in known)
        ]
        assert set(unused) <= {"static/", "v/"}, "depends on the place it runs in"

    def test_without_a_policy_is_found(self) -> None:
        class Silent(APIView):
            def get(self, _request: Any) -> Response:
                return Response({})

        class HalfSilent(Silent):
            cache_policies = {"get": NEVER("personal")}

            def post(self, _request: Any) -> Response:
                return Response({})

        planted = [
            path("v1/silent", Silent.as_view()),
            path("v1/half", HalfSilent.as_view()),
            path("v1/plain", lambda _request: None),
        ]
        assert undeclared(planted) == ["get v1/silent", "post v1/half", "get v1/plain"]


class TestSharedViews:
    @pytest.mark.parametrize(("view", "policy"), shared_views())
    def test_ask_nobody_who_they_are(self, view: Any, policy: CachePolicy) -> None:
        assert view.cls.authentication_classes == []
        names = {each.__name__ for each in view.cls.permission_classes}
        assert names <= {"AllowAny"}

    @pytest.mark.parametrize(("view", "policy"), shared_views())
    def test_let_the_parameters_of_pages_through(
        self, view: Any, policy: CachePolicy
    ) -> None:
        action = (getattr(view, "actions", None) or {}).get("get")
        paginated = getattr(view.cls, "pagination_class", None)
        if action == "list" and paginated and issubclass(paginated, KeysetPagination):
            assert {"cursor", "limit"} <= set(policy.query_params)
