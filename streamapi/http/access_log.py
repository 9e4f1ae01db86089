"""Exactly one structured line for each request that reaches Django."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

_log = logging.getLogger("access")

LOGGED_OUTSIDE: Final = "streamapi.logged_outside"
"""Set in the WSGI environment by whoever writes the line of this request itself."""


class AccessLogMiddleware:
    """Logs route, status, duration; the path without its query, which may hold secrets."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if LOGGED_OUTSIDE in request.META:
            return self._get_response(request)
        started = time.perf_counter()
        response = self._get_response(request)
        match = request.resolver_match
        _log.info(
            "%s %s %s",
            request.method,
            request.path,
            response.status_code,
            extra={
                "method": request.method,
                "route": match.route if match else "",
                "path": request.path,
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 2),
                "cache": response.get("X-Cache", ""),
            },
        )
        return response
