"""Answers the usual heartbeat in front of Django: a token, one call of Redis, no SQL.

A third of what viewers send are heartbeats, and most of the work on one in Django has
nothing to do with it. Whatever is not usual, and whatever ends in anything but advice for
the player, goes on to Django as it came: telling a heartbeat twice changes nothing. So
errors are explained in one place, and it is not this one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from rest_framework.exceptions import ParseError, ValidationError

from accounts import tokens
from accounts.tokens import Viewer
from playback import answers, sessions
from playback.leases import Beat
from playback.serializers import HeartbeatInput, beat_of
from streamapi.errors import Unauthenticated
from streamapi.responsecache.access import AccessLines
from streamapi.responsecache.frontdoor import Environ, RequestIds, StartResponse
from streamapi.responsecache.rebuilding import WsgiApplication
from streamapi.rest import inputs, parsers
from streamapi.rest.renderers import OrjsonRenderer

_PATH: Final = re.compile(r"/v1/playback/sessions/([^/]+)/heartbeat").fullmatch
_LONGEST: Final = 1024
_JSON: Final = "application/json"
_READABLE: Final = frozenset({"", "*/*", _JSON})
_HEADERS: Final = [
    ("Content-Type", _JSON),
    ("Cache-Control", "private, no-store"),
    ("X-Content-Type-Options", "nosniff"),
]
_render: Final = OrjsonRenderer().render


class HeartbeatsFirst:
    """A WSGI callable ahead of another one."""

    def __init__(self, application: WsgiApplication, lines: AccessLines) -> None:
        self._application = application
        self._lines = lines
        self._ids = RequestIds()

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        began = time.monotonic()
        body = _answer(environ)
        if body is None:
            return self._application(environ, start_response)
        path = environ["PATH_INFO"]
        request_id = self._ids.of(environ.get("HTTP_X_REQUEST_ID"))
        about = [("Content-Length", str(len(body))), ("X-Request-Id", request_id)]
        start_response("200 OK", [*_HEADERS, *about])
        ms = (time.monotonic() - began) * 1000
        self._lines.add("POST", path, "200", ms, "", request_id)
        return [body]


def _answer(environ: Environ) -> bytes | None:
    """The answer to a heartbeat; None where Django has to give it."""
    if environ["REQUEST_METHOD"] != "POST" or environ.get("SCRIPT_NAME"):
        return None
    found = _PATH(environ["PATH_INFO"])
    if found is None or not _is_usual(environ):
        return None
    try:
        viewer = _viewer(environ.get("HTTP_AUTHORIZATION", ""))
        beat = _beat(found[1], environ)
    except (Unauthenticated, ParseError, ValidationError):
        return None
    advice = sessions.advise_at_once(beat, viewer, now=timezone.now())
    return None if advice is None else _render(answers.heartbeat(advice))


def _is_usual(environ: Environ) -> bool:
    """JSON of a stated, small length, for a client that reads JSON."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        environ.get("CONTENT_TYPE") == _JSON
        and environ.get("HTTP_ACCEPT", "") in _READABLE
        and "HTTP_TRANSFER_ENCODING" not in environ
        and length.isascii()
        and length.isdigit()
        and int(length) <= _LONGEST
    )


def _viewer(authorization: str) -> Viewer | None:
    """Who plays; raises :class:`Unauthenticated` for a token that is not good."""
    if not authorization:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer":
        raise Unauthenticated
    return tokens.verify(token, now=timezone.now())


def _beat(session_id: str, environ: Environ) -> Beat:
    """What was sent; it can be read again afterwards."""
    raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = BytesIO(raw)
    data: Any = parsers.decode(raw, depth=settings.API_MAX_JSON_DEPTH)
    return beat_of(session_id, inputs.read(HeartbeatInput, data))
