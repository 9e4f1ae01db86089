"""Routes that fail in every way, for the tests of the last resort."""

from django.db import OperationalError, ProgrammingError
from django.http import HttpResponse, HttpResponseForbidden, HttpResponseNotAllowed
from django.urls import path
from psycopg_pool import PoolTimeout

from streamapi.http.deadline import DeadlineExceeded
from streamapi.http.request_id import current


def raising(error):
    def view(_request):
        raise error

    return view


def clearing_away(raised):
    """What Django does at the end of a transaction that a deadline has cut off."""

    def view(_request):
        try:
            raise raised
        finally:
            raise ProgrammingError("autocommit cannot be set in a transaction")

    return view


urlpatterns = [
    path("v1/id", lambda _request: HttpResponse(current())),
    path("v1/bug", raising(ZeroDivisionError("secret detail"))),
    path("v1/database", raising(OperationalError("down"))),
    path("v1/pool", raising(PoolTimeout("full"))),
    path("v1/slow", raising(DeadlineExceeded())),
    path("v1/cut-off", clearing_away(DeadlineExceeded())),
    path("v1/bug-twice", clearing_away(ZeroDivisionError("secret detail"))),
    path("v1/html", lambda _request: HttpResponseForbidden("<h1>no</h1>")),
    path("v1/method", lambda _request: HttpResponseNotAllowed(["POST"])),
    path("page/bug", raising(ZeroDivisionError("secret detail"))),
    path("page/html", lambda _request: HttpResponseForbidden("<h1>no</h1>")),
]
