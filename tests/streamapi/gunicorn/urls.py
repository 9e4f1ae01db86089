"""Routes that only the tests of the server have."""

from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from gevent import monkey

from streamapi import hashing
from streamapi.errors import Unavailable
from streamapi.http import health, problems


def ping(_request: HttpRequest) -> HttpResponse:
    """Nothing at all."""
    return HttpResponse("pong")


def patched(_request: HttpRequest) -> HttpResponse:
    """Whether gevent took over before anyone imported these."""
    names = ("socket", "ssl", "threading", "time", "select")
    return JsonResponse({name: monkey.is_module_patched(name) for name in names})


def sleep(request: HttpRequest) -> HttpResponse:
    """Hold a connection for ``?s=`` seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [float(request.GET["s"])])
    return HttpResponse("slept")


def echo(request: HttpRequest) -> HttpResponse:
    """Send ``?nonce=`` through the database and back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s, pg_backend_pid()", [request.GET["nonce"]])
        nonce, backend = cursor.fetchone()
    return JsonResponse({"nonce": nonce, "backend": backend})


def pool(_request: HttpRequest) -> HttpResponse:
    """The figures of this worker's pool."""
    return JsonResponse(DatabaseWrapper._connection_pools["default"].get_stats())


def sign_in(_request: HttpRequest) -> HttpResponse:
    """Hash a password as a sign-in does."""
    try:
        hashing.make("secret")
    except Unavailable as refusal:
        return problems.response(503, code=refusal.code, **refusal.extra)
    return HttpResponse("hashed")


urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    *(
        path(f"v1/probe/{view.__name__}", view)
        for view in (ping, patched, sleep, echo, pool, sign_in)
    ),
]
