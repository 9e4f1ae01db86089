"""Middleware for people with a browser, which requests of the API go past.

Sessions, messages, the second factor of staff and the content policy of pages mean nothing
to a device, and cost two fifths of what Django's own handling of its request does.
"""

from __future__ import annotations

from typing import Any, Final

from csp import middleware as csp
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django_otp import middleware as otp

_API: Final = "/v1/"
_FOR_PEOPLE: Final = ("/v1/docs", "/v1/staff/")
"""Below the API, yet read in a browser or asked by the admin with its session."""


class _PagesOnly:
    """Before a middleware of others: only pages pass through it."""

    def __call__(self, request: HttpRequest) -> Any:
        path = request.path_info
        if path.startswith(_API) and not path.startswith(_FOR_PEOPLE):
            return self.get_response(request)  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[misc]


class SessionMiddleware(_PagesOnly, sessions.SessionMiddleware):
    """Django's sessions."""


class AuthenticationMiddleware(_PagesOnly, auth.AuthenticationMiddleware):
    """Who of the staff is signed in."""


class OTPMiddleware(_PagesOnly, otp.OTPMiddleware):  # type: ignore[misc]
    """Whether the second factor was shown."""


class MessageMiddleware(_PagesOnly, messages.MessageMiddleware):
    """What a page says once."""


class CSPMiddleware(_PagesOnly, csp.CSPMiddleware):
    """What a page may load."""
