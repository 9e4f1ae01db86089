"""A tiny site behind the cache: it says what it saw and how often it was asked."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from streamapi.errors import NotFound, Unavailable
from streamapi.responsecache import NEVER, CachePolicy, expires_by, tag


@dataclass
class Backstage:
    """What tests set and read behind the site's back."""

    version: int = 1
    asked: int = 0
    delay_s: float = 0
    fails: bool = False
    missing: bool = False
    ends_at: datetime | None = None
    tags: tuple[str, ...] = ("pages",)
    filler: str = "x" * 2000
    touch: Any = None
    lock: threading.Lock = field(default_factory=threading.Lock)


backstage = Backstage()


class Page(APIView):
    """A shared answer with all four variant values and two parameters."""

    cache_policies = {
        "get": CachePolicy(
            ttl=60,
            client_ttl=10,
            stale_while_revalidate=30,
            stale_if_error=600,
            query_params=("genre", "limit"),
        )
    }

    def get(self, request: Request, name: str) -> Response:
        with backstage.lock:
            backstage.asked += 1
            version = backstage.version
        if backstage.touch is not None:
            backstage.touch(request)
        if backstage.delay_s:
            time.sleep(backstage.delay_s)
        if backstage.fails:
            raise Unavailable
        if backstage.missing:
            raise NotFound
        tag(request, f"page:{quote(name)}", *backstage.tags)
        expires_by(request, backstage.ends_at)
        variant = request.variant
        return Response(
            {
                "name": name,
                "version": version,
                "asked": backstage.asked,
                "language": variant.language,
                "territory": variant.territory,
                "form_factor": variant.form_factor,
                "maturity": variant.maturity,
                "genre": request.query_params.get("genre"),
                "limit": request.query_params.get("limit"),
                "filler": backstage.filler,
            }
        )


class Plain(APIView):
    """A shared answer that depends on nothing."""

    cache_policies = {"get": CachePolicy(ttl=60, client_ttl=10, vary=())}

    def get(self, request: Request) -> Response:
        if backstage.touch is not None:
            backstage.touch(request)
        return Response({"maturity": "none"})


class Mine(APIView):
    """A personal answer."""

    cache_policies = {"get": NEVER("personal")}

    def get(self, request: Request) -> Response:
        return Response({"cookie": request.COOKIES.get("session", "")})


class Things(ViewSet):
    """Policies by action."""

    cache_policies = {
        "list": CachePolicy(ttl=5, client_ttl=1, vary=("language",)),
        "create": NEVER("a command"),
    }

    def list(self, request: Request) -> Response:
        response = Response({"language": request.variant.language})
        response.set_cookie("session", "somebody")
        return response

    def create(self, request: Request) -> Response:
        return Response({}, 201)


def undeclared(request: HttpRequest) -> HttpResponse:
    """A view that says nothing about caching."""
    return HttpResponse("plain")


urlpatterns = [
    path("v1/pages/<str:name>", Page.as_view()),
    path("v1/plain", Plain.as_view()),
    path("v1/mine", Mine.as_view()),
    path("v1/things", Things.as_view({"get": "list", "post": "create"})),
    path("undeclared", undeclared),
]
