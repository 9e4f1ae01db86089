"""Answers the usual heartbeat and the usual overlay in front of Django.

A third of what viewers send are heartbeats, an overlay comes with every page that they
open, and most of the work on either in Django has nothing to do with it. Whatever is not
usual, and whatever cannot be answered, goes on to Django as it came: telling a heartbeat
twice changes nothing, and reading something twice neither. So errors are explained in one
place, and it is not this one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import Error as DatabaseFailed
from django.utils import timezone
from psycopg_pool import PoolTimeout
from rest_framework.exceptions import ParseError, ValidationError

from accounts import tokens
from accounts.tokens import Viewer
from playback import answers, overlay, sessions
from playback.personal_serializers import MAX_ITEMS, OverlayInput
from playback.serializers import HeartbeatInput, beat_of
from streamapi.errors import Unauthenticated
from streamapi.http import deadline
from streamapi.http.deadline import DeadlineExceeded
from streamapi.ids import PROGRAMME_ID_LENGTH
from streamapi.responsecache.access import AccessLines
from streamapi.responsecache.frontdoor import Environ, RequestIds, StartResponse
from streamapi.responsecache.rebuilding import WsgiApplication
from streamapi.rest import inputs, parsers
from streamapi.rest.renderers import OrjsonRenderer

_HEARTBEAT: Final = re.compile(r"/v1/playback/sessions/([^/]+)/heartbeat").fullmatch
_OVERLAY: Final = "/v1/me/overlay"
_LONGEST_BEAT: Final = 1024
_LONGEST_PAGE: Final = MAX_ITEMS * (PROGRAMME_ID_LENGTH + len('"", ')) + 1024
_JSON: Final = "application/json"
_READABLE: Final = frozenset({"", "*/*", _JSON})
_HEADERS: Final = [
    ("Content-Type", _JSON),
    ("Cache-Control", "private, no-store"),
    ("X-Content-Type-Options", "nosniff"),
]
_UNUSUAL: Final = (
    *(Unauthenticated, ParseError, ValidationError),
    *(DatabaseFailed, PoolTimeout, DeadlineExceeded),
)
_render: Final = OrjsonRenderer().render


class UsualFirst:
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
    """The answer to what is usual; None where Django has to give it."""
    if environ["REQUEST_METHOD"] != "POST" or environ.get("SCRIPT_NAME"):
        return None
    path = environ["PATH_INFO"]
    try:
        if path == _OVERLAY:
            return _overlay(environ)
        found = _HEARTBEAT(path)
        return None if found is None else _heartbeat(found[1], environ)
    except _UNUSUAL:
        return None


def _heartbeat(session_id: str, environ: Environ) -> bytes | None:
    if not _is_usual(environ, _LONGEST_BEAT):
        return None
    viewer = _viewer(environ)
    beat = beat_of(session_id, inputs.read(HeartbeatInput, _data(environ)))
    advice = sessions.advise_at_once(beat, viewer, now=timezone.now())
    return None if advice is None else _render(answers.heartbeat(advice))


def _overlay(environ: Environ) -> bytes | None:
    if not _is_usual(environ, _LONGEST_PAGE):
        return None
    viewer = _viewer(environ)
    if viewer is None or not viewer.profile_id:
        return None
    with _connections(environ), deadline.within(environ):
        ids = inputs.read(OverlayInput, _data(environ))["ids"]
        return _render({"items": overlay.overlay(viewer, ids)})


@contextmanager
def _connections(environ: Environ) -> Iterator[None]:
    """What is taken from a pool is given back, as after a request to Django."""
    request_started.send(sender=UsualFirst, environ=environ)
    try:
        yield
    finally:
        request_finished.send(sender=UsualFirst)


def _is_usual(environ: Environ, longest: int) -> bool:
    """JSON of a stated, small length, for a client that reads JSON."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        environ.get("CONTENT_TYPE") == _JSON
        and environ.get("HTTP_ACCEPT", "") in _READABLE
        and "HTTP_TRANSFER_ENCODING" not in environ
        and length.isascii()
        and length.isdigit()
        and int(length) <= longest
    )


def _viewer(environ: Environ) -> Viewer | None:
    """Who asks; raises :class:`Unauthenticated` for a token that is not good."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if not authorization:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer":
        raise Unauthenticated
    return tokens.verify(token, now=timezone.now())


def _data(environ: Environ) -> Any:
    """What was sent; it can be read again afterwards."""
    raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = BytesIO(raw)
    return parsers.decode(raw, depth=settings.API_MAX_JSON_DEPTH)
