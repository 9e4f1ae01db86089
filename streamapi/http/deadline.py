"""Ends a request that takes too long, without harming the connection pool.

A bare ``gevent.Timeout`` is a BaseException: raised inside ``pool.getconn`` it leaks the
slot for ever. An Exception subclass is handed back by psycopg_pool as it should be.
"""

from __future__ import annotations

from collections.abc import Callable

import gevent
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from gevent import monkey


class DeadlineExceeded(Exception):
    """The request ran out of time; answered with 503 and Retry-After."""


class DeadlineMiddleware:
    """Starts the clock of each request; does nothing where gevent is not in charge."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._seconds: float = settings.REQUEST_DEADLINE_S
        self._active = monkey.is_module_patched("socket")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._active:
            return self._get_response(request)
        with gevent.Timeout(self._seconds, DeadlineExceeded()):
            return self._get_response(request)
