"""Routes of the server process: what it answers stands in the database."""

from __future__ import annotations

import random
import time

from django.contrib.auth.models import Group
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamapi.http import health
from streamapi.responsecache import NEVER, CachePolicy, tag

_DICE = random.Random(7)
WORDS = ["".join(_DICE.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(900)]
TITLES = [
    {
        "id": f"ti_{number:016d}",
        "name": " ".join(_DICE.choices(WORDS, k=4)),
        "year": 2000,
    }
    for number in range(150)
]


class Row(APIView):
    """What a row of the database says, counted in the row beside it."""

    cache_policies = {
        "get": CachePolicy(
            ttl=60,
            client_ttl=10,
            stale_while_revalidate=1,
            query_params=("delay_ms", "ttl"),
        )
    }

    def get(self, request: Request, name: str) -> Response:
        time.sleep(int(request.query_params.get("delay_ms", "0")) / 1000)
        value = Group.objects.filter(name__startswith=f"{name}=").first()
        tag(request, f"row:{name}")
        return Response(
            {
                "value": value.name if value else None,
                "maturity": request.variant.maturity,
            }
        )


class ShortRow(Row):
    """The same, for a second."""

    cache_policies = {"get": CachePolicy(ttl=1, client_ttl=0, stale_while_revalidate=0)}


class Titles(APIView):
    """A list of the size that devices read."""

    cache_policies = {"get": CachePolicy(ttl=3600, client_ttl=60)}

    def get(self, request: Request) -> Response:
        tag(request, "titles")
        return Response({"results": TITLES, "next": None})


class Me(APIView):
    """A personal answer: says back who asks."""

    cache_policies = {"get": NEVER("personal")}

    def get(self, request: Request) -> Response:
        return Response({"me": request.headers.get("Authorization", "")})


urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("v1/rows/<str:name>", Row.as_view()),
    path("v1/short/<str:name>", ShortRow.as_view()),
    path("v1/titles", Titles.as_view()),
    path("v1/me", Me.as_view()),
]
