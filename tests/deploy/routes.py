"""Shared and personal views that show what reached them and do what a test asks for.

A test writes into files of STATE_DIR: `delay` makes every answer slow, `text` is what the
shared views say, `status` replaces 200.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamapi.errors import NotFound
from streamapi.responsecache import NEVER, CachePolicy, tag


def told(name: str, default: str) -> str:
    """What the test has written."""
    file = Path(settings.STATE_DIR) / name
    return file.read_text() if file.exists() else default


class Things(APIView):
    """A shared list that varies on everything it may vary on."""

    cache_policies: ClassVar = {
        "get": CachePolicy(ttl=600, client_ttl=30, query_params=("genre", "cursor"))
    }

    def get(self, request: Request) -> Response:
        time.sleep(float(told("delay", "0")))
        tag(request, "things")
        variant = request.variant
        return Response(
            {
                "language": variant.language,
                "fallbacks": variant.fallbacks,
                "territory": variant.territory,
                "form_factor": variant.form_factor,
                "maturity": variant.maturity,
                "query": {name: request.GET.getlist(name) for name in request.GET},
                "text": told("text", "first") * 100,
            }
        )


class Thing(APIView):
    """A shared document that varies on the language alone, and may be gone."""

    cache_policies: ClassVar = {
        "get": CachePolicy(ttl=600, client_ttl=30, vary=("language",))
    }

    def get(self, request: Request, key: str) -> Response:
        if told("status", "200") == "404":
            raise NotFound("It is gone.")
        if told("status", "200") == "500":
            raise ZeroDivisionError
        tag(request, "things")
        return Response({"key": key, "language": request.variant.language})


class Brief(APIView):
    """A document that is worth nothing once it is old."""

    cache_policies: ClassVar = {
        "get": CachePolicy(
            ttl=3, client_ttl=1, stale_while_revalidate=0, stale_if_error=0, vary=()
        )
    }

    def get(self, request: Request) -> Response:
        tag(request, "brief")
        return Response({})


class Mine(APIView):
    """A personal document."""

    cache_policies: ClassVar = {
        "get": NEVER("personal"),
        "post": NEVER("a command"),
    }

    def get(self, request: Request) -> Response:
        shown = ("Authorization", "X-Forwarded-For", "CloudFront-Viewer-Country")
        return Response({name: request.headers.get(name) for name in shown})

    def post(self, request: Request) -> Response:
        return Response({"size": len(request.body)})


urlpatterns = [
    path("v1/things", Things.as_view()),
    path("v1/things/<str:key>", Thing.as_view()),
    path("v1/brief", Brief.as_view()),
    path("v1/mine", Mine.as_view()),
    path("admin/mine", Mine.as_view()),
]
