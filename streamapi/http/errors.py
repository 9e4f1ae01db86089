"""The last resort: whatever went wrong on an API path becomes a problem document."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from psycopg_pool import PoolTimeout

from streamapi.http import problems
from streamapi.http.deadline import DeadlineExceeded

_log = logging.getLogger(__name__)
_API_PREFIXES: Final = ("/v1/", "/livez", "/readyz")
_OUTAGES: Final = (OperationalError, InterfaceError, PoolTimeout, DeadlineExceeded)


class ProblemMiddleware:
    """Replaces Django's HTML errors below /v1 and maps an outage to 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code < 400 or not request.path.startswith(_API_PREFIXES):
            return response
        if "json" in response.get("Content-Type", ""):
            return response
        problem = problems.response(response.status_code)
        for header in ("Allow", "Retry-After"):
            if header in response:
                problem[header] = response[header]
        return problem

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer for an exception that no view handled."""
        if _came_of_an_outage(exception):
            _log.warning("outage: %s", exception.__class__.__name__, exc_info=exception)
            return problems.response(503, retry_after_s=2)
        if not request.path.startswith(_API_PREFIXES):
            return None
        _log.error("unhandled: %s", exception.__class__.__name__, exc_info=exception)
        return problems.response(500)


def _came_of_an_outage(exception: Exception) -> bool:
    """Whether it is one, or was raised while one was being cleared away.

    A deadline in the middle of a statement leaves a connection that cannot be rolled
    back; what Django says about that must not hide what happened.
    """
    found: BaseException | None = exception
    while found is not None:
        if isinstance(found, _OUTAGES):
            return True
        found = found.__cause__ or found.__context__
    return False
