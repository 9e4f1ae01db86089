"""Routes of the server process: what it answers stands in the database."""

from __future__ import annotations

import os
import random
import time
import uuid

from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamapi.http import health
from streamapi.http.variant import register_ceiling_source
from streamapi.responsecache import NEVER, CachePolicy, purge, tag

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
CEILINGS = {"alice": 12, "bob": 18}

register_ceiling_source(lambda header: CEILINGS[header.split("-")[0]])


class Row(APIView):
    """What a row of the database says; notes that it was asked."""

    cache_policies = {
        "get": CachePolicy(
            ttl=60,
            client_ttl=10,
            stale_while_revalidate=1,
            vary=("maturity",),
            query_params=("delay_ms",),
        ),
        "post": NEVER("a command"),
    }

    def get(self, request: Request, name: str) -> Response:
        Group.objects.create(name=f"asked:{name}:{uuid.uuid4().hex}")
        time.sleep(int(request.query_params.get("delay_ms", "0")) / 1000)
        row = Group.objects.filter(name__startswith=f"{name}=").first()
        tag(request, f"row:{name}")
        value = row.name.partition("=")[2] if row else None
        return Response({"value": value, "maturity": request.variant.maturity})

    def post(self, request: Request, name: str) -> Response:
        value = request.query_params["value"]
        with transaction.atomic():
            rows = Group.objects.filter(name__startswith=f"{name}=")
            rows._raw_delete(rows.db)  # auth's other tables are not there
            Group.objects.create(name=f"{name}={value}")
            purge({f"row:{name}"})
        return Response({"value": value}, 201)


class ShortRow(Row):
    """The same, for a second."""

    cache_policies = {
        "get": CachePolicy(
            ttl=1,
            client_ttl=0,
            stale_while_revalidate=0,
            vary=("maturity",),
            query_params=("delay_ms",),
        ),
        "post": NEVER("a command"),
    }


class Titles(APIView):
    """A list of the size that devices read."""

    cache_policies = {"get": CachePolicy(ttl=3600, client_ttl=60)}

    def get(self, request: Request) -> Response:
        tag(request, "titles")
        return Response({"results": TITLES, "next": None})


class Me(APIView):
    """A personal answer: says back who asks, and which worker answers."""

    cache_policies = {"get": NEVER("personal")}

    def get(self, request: Request) -> Response:
        me = request.headers.get("Authorization", "")
        return Response({"me": me, "worker": os.getpid()})


urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("v1/rows/<str:name>", Row.as_view()),
    path("v1/short/<str:name>", ShortRow.as_view()),
    path("v1/titles", Titles.as_view()),
    path("v1/me", Me.as_view()),
]
