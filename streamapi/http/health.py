"""Liveness without dependencies, readiness with the one that matters."""

from __future__ import annotations

from typing import Final

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from psycopg_pool import PoolTimeout

from streamapi.http import problems

_HEADERS: Final = {"Cache-Control": "no-store"}


def livez(_request: HttpRequest) -> HttpResponse:
    """The process answers. No dependency is asked: a restart would not mend one."""
    return JsonResponse({"status": "ok"}, headers=_HEADERS)


def readyz(_request: HttpRequest) -> HttpResponse:
    """The pool gives a connection. Redis is not asked: its loss must not take us out."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, PoolTimeout):
        return problems.response(503, code="database_unavailable", retry_after_s=2)
    return JsonResponse({"status": "ok"}, headers=_HEADERS)
