"""Ends a request that takes too long, without harming the connection pool.

A bare ``gevent.Timeout`` is a BaseException: raised inside ``pool.getconn`` it leaks the
slot for ever. An Exception subclass is handed back by psycopg_pool as it should be.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import gevent
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from gevent import monkey

_BEGAN: Final = "streamapi.began"
"""When the clock of a request was started, in its WSGI environment."""


class DeadlineExceeded(Exception):
    """The request ran out of time; answered with 503 and Retry-After."""


def within(environ: dict[str, Any]) -> AbstractContextManager[object]:
    """Raises :class:`DeadlineExceeded` in what takes longer than a request may.

    A request has one clock: what it spent in front of Django is not given to it again.
    Does nothing where gevent is not in charge.
    """
    if not monkey.is_module_patched("socket"):
        return nullcontext()
    now = time.monotonic()
    left = settings.REQUEST_DEADLINE_S - (now - environ.setdefault(_BEGAN, now))
    return gevent.Timeout(max(left, 0.0), DeadlineExceeded())


class DeadlineMiddleware:
    """Starts the clock of each request, unless it runs already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with within(request.META):
            return self._get_response(request)
